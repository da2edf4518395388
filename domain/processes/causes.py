"""Whether what parked a step persists: the rule is climbed again, read-only, before a retry.

A cause that nothing here can see, such as a partner's refusal, counts as cleared: trying shows.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from domain.access import company as masters
from domain.definitions import journal
from domain.definitions.model import Definition
from domain.documents import examination
from domain.documents.checks import CHECKED_IN_DATABASE, check_document
from domain.documents.facts import DocumentFacts
from domain.ledger import limits, periods
from domain.ledger.entry import JournalEntry
from domain.ledger.periods import PeriodState
from domain.operations.catalog import OPERATIONS
from domain.processes import record
from domain.processes.record import Facts
from domain.refusal import Refusal

FLOOR, CEILING = "balance_must_stay_above_floor", "balance_must_stay_below_ceiling"

ACCOUNTS = text("""
    SELECT code, normal_side, opened_on, closed_on FROM accounts
    WHERE tenant_id = (SELECT current_tenant()) AND company_id = :company AND code = ANY(:codes)
""")


def check_cleared(connection: Connection, definition: Definition, row: Row[Any]) -> None:
    """Refuse `cause_not_cleared` when the step's rule still says what it said."""
    try:
        climb(connection, definition, row)
    except Refusal as refusal:
        if refusal.code != row.cause:
            return
        message = f"Nothing has changed yet. {refusal.message}"
        facts = {name: value for name, value in refusal.facts.items() if name != "cause"}
        raise Refusal("cause_not_cleared", message, cause=row.cause, **facts) from refusal


def climb(connection: Connection, definition: Definition, row: Row[Any]) -> None:
    """The rules of a step, as far as they can be seen without doing it. Raises the first."""
    kind, _, name = row.step.partition(".")
    facts = record.facts(connection, row.process_id)
    if row.cause in definition.checks and row.cause not in CHECKED_IN_DATABASE:
        today = masters.today(connection)
        check_document(
            (row.cause,), DocumentFacts(facts.content, facts.company, facts.party, today)
        )
    match kind:
        case "post_journal":
            climb_posting(connection, definition, facts, name)
        case "reverse_entry":
            check_open(connection, facts.company.id, masters.today(connection))
        case "carry_out" if name in OPERATIONS:
            OPERATIONS[name].check(connection, facts.company, facts.content)


def climb_posting(
    connection: Connection, definition: Definition, facts: Facts, template: str
) -> None:
    """The rules of an entry: its period, its accounts and their limits."""
    entry = journal.entry(
        definition, template, facts.content, company=facts.company.id,
        today=masters.today(connection), party_code=facts.party.code if facts.party else "",
    )  # fmt: skip
    check_open(connection, entry.company, entry.entry_date)
    examination.check_accounts(connection, definition, facts.company, facts.content)
    check_accounts(connection, entry)


def check_open(connection: Connection, company: UUID, day: Any) -> None:
    """The month takes entries of everybody."""
    period = periods.holding(connection, company, day)
    if period.state is not PeriodState.OPEN:
        raise Refusal(
            "period_locked",
            f"The entry would be dated {day}, but {period.starts_on:%B %Y} is {period.state}. Have "
            "the period reopened, or correct the date.",
            period=f"{period.starts_on:%Y-%m}",
            state=period.state,
        )


def check_accounts(connection: Connection, entry: JournalEntry) -> None:
    """Each account is open on the day, and keeps its floor and its ceiling."""
    codes = sorted({posting.account for posting in entry.postings})
    asked = {"company": entry.company, "codes": codes}
    sides = {}
    for account in connection.execute(ACCOUNTS, asked):
        sides[account.code] = 1 if account.normal_side == "debit" else -1
        is_open = account.opened_on <= entry.entry_date
        if not is_open or (account.closed_on and entry.entry_date > account.closed_on):
            raise Refusal(
                "account_must_be_open",
                f"The account {account.code} is not open on {entry.entry_date}. Have it opened.",
            )
    for limit in limits.listed(connection, entry.company):
        if limit.is_hard and not limit.dimensions and limit.account in sides:
            check_limit(connection, entry, limit, sides[limit.account])


def check_limit(
    connection: Connection, entry: JournalEntry, limit: limits.Limit, side: int
) -> None:
    """What the entry moves on an account stays within its limit."""
    moved = side * sum(
        posting.amount
        for posting in entry.postings
        if (posting.account, posting.currency) == (limit.account, limit.currency)
    )
    held = limits.held(connection, entry.company, limit.account, limit.currency)
    if limit.floor is not None and moved < 0 and held.available + moved < limit.floor:
        raise Refusal(FLOOR, f"{limit.account} has {held.available - limit.floor} to spare.")
    room = None if limit.ceiling is None else limit.ceiling - held.posted - held.pending_in
    if room is not None and moved > 0 and moved > room:
        raise Refusal(CEILING, f"{limit.account} has room for {room}.")
