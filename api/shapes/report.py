"""A report over the wire: the catalogue, and a table of any report with its columns and rows."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from api.caller import Caller
from api.shapes.base import Money, Resource, is_nothing, money
from api.shapes.ledger import Total, TrialLine
from domain.identifiers import COMPANY, written
from domain.money import Money as Amount
from domain.reports.report import Column, Report, Row


class ReportName(BaseModel):
    """A report that there is."""

    name: str = Field(examples=["trial-balance"])
    title: str
    parameters: list[str] = Field(description="The query parameters that it takes.")
    layouts: list[str] = Field(description="What `layout` may be; the first is the usual one.")
    formats: list[str] = Field(description="Media types for Accept.")
    href: str


class Reports(BaseModel):
    """The reports."""

    data: list[ReportName]


class Asked(BaseModel):
    """A parameter as the page states it."""

    name: str
    value: str


class ColumnBody(BaseModel):
    """A column. `holds` says what its cells are.

    text, amount, date, number, percent (basis points, 1250 for 12.5), or decimal (an exact figure
    in plain digits, as text).
    """

    name: str
    title: str
    holds: str


Cell = Money | int | date | str | None


class RowBody(BaseModel):
    """A row. `kind` is heading, line, subtotal or total; `link` is where its figures come from."""

    kind: str
    level: int
    cells: dict[str, Cell] = Field(description="A value for each column by name; null for none.")
    link: str | None


class ReportBody(Resource):
    """A report as a table, its texts in the language asked for."""

    report: str
    title: str
    company: str
    company_name: str
    currency: str
    language: str
    parameters: list[Asked]
    columns: list[ColumnBody]
    rows: list[RowBody]
    notes: list[str]
    next_cursor: str | None = Field(
        default=None,
        exclude_if=is_nothing,
        description="Of the page that follows, if there is one.",
    )
    next_url: str | None = Field(default=None, exclude_if=is_nothing)
    as_of: date | None = Field(default=None, description="The `as_of` that was asked for.")
    lines: list[TrialLine] | None = Field(
        default=None,
        exclude_if=is_nothing,
        description="Trial balance only, when nothing but `as_of` is asked: its accounts.",
    )
    total: Total | None = Field(
        default=None, exclude_if=is_nothing, description="With `lines`: the sums of both sides."
    )


def report(caller: Caller, found: Report, *, display: bool = False, **more: Any) -> ReportBody:
    """A report; `display` adds its amounts as people write them."""
    return ReportBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        report=found.name,
        title=found.title,
        company=written(COMPANY, found.company),
        company_name=found.company_name,
        currency=found.currency,
        language=found.language,
        parameters=[Asked(name=name, value=value) for name, value in found.parameters],
        columns=[
            ColumnBody(name=each.name, title=each.title, holds=each.holds) for each in found.columns
        ],
        rows=[row(each, found.columns, display=display) for each in found.rows],
        notes=list(found.notes),
        next_cursor=found.next,
        **more,
    )


def row(found: Row, columns: tuple[Column, ...], *, display: bool) -> RowBody:
    """A row by the names of its columns."""
    cells = {
        column.name: cell(value, column, column.currency_of(found), display=display)
        for column, value in zip(columns, found.cells, strict=True)
    }
    return RowBody(kind=found.kind.value, level=found.level, cells=cells, link=found.link)


def cell(value: str | int | date | None, column: Column, currency: str, *, display: bool) -> Cell:
    """A cell; an amount with its currency."""
    if column.holds == "amount" and isinstance(value, int):
        return money(Amount(value, currency), display=display)
    return value
