"""Layouts of statements: rows in order, the accounts that each takes, and what adds up to what."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.definitions.fields import Name, Strict, Words
from domain.definitions.mistakes import Mistake, Path
from domain.ledger.chart import CashFlow, Kind, Side
from domain.reports.words import Text

Statement = Literal["profit_and_loss", "balance_sheet", "cash_flow"]


class Takes(Strict):
    """Which accounts a row takes: those that meet everything stated.

    `lines` are statement lines, `sections` those of the cash flow. With `rest` the row takes its
    lines, and of its kinds and sections whatever no row of the same sections takes.
    """

    lines: tuple[Name, ...] = ()
    without: tuple[Name, ...] = ()
    kinds: tuple[Kind, ...] = ()
    sections: tuple[CashFlow, ...] = ()
    rest: bool = False


class Row(Strict):
    """A row. With `rows` it is a group, and `total` the words of the subtotal under it.

    `adds` and `less` compute it from rows before. `profit` stands for income and expense not yet
    closed, `cash` for a figure of the cash itself. `takes_back` turns the sign; `is_line` shows a
    group as one row.
    """

    id: Name | None = None
    number: Words | None = None
    title: Text
    side: Side | None = None
    takes: Takes | None = None
    profit: Literal["current", "earlier"] | None = None
    cash: Literal["opening", "closing", "exchange"] | None = None
    rows: tuple["Row", ...] = ()
    total: Text | None = None
    adds: tuple[Name, ...] = ()
    less: tuple[Name, ...] = ()
    takes_back: bool = False
    hides_nil: bool = False
    is_line: bool = False
    is_total: bool = False


class Layout(Strict):
    """One layout of a statement and the law, standard or habit that it follows."""

    title: Text
    source: Words
    shows_accounts: bool = False
    rows: Annotated[tuple[Row, ...], Field(min_length=1)]


class Layouts(Strict):
    """A file of `config/statements`: the layouts of one statement, the first its usual one."""

    statement: Statement
    layouts: Annotated[dict[Name, Layout], Field(min_length=1)]


def every(rows: tuple[Row, ...], path: Path = ()) -> Iterator[tuple[Path, Row]]:
    """All rows of a layout with their paths, each before its own."""
    for place, row in enumerate(rows):
        yield (*path, "rows", place), row
        yield from every(row.rows, (*path, "rows", place))


def mistakes(found: Layouts) -> Iterator[Mistake]:
    """What no row shows by itself: names that stand for nothing, lines that two rows take."""
    for name, layout in found.layouts.items():
        known: set[str] = set()
        taken: set[tuple[str, tuple[str, ...], tuple[str, ...]]] = set()
        for path, row in every(layout.rows, ("layouts", name)):
            for wanted in (*row.adds, *row.less):
                if wanted not in known:
                    what = f"{wanted!r} is no row before this one"
                    yield Mistake(path, what, "Name a row that has this id and stands above")
            if row.id in known:
                yield Mistake(path, f"{row.id!r} is the id of a row before", "Choose another")
            known |= {row.id} - {None}  # type: ignore[arg-type]
            if row.takes and not row.takes_back:
                for line in row.takes.lines:
                    key = (line, row.takes.sections, row.takes.kinds if row.takes.sections else ())
                    if key in taken:
                        what = f"The statement line {line!r} is taken by a row before"
                        yield Mistake((*path, "takes"), what, "Let one row take it")
                    taken.add(key)
