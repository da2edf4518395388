"""What a report is asked for over HTTP: the query, checked against what the report takes."""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection

import config
from api.lists import Filter as Reading
from api.lists import conditions, id_of, moment, text, value_of
from api.problems import FieldProblem, Problem
from domain.access import company as companies
from domain.access.company import Company
from domain.identifiers import PARTY
from domain.ledger.subledger.ageing import Basis, Control
from domain.reports import catalog, span
from domain.reports.catalog import Catalog, ReportType
from domain.reports.rendering.format import MOST_ROWS, Format
from domain.reports.report import Report, RowKind
from domain.reports.request import MOST, ReportRequest
from domain.reports.wording import Scale

DIMENSION = "dimension."
# What every report takes, because it is about the page and not about the figures.
DAYS = "^[0-9]{1,4}(,[0-9]{1,4}){0,11}$"
OF_THE_PAGE = ("company", "language", "format", "scale", "display")
STATEMENTS = Path(config.__file__).parent / "statements"


@cache
def reports() -> Catalog:
    """The catalogue. Its texts and layouts are proven when the API starts."""
    return catalog.load(STATEMENTS)


class Language(StrEnum):
    """The languages that reports speak."""

    EN = "en"
    HI = "hi"


class Asking(BaseModel):
    """The query of a report. Which of it a report takes, its entry in /v1/reports says."""

    company: str | None = Field(None, description="Compulsory when there are several companies.")
    as_of: date | None = Field(None, description="At the end of this day, by entry date.")
    since: date | None = Field(None, description="From this day on.")
    until: date | None = Field(None, description="Up to the end of this day.")
    period: str | None = Field(
        None,
        max_length=20,
        examples=["2026-07", "FY2026-27", "FY2026-27-Q1"],
        description="In place of since and until: a month, fiscal year or quarter of one.",
    )
    compare: str | None = Field(
        None, max_length=200, description="What stands beside it; several with commas."
    )
    by: str | None = Field(None, max_length=50, description="A dimension, for a column of each.")
    account: str | None = Field(None, max_length=128, description="The code of an account.")
    layout: str | None = Field(None, max_length=50, description="The layout of a statement.")
    known_at: str | None = Field(
        None,
        max_length=40,
        examples=["2026-07-16T09:00:00Z"],
        description="As the book was known then: without what was recorded later.",
    )
    note: int | None = Field(None, ge=1, le=999, description="The number of one note.")
    limit: int = Field(200, ge=1, le=1000, description="The rows of a page, where there are pages.")
    cursor: str | None = Field(
        None, max_length=400, description="`next_cursor` of the page before."
    )
    party: str | None = Field(None, max_length=64, description="A party's id, or its code.")
    control: Control | None = Field(None, description="What parties owe, or are owed.")
    basis: Basis | None = Field(None, description="The day from which an item ages.")
    buckets: str | None = Field(
        None,
        pattern=DAYS,
        max_length=100,
        examples=["30,60,90"],
        description="The last days overdue of each column of an ageing.",
    )
    levels: str | None = Field(
        None,
        pattern=DAYS,
        max_length=100,
        examples=["7,21,45"],
        description="The days overdue from which each level of reminders is due.",
    )
    kind: str | None = Field(None, pattern="^[a-z][a-z0-9_]{0,39}$", description="Of a rate.")
    pivot: str | None = Field(
        None, pattern="^[A-Z]{3}$", description="The currency in which two rates meet."
    )
    fiscal_year: str | None = Field(None, pattern="^[0-9]{4}-[0-9]{2}$", examples=["2026-27"])
    budget: str | None = Field(None, max_length=128, description="The name of a budget.")
    version: int | None = Field(None, ge=1, le=9999, description="Of a budget; else the active.")
    language: Language = Field(Language.EN, description="Of titles and words.")
    scale: Scale = Field(
        Scale.UNITS, description="The unit that PDF, HTML and XLSX show; JSON and CSV stay exact."
    )
    format: Format | None = Field(None, description="In place of the Accept header.")
    display: bool = Field(False, description="JSON only: amounts as people write them, too.")


