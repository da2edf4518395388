"""What the columns of a table mean: stated by the person who imports it, never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of the column for each thing; None where the table has none.

    Amounts stand in `debit` and `credit`, or in `amount` with credits below zero. Rows with one
    `reference` are one entry and stand together. What has no column is the same for all rows:
    `on_date`, `about`, `called`, `in_currency` (None: the base currency). `dimensions` are pairs of
    a dimension and its column. `day_format` is that of strptime; workbooks keep dates as dates.
    """

    account: str
    debit: str | None = None
    credit: str | None = None
    amount: str | None = None
    day: str | None = None
    narration: str | None = None
    reference: str | None = None
    currency: str | None = None
    base_amount: str | None = None
    party: str | None = None
    due_date: str | None = None
    dimensions: tuple[tuple[str, str], ...] = ()
    on_date: date | None = None
    about: str | None = None
    called: str | None = None
    in_currency: str | None = None
    day_format: str = "%Y-%m-%d"
    delimiter: str = ","
    sheet: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The headers that the table must have."""
        single = (
            self.account, self.debit, self.credit, self.amount, self.day, self.narration,
            self.reference, self.currency, self.base_amount, self.party, self.due_date,
        )  # fmt: skip
        return (*(name for name in single if name), *(column for _, column in self.dimensions))


def check(columns: Columns, header: Sequence[str]) -> None:
    """Raises Refusal `mapping_must_be_complete`, `mapping_must_fit_table`."""
    has_sides = columns.debit is not None and columns.credit is not None
    needed = {
        "the amounts: debit and credit, or amount": has_sides != (columns.amount is not None),
        "the date: day, or on_date for all": bool(columns.day or columns.on_date),
        "the narration: narration, or about for all": bool(columns.narration or columns.about),
        "the entry: reference, or called for all": bool(columns.reference or columns.called),
    }
    for what, is_there in needed.items():
        if not is_there:
            raise Refusal("mapping_must_be_complete", f"Say which columns hold {what}.")
    for name in columns.columns:
        if header.count(name) != 1:
            raise Refusal(
                "mapping_must_fit_table",
                f"The table has {header.count(name)} columns {name!r}; it needs one. "
                f"Its header is {', '.join(header) or 'empty'}.",
            )
