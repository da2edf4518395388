"""The cash flow statement (Ind AS 7), direct and indirect: what moved all accounts but cash."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from domain.ledger import accounts, figures
from domain.ledger.accounts import Account
from domain.ledger.figures import Figure, Span
from domain.reports import columns, evaluation, making, presentation, request
from domain.reports.columns import Slice
from domain.reports.evaluation import Amounts, Facts
from domain.reports.presentation import Presentation
from domain.reports.report import Report
from domain.reports.request import Asked
from domain.reports.statement import asking

# Closing entries move no cash, and what was there at the opening of the book did not flow in.
NO_FLOW = ("closing", "opening")


def cash_flow(connection: Connection, asked: Asked) -> Report:
    """Operating, investing and financing flows of a range of days.

    By double entry they are what all accounts but cash moved, so they add up to the change in cash
    exactly; when they do not, the report says by how much. Revaluing cash in a foreign currency is
    no flow and stands by itself (paragraph 28).
    """
    main = request.span(connection, asked)
    spans = columns.spans(asked, main)
    question = replace(asking(asked, spans), leaves_out=NO_FLOW)
    moved = figures.ask(connection, question)
    chart = accounts.by_id(connection, asked.company.id)
    slices = columns.slices(asked, spans, moved)
    without_revaluation = figures.ask(
        connection, replace(question, leaves_out=(*NO_FLOW, "revaluation"))
    )
    ends = tuple(Span(None, span.until) for span in spans)
    closing = of_cash(figures.ask(connection, asking(asked, ends)), slices, chart)
    change = of_cash(moved, slices, chart)
    exchange = less(change, of_cash(without_revaluation, slices, chart))
    cash = {"opening": less(closing, change), "closing": closing, "exchange": exchange}
    amounts = {
        id: cells
        for id, cells in evaluation.amounts_of(moved, slices).items()
        if evaluation.section(chart[id]) != "cash"
    }
    layout = asked.layouts["cash_flow"][asked.layout]
    worths = evaluation.evaluated(layout, Facts(chart, amounts, len(slices), cash=cash))
    flows = evaluation.named(worths)["change"]
    said = [*making.known(asked), f"{asked.say('source')}: {layout.source}"]
    if asked.layout == "direct":
        said.append(asked.say("direct_method"))
    currency = asked.company.base_currency
    gaps = [gap for gap in less(flows, change) if gap]
    said += [asked.say("cash_differs", amount=gap, currency=currency) for gap in gaps]
    shown = Presentation(asked, making.linked(asked, main), {})
    rows = tuple(shown.rows(worths))
    columns_shown = presentation.columns(asked, slices)
    return making.report(asked, main, columns_shown, rows, notes=tuple(said))


def of_cash(
    found: tuple[Figure, ...], slices: tuple[Slice, ...], chart: Mapping[int, Account]
) -> Amounts:
    """What the cash accounts add up to in each column."""
    amounts = evaluation.amounts_of(found, slices)
    held = (cells for id, cells in amounts.items() if evaluation.section(chart[id]) == "cash")
    return evaluation.total(held, len(slices))


def less(one: Amounts, other: Amounts) -> Amounts:
    """Column by column."""
    return tuple(left - right for left, right in zip(one, other, strict=True))