def asked(
    request: Request, connection: Connection, type: ReportType, asking: Asking, *, company: Company
) -> ReportRequest:
    """The request of a report. Refuses a parameter that it does not take."""
    check_names(request, type)
    since, until, known_at = asking.since, asking.until, None
    if asking.known_at is not None:
        known_at = value_of("known_at", Reading(moment), asking.known_at)
    if asking.period is not None:
        if since or until:
            raise contradiction()
        spanned = span.of_period(connection, company.id, asking.period)
        since, until = spanned.since, spanned.until
    return ReportRequest(
        as_of=asking.as_of,
        since=since,
        until=until,
        compare=asking.compare,
        dimensions=dimensions(request),
        by=asking.by,
        layout=asking.layout,
        language=asking.language.value,
        known_at=known_at,
        account=asking.account,
        note=asking.note,
        limit=asking.limit,
        cursor=asking.cursor,
        party=party(connection, asking.party) if asking.party is not None else None,
        control=asking.control,
        basis=asking.basis,
        buckets=days(asking.buckets),
        levels=days(asking.levels),
        kind=asking.kind,
        pivot=asking.pivot,
        fiscal_year=asking.fiscal_year,
        budget=value_of("budget", Reading(text), asking.budget) if asking.budget else None,
        version=asking.version,
    )


def party(connection: Connection, named: str) -> UUID:
    """The party of an id or a code. Raises Refusal `party_must_exist`."""
    named = value_of("party", Reading(text), named)
    if named.startswith(f"{PARTY}_"):
        id = value_of("party", Reading(id_of(PARTY)), named)
        return companies.party_with_id(connection, id).id
    return companies.party(connection, named).id


def days(written: str | None) -> tuple[int, ...]:
    """`30,60,90`."""
    return tuple(map(int, written.split(","))) if written else ()


def check_names(request: Request, type: ReportType) -> None:
    """Only what the report takes; a parameter that is not known is refused, never ignored."""
    taken = taken_by(type)
    named = {name for name in request.query_params if name.startswith(DIMENSION)}
    known = {name: Reading(str) for name in taken if name not in request.query_params}
    conditions(request, known, besides={*taken, *(named if "dimensions" in type.takes else ())})


def taken_by(type: ReportType) -> tuple[str, ...]:
    """The names of the query that a report takes; a dimension is asked by its own name."""
    figures = [f"{DIMENSION}NAME" if each == "dimensions" else each for each in type.takes]
    spanned = ("period",) if {"since", "until"} <= set(type.takes) else ()
    return tuple(dict.fromkeys((*figures, *spanned, *OF_THE_PAGE)))


def contradiction() -> Problem:
    """A period and days of one's own."""
    detail = "Give either period or since and until, not both."
    return Problem("request_must_be_well_formed", detail, errors=[
        FieldProblem("period", "value_must_match_schema", detail)
    ])  # fmt: skip


def dimensions(request: Request) -> tuple[tuple[str, str], ...]:
    """`dimension.branch=BLR` as what postings must carry."""
    return tuple(
        (name.removeprefix(DIMENSION), value)
        for name, value in request.query_params.multi_items()
        if name.startswith(DIMENSION)
    )


def made(
    connection: Connection,
    type: ReportType,
    request: ReportRequest,
    *,
    company: Company,
    whole: bool,
) -> Report:
    """The report, or every page of it as one: a file has no next page.

    What a page repeats of the page before (the balance carried forward) stands once.
    """
    found = reports().make(connection, type.name, company.id, request)
    rows, last = list(found.rows), found
    while whole and last.next is not None and len(rows) <= MOST_ROWS:
        following = replace(request, cursor=last.next, limit=MOST)
        last = reports().make(connection, type.name, company.id, following)
        carried = bool(last.rows) and last.rows[0].kind is RowKind.SUBTOTAL
        rows += last.rows[1:] if carried else last.rows
    return replace(found, rows=tuple(rows), next=last.next) if whole else found
