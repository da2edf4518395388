"""Dunning: who is to be reminded at which level of a policy, and which reminders were sent."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from domain.canonical import digest
from domain.database import with_json
from domain.ledger.subledger.open_items import ItemId
from domain.ledger.subledger.tables import reminders
from domain.refusal import Refusal

RECORD = with_json("SELECT ledger_record_dunning(:stated)", "stated")
OVERDUE = text("""
    SELECT o.party_id, p.code AS party_code, p.name AS party_name, o.currency, o.entry_id, o.line,
           o.due_date, o.open_amount,
           r.level AS sent
    FROM open_items AS o
    JOIN parties AS p ON p.id = o.party_id
    LEFT JOIN (
        SELECT entry_id, line, max(level) AS level FROM reminder_items GROUP BY entry_id, line
    ) AS r ON r.entry_id = o.entry_id AND r.line = o.line
    WHERE o.company_id = :company AND (o.open_amount <> 0 OR o.open_base_amount <> 0)
        AND o.account_id = ANY (
            SELECT id FROM accounts WHERE company_id = :company AND control = 'receivable')
        AND o.open_amount > 0 AND o.due_date < :on_date
    ORDER BY p.code, o.currency, o.due_date, o.entry_id, o.line
""")


@dataclass(frozen=True, slots=True)
class Level:
    """From so many days overdue on, when at least so much is: minor units of each currency."""

    level: int
    days_overdue: int
    minimum_amount: int = 0


Policy = tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class OverdueItem:
    """A receivable past its due date, and the highest level at which it was reminded of."""

    id: ItemId
    due_date: date
    days_overdue: int
    open_amount: int
    level_sent: int | None


@dataclass(frozen=True, slots=True)
class Dunned:
    """A party in one currency, the level it has reached, and the items that reached it."""

    party: UUID
    party_code: str
    party_name: str
    currency: str
    level: int
    amount: int
    items: tuple[OverdueItem, ...]

    @property
    def is_to_be_reminded(self) -> bool:
        """Whether an item has not been reminded of at this level or a higher one."""
        return any((item.level_sent or 0) < self.level for item in self.items)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that was sent: one party, one currency, one level, and the items it names."""

    company: UUID
    party: UUID
    currency: str
    level: int
    sent_on: date
    items: tuple[ItemId, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A reminder on record; `amount` is what was open of its items when it was recorded."""

    id: UUID
    party: UUID
    currency: str
    level: int
    sent_on: date
    amount: int
    recorded_at: datetime


def dunned(
    connection: Connection, company: UUID, policy: Policy, *, on_date: date
) -> tuple[Dunned, ...]:
    """Parties that have reached a level of the policy on a day, by code and currency.

    A level is reached by the items that are as many days overdue, when together they are not less
    than its minimum; the highest one reached counts. What is open is what is open now. Raises
    Refusal `policy_must_rise`.
    """
    check(policy)
    parties: defaultdict[tuple[UUID, str], list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(OVERDUE, {"company": company, "on_date": on_date}):
        parties[row.party_id, row.currency].append(row)
    found = (reached(rows, policy, on_date) for rows in parties.values())
    return tuple(each for each in found if each is not None)


def record_dunning(connection: Connection, reminder: Reminder, *, key: str) -> UUID:
    """Record that a reminder was sent, once. No item is reminded of twice at one level.

    Raises Refusal `level_must_be_sent_once`, `item_must_be_overdue` or `item_must_exist`.
    """
    if reminder.level < 1:
        raise Refusal("level_must_be_positive", f"There is no level {reminder.level}; begin at 1.")
    stated = {
        "key": key,
        "content": digest(reminder),
        "company": str(reminder.company),
        "party": str(reminder.party),
        "currency": reminder.currency,
        "level": reminder.level,
        "sent_on": str(reminder.sent_on),
        "items": [{"entry": str(item.entry), "line": item.line} for item in reminder.items],
    }
    recorded: UUID = connection.execute(RECORD, {"stated": stated}).scalar_one()
    return recorded


def sent(connection: Connection, company: UUID, party: UUID) -> tuple[Sent, ...]:
    """The reminders that a party was sent, in their order."""
    query = select(reminders).where(
        reminders.c.company_id == company, reminders.c.party_id == party
    )
    rows = connection.execute(query.order_by(reminders.c.sent_on, reminders.c.id))
    return tuple(
        Sent(r.id, r.party_id, r.currency, r.level, r.sent_on, r.amount, r.recorded_at)
        for r in rows
    )


def check(policy: Policy) -> None:
    """Levels from 1 on, each later than the one before."""
    places = [(each.level, each.days_overdue) for each in policy]
    rising = all(
        early[0] < late[0] and early[1] < late[1]
        for early, late in zip([(0, 0), *places], places, strict=False)
    )
    if not policy or not rising:
        raise Refusal(
            "policy_must_rise",
            f"The levels {[level for level, _ in places]} after {[days for _, days in places]} "
            "days overdue do not rise from 1 on. Order them, each some days after the one before.",
        )


def reached(rows: Sequence[Row[Any]], policy: Policy, on_date: date) -> Dunned | None:
    """The highest level that a party's overdue items reach; None when they reach none."""
    items = [overdue(row, on_date) for row in rows]
    for level in reversed(policy):
        late = tuple(item for item in items if item.days_overdue >= level.days_overdue)
        amount = sum(item.open_amount for item in late)
        if late and amount >= level.minimum_amount:
            head = rows[0]
            return Dunned(
                head.party_id,
                head.party_code,
                head.party_name,
                head.currency,
                level.level,
                amount,
                late,
            )
    return None


def overdue(row: Row[Any], on_date: date) -> OverdueItem:
    """A row as what it means."""
    days = (on_date - row.due_date).days
    return OverdueItem(
        ItemId(row.entry_id, row.line), row.due_date, days, row.open_amount, row.sent
    )
