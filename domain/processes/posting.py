"""The steps of a process that write to the book, and where the process stands after each."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access import company as masters
from domain.definitions import journal
from domain.definitions.model import Definition
from domain.identifiers import ENTRY, written
from domain.ledger import book, entries
from domain.ledger.entry import JournalEntry
from domain.money import Money
from domain.processes import record
from domain.processes.arriving import About, Arrival, arrive
from domain.processes.effect import Done, Effect, Move
from domain.processes.record import Facts

NUMBER = text("""
    SELECT n.number FROM voucher_numbers n
    JOIN journal_entries j ON j.tenant_id = n.tenant_id AND j.id = n.entry_id
    WHERE j.tenant_id = (SELECT current_tenant()) AND j.process_id = :process
    ORDER BY n.sequence LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry in the book, and where the process stands after it."""

    entry: UUID
    number: str | None
    arrival: Arrival


def post(
    connection: Connection, effect: Effect, definition: Definition, *, template: str, to: str | None
) -> Done[Posted]:
    """Fill a template from the document and post it; then the process goes on to the stage `to`."""
    facts = record.facts(connection, effect.process)
    entry = entry_of(connection, effect, definition, facts, template)
    kept = number_kept(connection, effect.process) if entry.numbering else None
    if kept is not None:
        entry = replace(entry, numbering=None, narration=f"{entry.narration} ({kept})")
    posted = book.post(connection, entry, key=effect.key)
    drawn = posted.number or kept
    arrival, move = gone_on(connection, About.of(effect, definition, facts), facts.stage, to)
    currency = entry.postings[0].currency
    amount = sum(posting.amount for posting in entry.postings if posting.amount > 0)
    number = f" as {drawn}" if drawn else ""
    return Done(
        Posted(posted.entry, drawn, arrival),
        title=f"Posted {Money(amount, currency)}: {entry.narration}{number}",
        event="entry.posted",
        move=move,
        inputs={"template": template, "document_hash": facts.content_hash},
        outputs={"entry": written(ENTRY, posted.entry), "number": drawn},
    )


def number_kept(connection: Connection, process: UUID) -> str | None:
    """The voucher number that the process drew before: what was issued keeps it for ever.

    A tax invoice has one consecutive serial number (CGST Rules, 2017, rule 46(b)); an entry that is
    reversed and posted anew is still of the same invoice.
    """
    found: str | None = connection.execute(NUMBER, {"process": process}).scalar_one_or_none()
    return found


def gone_on(
    connection: Connection, about: About, stage: str, to: str | None, *, reason: str | None = None
) -> tuple[Arrival, Move | None]:
    """The process at its next stage; without one it stands where it stood."""
    if to is None:
        return Arrival(stage), None
    return arrive(connection, about, to, reason=reason)


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


def reverse(
    connection: Connection,
    effect: Effect,
    definition: Definition,
    *,
    entry: UUID,
    reason: str,
    to: str | None,
) -> Done[Posted]:
    """Reverse an entry on the business date; then the process goes on to the stage `to`.

    One that somebody reversed by hand is undone already, and nothing is posted.
    """
    facts = record.facts(connection, effect.process)
    narration = f"Reversal of {facts.subject}: {reason}"
    mirror = entries.entry(connection, entry).reversed_by
    if mirror is None:
        mirror = reverse_now(connection, effect, entry, narration)
    else:
        narration = f"{narration}. It was reversed before, by {written(ENTRY, mirror)}"
    about = About.of(effect, definition, facts)
    arrival, move = gone_on(connection, about, facts.stage, to, reason=reason)
    return Done(
        Posted(mirror, None, arrival),
        title=narration,
        event="entry.reversed",
        move=move,
        inputs={"entry": written(ENTRY, entry)},
        outputs={"reversal": written(ENTRY, mirror)},
    )


def reverse_now(connection: Connection, effect: Effect, entry: UUID, narration: str) -> UUID:
    """Post the mirror on the business date. Again returns the first."""
    return book.reverse(
        connection,
        entry,
        on_date=masters.today(connection),
        reason=narration,
        key=effect.key,
        process=effect.process,
    ).entry
