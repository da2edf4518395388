"""The trial balance: every account's opening, movement and closing, flat or under its headings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.ledger import accounts, figures, hierarchy
from domain.ledger.accounts import Account
from domain.ledger.figures import Figure, Span
from domain.reports import columns, evaluation, making, request
from domain.reports.evaluation import Amounts
from domain.reports.presentation import postings_link
from domain.reports.report import Column, Report, Row, RowKind
from domain.reports.request import Asked
from domain.reports.statement import asking

SIDES = (
    "opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit",
)  # fmt: skip
Cells = tuple[str | int | None, ...]
NOW = ("closing_debit", "closing_credit")


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of each account as the table has them, and the names of its columns."""

    columns: tuple[Column, ...]
    cells: Mapping[int, Amounts]


def trial_balance(connection: Connection, asked: Asked) -> Report:
    """All accounts in the base currency: at the end of a day or of all; over a range with `since`.

    With `by` each column is the balance under one value of a dimension, debits less credits.
    """
    wanted = asked.request
    main = Span(None, wanted.as_of or wanted.until)
    if wanted.since is not None:
        main = request.span(connection, asked)
    opening = [Span(None, main.since - columns.DAY)] if main.since else []
    spans = (Span(None, main.until), *opening, *([main] if main.since else []))
    found = figures.ask(connection, asking(asked, spans))
    chart = accounts.by_id(connection, asked.company.id)
    if wanted.by:
        table = by_dimension(asked, main, found)
    else:
        names = SIDES if main.since else NOW
        shown = tuple(Column(name, asked.say(name)) for name in names)
        table = Table(shown, {id: sides(cells) for id, cells in parts(found, len(spans)).items()})
    used = {id: cells for id, cells in table.cells.items() if any(cells)}
    links = making.linked(asked, main)
    made = grouped if asked.layout == "headings" else flat
    rows = [*made(asked, chart, used, links), totalled(asked, table, used)]
    named = (
        Column("account", asked.say("account"), "text"),
        Column("title", asked.say("account_title"), "text"),
    )
    notes = (*making.known(asked), *unbalanced(asked, used, is_signed=bool(wanted.by)))
    return making.report(asked, main, (*named, *table.columns), tuple(rows), notes=notes)


def parts(found: Sequence[Figure], width: int) -> dict[int, list[list[int]]]:
    """Debits and credits in base currency, by account and span."""
    cells: dict[int, list[list[int]]] = {}
    for figure in found:
        sums = cells.setdefault(figure.account, [[0, 0] for _ in range(width)])
        for place, each in enumerate(figure.sums):
            sums[place][0] += each.base_debit
            sums[place][1] += each.base_credit
    return cells


def sides(spans: Sequence[Sequence[int]]) -> Amounts:
    """A balance stands on one side; a movement on both."""
    closing = stood(spans[0])
    if len(spans) == 1:
        return closing
    return (*stood(spans[1]), *spans[2], *closing)


def stood(sums: Sequence[int]) -> tuple[int, int]:
    """Debits less credits, on the side where that is above zero."""
    amount = sums[0] - sums[1]
    return max(amount, 0), max(-amount, 0)


def by_dimension(asked: Asked, main: Span, found: tuple[Figure, ...]) -> Table:
    """A signed balance for each value."""
    slices = columns.slices(asked, [main], found)
    shown = tuple(Column(slice.name, slice.title) for slice in slices)
    return Table(shown, evaluation.amounts_of(found, slices))


def flat(
    asked: Asked,
    chart: Mapping[int, Account],
    cells: Mapping[int, Amounts],
    links: Mapping[str, str],
) -> Iterator[Row]:
    """A row for each account, by code."""
    for id in sorted(cells, key=lambda id: chart[id].code):
        yield line(asked, chart[id], cells[id], links, level=0)


def grouped(
    asked: Asked,
    chart: Mapping[int, Account],
    cells: Mapping[int, Amounts],
    links: Mapping[str, str],
) -> Iterator[Row]:
    """The tree of the chart: each heading with the sum of what stands under it."""
    summed = hierarchy.rolled_up(chart, cells)
    for account, level in hierarchy.walked(chart):
        if account.id not in summed:
            continue
        if account.is_heading:
            named: Cells = (account.code, account.titled(asked.language), *summed[account.id])
            yield Row(RowKind.SUBTOTAL, named, level, asked.company.base_currency)
        else:
            yield line(asked, account, summed[account.id], links, level=level)


def line(
    asked: Asked, account: Account, cells: Amounts, links: Mapping[str, str], *, level: int
) -> Row:
    """An account."""
    named: Cells = (account.code, account.titled(asked.language), *cells)
    link = postings_link(account.code, links)
    return Row(RowKind.LINE, named, level, asked.company.base_currency, link)


def totalled(asked: Asked, table: Table, cells: Mapping[int, Amounts]) -> Row:
    """The sum of every column."""
    sums = evaluation.total(cells.values(), len(table.columns))
    named: Cells = (asked.say("total"), None, *sums)
    return Row(RowKind.TOTAL, named, 0, asked.company.base_currency)


def unbalanced(asked: Asked, cells: Mapping[int, Amounts], *, is_signed: bool) -> Iterator[str]:
    """What must be said when debits are not credits; under one dimension they need not be."""
    if is_signed or asked.request.dimensions or not cells:
        return
    sums = evaluation.total(cells.values(), len(next(iter(cells.values()))))
    for debit, credit in zip(sums[::2], sums[1::2], strict=True):
        if debit != credit:
            currency = asked.company.base_currency
            yield asked.say("is_out_of_balance", amount=debit - credit, currency=currency)
