"""Filling a journal template with the content of a document. The totals are computed here."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.definitions.fields import AccountField, MoneyField, PartyField, RowsField
from domain.definitions.model import Definition
from domain.definitions.proof_of_journals import TODAY, rows_of
from domain.definitions.wording import filled
from domain.ledger.entry import EntryKind, JournalEntry, Numbering, Posting
from domain.ledger.notation import Line, read_line
from domain.money import Money


class Source(NamedTuple):
    """What a template is filled from: one document, and the code its party is known by."""

    definition: Definition
    content: Content
    party_code: str


def entry(
    definition: Definition,
    template: str,
    content: Content,
    *,
    company: UUID,
    today: date,
    party: UUID | None = None,
    party_code: str = "",
    process: UUID | None = None,
    document: UUID | None = None,
) -> JournalEntry:
    """The entry that a template of the definition makes of accepted content.

    Rows give one posting each, zero amounts none; nothing is merged. Climbs no ladder:
    `check_entry` and the database do. A numbered template draws its number when it is posted.
    Raises LookupError for a template that the definition does not have.
    """
    if template not in definition.journals:
        raise LookupError(f"{definition.process} has no journal {template!r}.")
    journal = definition.journals[template]
    source = Source(definition, content, party_code)
    return JournalEntry(
        company=company,
        entry_date=day(journal.date, content, today),
        narration=filled(journal.narration, values(source)),
        postings=tuple(p for text in journal.postings for p in postings(read_line(text), source)),
        kind=EntryKind.NORMAL,
        party=party,
        due_date=None if journal.due is None else day(journal.due, content, today),
        process=process,
        document=document,
        numbering=numbering(definition) if journal.numbered else None,
    )


def numbering(definition: Definition) -> Numbering | None:
    """The series that numbered journals of this type draw from."""
    number = definition.number
    return None if number is None else Numbering(number.series, number.pattern)


def subject(definition: Definition, content: Content, *, party_code: str = "") -> str:
    """What a process is called in lists: `V-001 INV/2026/117`."""
    return filled(definition.subject, values(Source(definition, content, party_code)))


def total(definition: Definition, name: str, content: Content) -> Money:
    """The sum of a total's parts, or of a money field (over all rows for `lines.net`).

    What was left out counts as zero. Raises LookupError when the content has no money at all.
    """
    found = list(parts(definition, name, content))
    currency = next(currencies(definition, content), None)
    if currency is None:
        raise LookupError(f"The content has no money, so {name!r} has no currency.")
    return Money(sum(part.amount for part in found), currency)


def is_without_money(definition: Definition, content: Content) -> bool:
    """Whether no money was given at all."""
    return next(currencies(definition, content), None) is None


def parts(definition: Definition, name: str, content: Content) -> Iterator[Money]:
    """The money that makes up a total or a field."""
    if name in definition.totals:
        for part in definition.totals[name]:
            yield from parts(definition, part, content)
        return
    rows = rows_of(name)
    field = name.removeprefix(f"{rows}.")
    for row in reading.rows(content, rows) if rows else (content,):
        found = reading.money(row, field)
        if found is not None:
            yield found


def currencies(definition: Definition, content: Content) -> Iterator[str]:
    """The currency of each amount that was given; `accept` saw to it that they are one."""
    for name, field in definition.fields_by_path().items():
        if isinstance(field, MoneyField):
            yield from (part.currency for part in parts(definition, name, content))


def day(name: str, content: Content, today: date) -> date:
    """A date of the document, or the day of posting."""
    return today if name == TODAY else reading.day(content, name)


def postings(line: Line, source: Source) -> Iterator[Posting]:
    """The postings of one line of a template."""
    rows = rows_of(line.amount)
    if not rows:
        amount = total(source.definition, line.amount, source.content)
        yield from posting(line, amount, {}, source)
        return
    for row in reading.rows(source.content, rows):
        amount_of_row = reading.money(row, line.amount.removeprefix(f"{rows}."))
        if amount_of_row is not None:
            texts = {name: value for name, value in row.items() if isinstance(value, str)}
            inner = {f"{rows}.{name}": value for name, value in texts.items()}
            yield from posting(line, amount_of_row, inner, source)


def posting(line: Line, amount: Money, row: dict[str, str], source: Source) -> Iterator[Posting]:
    """One posting, unless it is zero."""
    if amount.amount == 0:
        return
    known = values(source) | row
    account = line.account
    if isinstance(source.definition.fields_by_path().get(account), AccountField):
        account = known[account]
    dimensions = tuple((name, known[value]) for name, value in line.dimensions)
    sign = 1 if line.is_debit else -1
    yield Posting(account, sign * amount.amount, amount.currency, dimensions=dimensions)


def values(source: Source) -> dict[str, str]:
    """Each field that stands once as text for people; a party by its code."""
    found: dict[str, str] = {}
    for name, field in source.definition.fields.items():
        if isinstance(field, RowsField):
            continue
        if isinstance(field, PartyField) and source.party_code:
            found[name] = source.party_code
        elif isinstance(field, MoneyField):
            amount = reading.money(source.content, name)
            found[name] = "" if amount is None else str(amount)
        else:
            found[name] = reading.shown(source.content, name)
    return found
