"""Rows of a report out of an evaluated layout: titles, note numbers, figures, links."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from domain.ledger.accounts import Account
from domain.reports.columns import Slice
from domain.reports.evaluation import Amounts, Worth
from domain.reports.layout import Layout, Row, every
from domain.reports.report import Column, RowKind
from domain.reports.report import Row as ReportRow
from domain.reports.request import Asked


@dataclass(frozen=True, slots=True)
class Presentation:
    """How the rows of one statement are shown. `notes` gives rows their numbers, by identity."""

    asked: Asked
    parameters: Mapping[str, str]
    notes: Mapping[int, int]
    shows_accounts: bool = False

    def rows(self, worths: Iterable[Worth], level: int = 0) -> Iterator[ReportRow]:
        """The rows of the report, without lines that are nil."""
        for each in worths:
            row = each.row
            computed = row.adds or row.less or row.cash
            if each.is_nil and (row.hides_nil or not computed) and not row.is_total:
                continue
            if row.rows and not row.is_line:
                yield self.row(RowKind.HEADING, row, None, level)
                yield from self.rows(each.under, level + 1)
                if row.total:
                    kind = RowKind.TOTAL if row.is_total else RowKind.SUBTOTAL
                    title = row.total.read(self.asked.language)
                    yield self.made(kind, title, None, each.amounts, level)
            elif computed:
                kind = RowKind.TOTAL if row.is_total else RowKind.SUBTOTAL
                yield self.row(kind, row, each.amounts, level)
            elif self.shows_accounts and each.accounts:
                yield from (self.account(a, cells, level) for a, cells in each.accounts)
            else:
                yield self.row(RowKind.LINE, row, each.amounts, level, self.link(each))

    def row(
        self, kind: RowKind, row: Row, cells: Amounts | None, level: int, link: str | None = None
    ) -> ReportRow:
        """A row of the layout."""
        title = row.title.read(self.asked.language)
        numbered = f"{row.number} {title}" if row.number else title
        note = self.notes.get(id(row)) if kind is RowKind.LINE else None
        return self.made(kind, numbered, note, cells, level, link=link)

    def made(
        self,
        kind: RowKind,
        title: str,
        note: int | None,
        cells: Amounts | None,
        level: int,
        *,
        link: str | None = None,
    ) -> ReportRow:
        """A row of the report."""
        figures: tuple[int | None, ...] = cells or ()
        shown = None if note is None else str(note)
        return ReportRow(
            kind,
            (title, shown, *figures),
            level,
            currency=self.asked.company.base_currency,
            link=link,
        )

    def account(self, account: Account, cells: Amounts, level: int) -> ReportRow:
        """An account as a row of its own."""
        title = account.titled(self.asked.language)
        link = postings_link(account.code, self.parameters)
        return self.made(RowKind.LINE, title, None, cells, level, link=link)

    def link(self, worth: Worth) -> str | None:
        """Where a line's figures come from: its only account's postings, or its note."""
        note = self.notes.get(id(worth.row))
        if len(worth.accounts) == 1 and not worth.under:
            return postings_link(worth.accounts[0][0].code, self.parameters)
        if note is None:
            return None
        asked = {**self.parameters, "layout": self.asked.layout, "note": str(note)}
        return f"/v1/reports/notes-to-accounts?{urlencode(asked)}"


def postings_link(code: str, parameters: Mapping[str, str]) -> str:
    """The postings of an account in the days of a figure."""
    days = {name: parameters[name] for name in ("since", "until") if name in parameters}
    if "as_of" in parameters:
        days = {"until": parameters["as_of"]}
    return f"/v1/ledger/accounts/{code}/postings{'?' if days else ''}{urlencode(days)}"


def notes_of(*layouts: Layout) -> dict[int, int]:
    """A number for each line of the statements, counted on through all of them."""
    lines = [row for layout in layouts for row in noted(layout)]
    return {id(row): number for number, row in enumerate(lines, 1)}


def noted(layout: Layout) -> Iterator[Row]:
    """The rows that stand in the statement as one line and are told of in a note."""
    inside: set[int] = set()
    for _, row in every(layout.rows):
        if id(row) in inside:
            continue
        if row.is_line:
            inside |= {id(below) for _, below in every(row.rows)}
        if row.is_line or row.takes:
            yield row


def columns(asked: Asked, slices: Iterable[Slice]) -> tuple[Column, ...]:
    """Particulars, note, and the figures."""
    return (
        Column("particulars", asked.say("particulars"), "text"),
        Column("note", asked.say("note"), "text"),
        *(Column(slice.name, slice.title) for slice in slices),
    )
