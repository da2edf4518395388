"""Rows of a table as entries to be posted, and everything that is wrong with a row by itself."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from domain import money
from domain.ledger.transfer.mapping import Columns, check
from domain.ledger.transfer.table_file import Cell, Row, rows
from domain.money import LARGEST_AMOUNT
from domain.refusal import Refusal

Value = TypeVar("Value")
ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """A rule said no to a row, or to the entry that begins there. `column` None: the whole row."""

    row: int
    column: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class DraftPosting:
    """A row: debit above zero, credit below, in minor units."""

    row: int
    account: str
    amount: int
    currency: str
    base_amount: int | None
    dimensions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """Rows under one reference. `refusals` are those of the rows; then it is not to be posted."""

    reference: str
    entry_date: date
    narration: str
    party: str | None
    due_date: date | None
    postings: tuple[DraftPosting, ...]
    row: int
    refusals: tuple[RowRefusal, ...] = ()


def read(path: Path, columns: Columns, *, base_currency: str) -> Iterator[Draft]:
    """Every entry of the table. Raises Refusal when the table does not fit the columns."""
    table = rows(path, columns)
    _, header = next(table, (1, ()))
    names = [str(name or "").strip() for name in header]
    check(columns, names)
    reader = Reader(columns, {name: place for place, name in enumerate(names)}, base_currency)
    together: list[Row] = []
    reference = ""
    seen: set[str] = set()
    for row in table:
        found = reader.text(row, columns.reference) or columns.called or ""
        if together and found != reference:
            yield reader.draft(reference, together, is_again=reference in seen)
            seen.add(reference)
            together = []
        reference = found
        together.append(row)
    if together:
        yield reader.draft(reference, together, is_again=reference in seen)


class Reader:
    """Reads the rows of one table; keeps what is wrong with the entry at hand."""

    def __init__(self, columns: Columns, places: dict[str, int], base_currency: str) -> None:
        self.columns = columns
        self.places = places
        self.base_currency = base_currency
        self.refusals: list[RowRefusal] = []

    def draft(self, reference: str, together: list[Row], *, is_again: bool) -> Draft:
        """The entry of rows that stand together; its date and narration are the first row's."""
        self.refusals = []
        first = together[0]
        if not reference:
            said = Refusal("reference_must_be_given", "Say which entry the row belongs to.")
            self.refuse(first, self.columns.reference, said)
        if is_again:
            said = Refusal(
                "entry_rows_must_stand_together",
                f"{reference!r} stood further up already. "
                f"Sort the table by {self.columns.reference!r}.",
            )
            self.refuse(first, self.columns.reference, said)
        columns = self.columns
        entry_date = self.read(first, columns.day, self.day, columns.on_date or date.min)
        due_date = self.read(first, columns.due_date, self.day_or_none, None)
        postings = tuple(self.posting(row) for row in together)
        narration = self.text(first, columns.narration) or columns.about or ""
        party = self.text(first, columns.party) or None
        self.check_same(together)
        return Draft(
            reference, entry_date, narration, party, due_date, postings, first[0],
            tuple(self.refusals),
        )  # fmt: skip

    def check_same(self, together: list[Row]) -> None:
        """What an entry has once may be left out further down, but not be another."""
        columns = self.columns
        for column in (columns.day, columns.party, columns.due_date):
            stated = self.text(together[0], column)
            for row in together[1:]:
                found = self.text(row, column)
                if found and found != stated:
                    said = Refusal(
                        "entry_rows_must_agree",
                        f"{found!r} differs from {stated!r} in the entry's first row. "
                        "Make them one or give the row a reference of its own.",
                    )
                    self.refuse(row, column, said)

    def posting(self, row: Row) -> DraftPosting:
        """One row."""
        columns = self.columns
        currency = self.text(row, columns.currency) or columns.in_currency or self.base_currency
        amount = self.amount(row, currency)
        base_amount = self.read(row, columns.base_amount, self.base_amount, None)
        if base_amount is not None and (base_amount > 0) == (amount < 0):
            base_amount = -base_amount
        dimensions = ((name, self.text(row, column)) for name, column in columns.dimensions)
        named = tuple(sorted((name, value) for name, value in dimensions if value))
        account = self.text(row, columns.account)
        return DraftPosting(row[0], account, amount, currency, base_amount, named)

    def amount(self, row: Row, currency: str) -> int:
        """Debit less credit, or the signed amount."""

        def minor_units(written: str) -> int:
            return minor(written, currency) if written else 0

        columns = self.columns
        if columns.amount is not None:
            return self.read(row, columns.amount, minor_units, 0)
        debit = self.read(row, columns.debit, minor_units, 0)
        credit = self.read(row, columns.credit, minor_units, 0)
        if debit and credit:
            said = Refusal(
                "row_must_have_one_side",
                "The row has a debit and a credit. Write them in rows of their own.",
            )
            self.refuse(row, columns.credit, said)
        return debit - credit

    def base_amount(self, written: str) -> int | None:
        """The amount in the base currency; its sign is taken from the amount."""
        return abs(minor(written, self.base_currency)) if written else None

    def day(self, written: str) -> date:
        """A day in the format of the columns, or as a workbook keeps it."""
        try:
            if ISO_DAY.fullmatch(written):
                return date.fromisoformat(written)
            return datetime.strptime(written, self.columns.day_format).date()
        except ValueError:
            raise Refusal(
                "date_must_be_readable",
                f"{written!r} is no day written as {self.columns.day_format}. Write it so.",
            ) from None

    def day_or_none(self, written: str) -> date | None:
        """A day, or none where nothing is written."""
        return self.day(written) if written else None

    def read(
        self, row: Row, column: str | None, reading: Callable[[str], Value], otherwise: Value
    ) -> Value:
        """What a cell says, or `otherwise`; what cannot be read is kept as the row's refusal."""
        if column is None:
            return otherwise
        try:
            return reading(self.text(row, column))
        except Refusal as refusal:
            self.refuse(row, column, refusal)
            return otherwise

    def text(self, row: Row, column: str | None) -> str:
        """The text of a cell; empty when the row is short or the table has no such column."""
        if column is None:
            return ""
        place = self.places[column]
        found: Cell = row[1][place] if place < len(row[1]) else None
        return "" if found is None else str(found).strip()

    def refuse(self, row: Row, column: str | None, refusal: Refusal) -> None:
        """Keep what is wrong."""
        self.refusals.append(RowRefusal(row[0], column, refusal.code, refusal.message))


# Most amounts stand in a table twice, as a debit and as a credit.
@lru_cache(maxsize=4096)
def minor(written: str, currency: str) -> int:
    """Minor units of `1,180.00`. Raises Refusal rather than round."""
    amount = money.parse(f"{written} {currency}").amount
    if abs(amount) > LARGEST_AMOUNT:
        raise Refusal(
            "amount_out_of_range", f"{written} is beyond {LARGEST_AMOUNT} minor units. Split it."
        )
    return amount
