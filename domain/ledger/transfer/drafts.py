"""Rows of a table as entries to be posted, and everything that is wrong with a row by itself."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from domain import money
from domain.currencies import EXPONENTS
from domain.ledger.transfer.mapping import Columns, check
from domain.ledger.transfer.table_file import Row, rows
from domain.money import LARGEST_AMOUNT
from domain.refusal import Refusal

ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Amounts with all the digits of their currency and nothing else, well within range: nearly all, and
# read four times as fast as money is.
PLAIN = {
    currency: re.compile(r"-?[0-9]{1,12}" + (rf"\.[0-9]{{{digits}}}" if digits else ""))
    for currency, digits in EXPONENTS.items()
}


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """A rule said no to a row, or to the entry that begins there. `column` None: the whole row."""

    row: int
    column: str | None
    code: str
    message: str


class DraftPosting(NamedTuple):
    """A row: debit above zero, credit below, in minor units."""

    row: int
    account: str
    amount: int
    currency: str
    base_amount: int | None
    dimensions: tuple[tuple[str, str], ...]


class Draft(NamedTuple):
    """Rows under one reference. `refusals` are those of the rows; then it is not to be posted."""

    reference: str
    entry_date: date
    narration: str
    party: str | None
    due_date: date | None
    postings: tuple[DraftPosting, ...]
    row: int
    refusals: tuple[RowRefusal, ...] = ()


class Written(NamedTuple):
    """A row as text: its number, and its cells stripped, with an empty one at the end."""

    number: int
    cells: list[str]


class Places(NamedTuple):
    """Where in a row each thing stands; -1, the empty cell at the end, where it has no column."""

    account: int
    debit: int
    credit: int
    amount: int
    day: int
    narration: int
    reference: int
    currency: int
    base_amount: int
    party: int
    due_date: int

    @classmethod
    def of(cls, columns: Columns, header: Sequence[str]) -> "Places":
        """The places of the columns in a header that has each of them once."""
        stated = (getattr(columns, name) for name in cls._fields)
        return cls(*(-1 if name is None else header.index(name) for name in stated))


def read(path: Path, columns: Columns, *, base_currency: str) -> Iterator[Draft]:
    """Every entry of the table. Raises Refusal when the table does not fit the columns."""
    table = rows(path, columns)
    _, header = next(table, (1, ()))
    names = [str(name or "").strip() for name in header]
    check(columns, names)
    reader = Reader(columns, names, base_currency)
    yield from together(reader, texts(table, len(names)))


def together(reader: "Reader", rows: Iterable[Written]) -> Iterator[Draft]:
    """Rows that stand together under one reference as the entry that they are."""
    place, called = reader.places.reference, reader.columns.called or ""
    found: list[Written] = []
    reference = ""
    seen: set[str] = set()
    for row in rows:
        named = row.cells[place] or called
        if named != reference and found:
            yield reader.draft(reference, found, is_again=reference in seen)
            seen.add(reference)
            found = []
        reference = named
        found.append(row)
    if found:
        yield reader.draft(reference, found, is_again=reference in seen)


def texts(table: Iterable[Row], width: int) -> Iterator[Written]:
    """Rows as text, short ones filled up."""
    for number, cells in table:
        found = ["" if cell is None else str(cell).strip() for cell in cells[:width]]
        found += [""] * (width + 1 - len(found))
        yield Written(number, found)


class Reader:
    """Reads the rows of one table; keeps what is wrong with the entry at hand.

    A table may have millions of rows: what is done for each of them is little.
    """

    def __init__(self, columns: Columns, header: Sequence[str], base_currency: str) -> None:
        self.columns = columns
        self.places = Places.of(columns, header)
        self.dimensions = [(name, header.index(column)) for name, column in columns.dimensions]
        self.base_currency = base_currency
        self.usual_currency = columns.in_currency or base_currency
        self.refusals: list[RowRefusal] = []
        self.days: dict[str, date] = {}

    def draft(self, reference: str, together: list[Written], *, is_again: bool) -> Draft:
        """The entry of rows that stand together; its date and narration are the first row's."""
        self.refusals = []
        columns, places, first = self.columns, self.places, together[0]
        if not reference:
            said = Refusal("reference_must_be_given", "Say which entry the row belongs to.")
            self.refuse(first, columns.reference, said)
        if is_again:
            said = Refusal(
                "entry_rows_must_stand_together",
                f"{reference!r} stood further up already. Sort the table by {columns.reference!r}.",
            )
            self.refuse(first, columns.reference, said)
        entry_date = columns.on_date or date.min
        if columns.day is not None:
            entry_date = self.day(first, columns.day, first.cells[places.day]) or entry_date
        due = first.cells[places.due_date]
        due_date = self.day(first, columns.due_date, due) if due else None
        postings = tuple([self.posting(row) for row in together])
        narration = first.cells[places.narration] or columns.about or ""
        self.check_same(together)
        return Draft(
            reference, entry_date, narration, first.cells[places.party] or None, due_date, postings,
            first.number, tuple(self.refusals),
        )  # fmt: skip

    def check_same(self, together: list[Written]) -> None:
        """What an entry has once may be left out further down, but not be another."""
        columns, places = self.columns, self.places
        once = (
            (places.day, columns.day), (places.party, columns.party),
            (places.due_date, columns.due_date),
        )  # fmt: skip
        first = together[0].cells
        for place, column in once:
            for row in together[1:] if column else ():
                found = row.cells[place]
                if found and found != first[place]:
                    said = Refusal(
                        "entry_rows_must_agree",
                        f"{found!r} differs from {first[place]!r} in the entry's first row. "
                        "Make them one or give the row a reference of its own.",
                    )
                    self.refuse(row, column, said)

    def posting(self, row: Written) -> DraftPosting:
        """One row."""
        cells, places = row.cells, self.places
        currency = cells[places.currency] or self.usual_currency
        amount = self.amount(row, currency)
        base_amount = None
        if cells[places.base_amount]:
            base_amount = self.base_amount(row, amount)
        named: tuple[tuple[str, str], ...] = ()
        if self.dimensions:
            stated = ((name, cells[place]) for name, place in self.dimensions)
            named = tuple(sorted((name, value) for name, value in stated if value))
        return DraftPosting(row.number, cells[places.account], amount, currency, base_amount, named)

    def amount(self, row: Written, currency: str) -> int:
        """Debit less credit, or the signed amount."""
        columns, cells, places = self.columns, row.cells, self.places
        if columns.amount is not None:
            return self.money(row, columns.amount, cells[places.amount], currency) or 0
        debit = self.money(row, columns.debit, cells[places.debit], currency)
        credit = self.money(row, columns.credit, cells[places.credit], currency)
        if debit and credit:
            said = Refusal(
                "row_must_have_one_side",
                "The row has a debit and a credit. Write them in rows of their own.",
            )
            self.refuse(row, columns.credit, said)
        return (debit or 0) - (credit or 0)

    def base_amount(self, row: Written, amount: int) -> int | None:
        """The amount in the base currency; its sign is taken from the amount."""
        written = row.cells[self.places.base_amount]
        found = self.money(row, self.columns.base_amount, written, self.base_currency)
        return found and (abs(found) if amount >= 0 else -abs(found))

    def money(self, row: Written, column: str | None, written: str, currency: str) -> int | None:
        """Minor units; none where nothing is written or what is written is refused."""
        if not written:
            return None
        try:
            return minor(written, currency)
        except Refusal as refusal:
            self.refuse(row, column, refusal)
            return None

    def day(self, row: Written, column: str | None, written: str) -> date | None:
        """A day in the format of the columns or as a workbook keeps it; none when refused."""
        found = self.days.get(written)
        if found is None:
            try:
                found = day(written, self.columns.day_format)
            except Refusal as refusal:
                self.refuse(row, column, refusal)
                return None
            self.days[written] = found
        return found

    def refuse(self, row: Written, column: str | None, refusal: Refusal) -> None:
        """Keep what is wrong."""
        self.refusals.append(RowRefusal(row.number, column, refusal.code, refusal.message))


def day(written: str, day_format: str) -> date:
    """A day of the calendar. Raises Refusal `date_must_be_readable`."""
    try:
        if ISO_DAY.fullmatch(written):
            return date.fromisoformat(written)
        return datetime.strptime(written, day_format).date()
    except ValueError:
        raise Refusal(
            "date_must_be_readable",
            f"{written!r} is no day written as {day_format}. Write it so.",
        ) from None


def minor(written: str, currency: str) -> int:
    """Minor units of `1,180.00`. Raises Refusal rather than round."""
    exact = PLAIN.get(currency)
    if exact is not None and exact.fullmatch(written):
        return int(written.replace(".", ""))
    amount = money.parse(f"{written} {currency}").amount
    if abs(amount) > LARGEST_AMOUNT:
        raise Refusal(
            "amount_out_of_range", f"{written} is beyond {LARGEST_AMOUNT} minor units. Split it."
        )
    return amount
