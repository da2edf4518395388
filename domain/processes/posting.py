"""The steps of a process that write to the book, and where the process stands after each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access import company as masters
from domain.definitions import content, journal, policy
from domain.definitions.model import Definition
from domain.identifiers import ENTRY, written
from domain.ledger import book
from domain.ledger.entry import JournalEntry
from domain.money import Money
from domain.processes import record
from domain.processes.effect import Done, Effect
from domain.processes.record import Facts, arrive

DUE = text("""
    SELECT (CAST(:day AS date) + CAST(:clock AS time)) AT TIME ZONE t.time_zone AS due_at,
        greatest(0, extract(epoch FROM
            ((CAST(:day AS date) + CAST(:clock AS time)) AT TIME ZONE t.time_zone)
            - business_now()))::bigint AS seconds,
        CAST(:day AS date) <= business_today() AS is_due
    FROM tenants t WHERE t.id = (SELECT current_tenant())
""")


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry in the book. `due_in_seconds` is set when the process waits for a date after it."""

    entry: UUID
    number: str | None
    stage: str
    due_in_seconds: int | None = None


def post(
    connection: Connection,
    effect: Effect,
    definition: Definition,
    *,
    template: str,
    stage: str,
    wait: tuple[str, str] | None = None,
) -> Done[Posted]:
    """Fill a template from the document and post it; then the process stands at `stage`.

    With `wait`, a date field and a stage, it stands there until the date comes.
    """
    facts = record.facts(connection, effect.process)
    entry = entry_of(connection, effect, definition, facts, template)
    posted = book.post(connection, entry, key=effect.key)
    result, move = Posted(posted.entry, posted.number, stage), arrive(definition, stage)
    due = due_of(connection, definition, facts, wait[0]) if wait else None
    if wait and due and not due.is_due:
        result = Posted(posted.entry, posted.number, wait[1], due.seconds)
        until = record.long_date(content.day(facts.content, wait[0]))
        move = arrive(definition, wait[1], waiting_for=until, due_at=due.due_at)
    amount = sum(posting.amount for posting in entry.postings if posting.amount > 0)
    number = f" as {posted.number}" if posted.number else ""
    return Done(
        result,
        title=f"Posted {Money(amount, facts.amount.currency)}: {entry.narration}{number}",
        event="entry.posted",
        move=move,
        inputs={"template": template, "document_hash": facts.content_hash},
        outputs={"entry": written(ENTRY, posted.entry), "number": posted.number},
    )


def entry_of(
    connection: Connection, effect: Effect, definition: Definition, facts: Facts, template: str
) -> JournalEntry:
    """The entry that the template makes of the document today."""
    return journal.entry(
        definition,
        template,
        facts.content,
        company=facts.company.id,
        today=masters.today(connection),
        party=facts.party.id if facts.party else None,
        party_code=facts.party.code if facts.party else "",
        process=effect.process,
        document=facts.document,
    )


@dataclass(frozen=True, slots=True)
class Due:
    """When a date comes, on the tenant's clock."""

    due_at: datetime
    seconds: int
    is_due: bool


def due_of(connection: Connection, definition: Definition, facts: Facts, field: str) -> Due:
    """The moment a date field means: that day at the definition's `pay_at`."""
    day = content.day(facts.content, field)
    clock = policy.clock(definition.pay_at or "00:00")
    row: Any = connection.execute(DUE, {"day": day, "clock": clock}).one()
    return Due(row.due_at, row.seconds, row.is_due)


def reverse(
    connection: Connection, effect: Effect, definition: Definition, *, entry: UUID, reason: str
) -> Done[Posted]:
    """Reverse an entry on the business date; the process ends as reversed."""
    facts = record.facts(connection, effect.process)
    narration = f"Reversal of {facts.subject}: {reason}"
    reversal = book.reverse(
        connection,
        entry,
        on_date=masters.today(connection),
        reason=narration,
        key=effect.key,
        process=effect.process,
    )
    return Done(
        Posted(reversal.entry, None, "reversed"),
        title=narration,
        event="entry.reversed",
        move=arrive(definition, "reversed", reason=reason),
        inputs={"entry": written(ENTRY, entry)},
        outputs={"reversal": written(ENTRY, reversal.entry)},
    )
