"""Profit and loss, balance sheet and the notes to both, in any layout."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from domain.ledger import accounts, figures
from domain.ledger.accounts import Account
from domain.ledger.figures import Question, Span
from domain.reports import columns, evaluation, making, presentation, request
from domain.reports.columns import Slice
from domain.reports.evaluation import Amounts, Facts, Worth
from domain.reports.layout import Layout
from domain.reports.presentation import Presentation
from domain.reports.report import Report, Row, RowKind
from domain.reports.request import PERIODIC, Asked

CLOSING = ("closing",)
INCOME = ("income", "expense")


def profit_and_loss(connection: Connection, asked: Asked) -> Report:
    """Income less expense of a range of days, as if no year had been closed in it.

    Closing entries move income and expense to equity, so they and their reversals are left out.
    """
    main = request.span(connection, asked)
    slices, facts = earned(connection, asked, main)
    layout = asked.layouts["profit_and_loss"][asked.layout]
    worths = evaluation.evaluated(layout, facts)
    shown = presented(asked, main, layout)
    said = (*making.known(asked), f"{asked.say('source')}: {layout.source}")
    rows = tuple(shown.rows(worths))
    return making.report(asked, main, presentation.columns(asked, slices), rows, notes=said)


def balance_sheet(connection: Connection, asked: Asked) -> Report:
    """What is owned and owed at the end of a day; it balances whether years are closed or not."""
    main = Span(None, request.day(connection, asked.request))
    slices, facts = held(connection, asked, main)
    layout = asked.layouts["balance_sheet"][asked.layout]
    worths = evaluation.evaluated(layout, facts)
    said = [*making.known(asked), f"{asked.say('source')}: {layout.source}"]
    sides = evaluation.named(worths)
    if not asked.request.dimensions and (asked.request.by in (None, *PERIODIC)):
        pairs = zip(sides["assets"], sides["equity_and_liabilities"], strict=True)
        said += [out_of_balance(asked, one - other) for one, other in pairs if one != other]
    rows = tuple(presented(asked, main, layout).rows(worths))
    columns_shown = presentation.columns(asked, slices)
    return making.report(asked, main, columns_shown, rows, notes=tuple(said))


def notes_to_accounts(connection: Connection, asked: Asked) -> Report:
    """The accounts behind each line of balance sheet and profit and loss; or behind one note."""
    over = request.span(connection, asked)
    at = Span(None, over.until)
    sheet, earnings = (
        asked.layouts[name][asked.layout] for name in ("balance_sheet", "profit_and_loss")
    )
    numbers = presentation.notes_of(sheet, earnings)
    slices, facts = held(connection, asked, at)
    _, earned_facts = earned(connection, asked, over)
    rows = [
        *noted(presented(asked, at, sheet), evaluation.evaluated(sheet, facts), numbers),
        *noted(
            presented(asked, over, earnings), evaluation.evaluated(earnings, earned_facts), numbers
        ),
    ]
    said = making.known(asked)
    columns_shown = presentation.columns(asked, slices)
    return making.report(asked, over, columns_shown, tuple(rows), notes=said)


def noted(shown: Presentation, worths: tuple[Worth, ...], numbers: dict[int, int]) -> Iterator[Row]:
    """A heading, the accounts and the sum of each note that has figures and was asked for."""
    for each in worths:
        number = numbers.get(id(each.row))
        if number is None:
            yield from noted(shown, each.under, numbers)
        elif not each.is_nil and shown.asked.request.note in (None, number):
            yield shown.made(RowKind.HEADING, title(shown, each), number, None, 0)
            for below in each.under or (each,):
                if below.row.profit and not below.is_nil:
                    yield shown.made(RowKind.LINE, title(shown, below), None, below.amounts, 1)
                for account, cells in below.accounts:
                    if any(cells):
                        yield shown.account(account, cells, 1)
            yield shown.made(RowKind.SUBTOTAL, shown.asked.say("total"), None, each.amounts, 0)


def title(shown: Presentation, worth: Worth) -> str:
    """A row's words."""
    return worth.row.title.read(shown.asked.language)


def presented(asked: Asked, span: Span, layout: Layout) -> Presentation:
    """How the rows of this statement are shown."""
    sheet, earnings = (
        asked.layouts[name][asked.layout] for name in ("balance_sheet", "profit_and_loss")
    )
    numbers = {} if layout.shows_accounts else presentation.notes_of(sheet, earnings)
    return Presentation(asked, making.linked(asked, span), numbers, layout.shows_accounts)


def earned(connection: Connection, asked: Asked, main: Span) -> tuple[tuple[Slice, ...], Facts]:
    """Income and expense of each column."""
    spans = columns.spans(asked, main)
    question = replace(asking(asked, spans), leaves_out=CLOSING, kinds=INCOME)
    found = figures.ask(connection, question)
    chart = accounts.by_id(connection, asked.company.id)
    slices = columns.slices(asked, spans, found)
    return slices, Facts(chart, evaluation.amounts_of(found, slices), len(slices))


def held(connection: Connection, asked: Asked, main: Span) -> tuple[tuple[Slice, ...], Facts]:
    """Assets, liabilities and equity at the end of each column's day, and the profits between.

    One statement gives all that must balance; the year's share of the profit comes from another.
    """
    ends = columns.spans(asked, main)
    if asked.request.by in PERIODIC and main.until:
        since = request.year_start(connection, asked.company, main.until)
        parts = columns.spans(asked, Span(since, main.until))[:-1]
        ends = tuple(Span(None, part.until) for part in parts)
    found = figures.ask(connection, asking(asked, ends))
    years = tuple(year_to(connection, asked, end) for end in ends)
    of_year = figures.ask(connection, replace(asking(asked, years), kinds=INCOME))
    chart = accounts.by_id(connection, asked.company.id)
    slices = columns.slices(asked, ends, found)
    all_of = evaluation.amounts_of(found, slices)
    profit = profit_in(all_of, chart, len(slices))
    current = evaluation.total(evaluation.amounts_of(of_year, slices).values(), len(slices))
    amounts = {id: cells for id, cells in all_of.items() if chart[id].kind not in INCOME}
    earlier = tuple(one - other for one, other in zip(profit, current, strict=True))
    profits = {"current": current, "earlier": earlier}
    return slices, Facts(chart, amounts, len(slices), profits)


def profit_in(amounts: dict[int, Amounts], chart: Mapping[int, Account], width: int) -> Amounts:
    """Income and expense that no closing entry has moved; a profit is below zero, a credit."""
    kept = (cells for id, cells in amounts.items() if chart[id].kind in INCOME)
    return evaluation.total(kept, width)


def year_to(connection: Connection, asked: Asked, end: Span) -> Span:
    """The fiscal year up to a day."""
    assert end.until is not None
    return Span(request.year_start(connection, asked.company, end.until), end.until)


def asking(asked: Asked, spans: tuple[Span, ...]) -> Question:
    """The question behind a statement."""
    wanted = asked.request
    by = None if wanted.by in PERIODIC else wanted.by
    return Question(asked.company.id, spans, wanted.dimensions, by, wanted.known_at)


def out_of_balance(asked: Asked, amount: int) -> str:
    """What is said of a book that does not balance."""
    return asked.say("is_out_of_balance", amount=amount, currency=asked.company.base_currency)
