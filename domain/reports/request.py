"""What a report is asked for, and the rules that a request must meet before a book is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access import company as companies
from domain.access.company import Company
from domain.ledger.figures import Span
from domain.refusal import Refusal
from domain.reports.layout import Layout
from domain.reports.words import LANGUAGES, Words

MOST = 1_000
EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
DIMENSIONS = text("SELECT DISTINCT jsonb_object_keys(dimensions) FROM dimension_sets ORDER BY 1")
NOW = text("SELECT now()")
YEAR = text("""
    SELECT min(y.starts_on) FROM periods AS p JOIN periods AS y USING (company_id, fiscal_year)
    WHERE p.company_id = :company AND :day BETWEEN p.starts_on AND p.ends_on
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """The parameters of any report; each report takes those that its type names.

    `as_of` is an entry date, `since` and `until` a range of them, both counted in; what is left out
    is today and the start of its fiscal year. `known_at` is a recorded time: entries recorded later
    are left out. `compare` is `previous_year`, `previous_period`, or days or ranges such as
    `2025-03-31` and `2024-04-01..2025-03-31`, with commas between. `by` is a dimension, `month` or
    `quarter`. `cursor` is the `next` of the page before. `buckets` and `levels` are days overdue,
    `kind` and `pivot` the kind of an exchange rate and the currency that two rates meet in.
    """

    as_of: date | None = None
    since: date | None = None
    until: date | None = None
    compare: str | None = None
    dimensions: tuple[tuple[str, str], ...] = ()
    by: str | None = None
    layout: str | None = None
    language: str = "en"
    known_at: datetime | None = None
    account: str | None = None
    note: int | None = None
    limit: int = 200
    cursor: str | None = None
    party: UUID | None = None
    control: str | None = None
    basis: str | None = None
    buckets: tuple[int, ...] = ()
    levels: tuple[int, ...] = ()
    kind: str | None = None
    pivot: str | None = None
    fiscal_year: str | None = None
    budget: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that met the rules, with all that a report needs besides the book.

    `is_final` says whether later reports as known at the same time will give the same figures.
    """

    name: str
    company: Company
    request: ReportRequest
    words: Words
    layout: str
    layouts: Mapping[str, Mapping[str, Layout]] = field(default_factory=dict)
    is_final: bool = True

    @property
    def language(self) -> str:
        """The reader's language."""
        return self.request.language

    def say(self, word: str, **values: object) -> str:
        """A word of the reports in the reader's language."""
        return self.words.say(word, self.language, **values)


PERIODIC = ("month", "quarter")
Word = TypeVar("Word", bound=StrEnum)


def check(
    connection: Connection,
    request: ReportRequest,
    *,
    takes: Sequence[str],
    layouts: Sequence[str],
) -> None:
    """The ladder of rules. Raises the first Refusal."""
    empty = ReportRequest()
    for name in ReportRequest.__slots__:
        if name not in takes and getattr(request, name) != getattr(empty, name):
            raise Refusal(
                "parameter_must_be_known",
                f"This report takes no {name!r}. It takes: {', '.join(takes)}.",
            )
    if request.language not in LANGUAGES:
        raise Refusal(
            "language_must_be_known",
            f"There is no {request.language!r} here. Use one of: {', '.join(LANGUAGES)}.",
        )
    if request.layout is not None and request.layout not in layouts:
        raise Refusal(
            "layout_must_exist",
            f"There is no layout {request.layout!r}. Use one of: {', '.join(layouts)}.",
        )
    if not 1 <= request.limit <= MOST:
        raise Refusal(
            "page_must_fit", f"A page holds 1 to {MOST} rows, not {request.limit}. Ask for fewer."
        )
    if request.since and request.until and request.since > request.until:
        raise Refusal(
            "range_must_run_forward",
            f"The range starts on {request.since} and ends on {request.until}. Swap the two.",
        )
    for day in (request.as_of, request.since, request.until):
        check_day(day)
    if request.compare and request.by:
        raise Refusal(
            "comparison_must_stand_alone",
            "A comparison and columns by dimension or month do not fit one table. Ask for one.",
        )
    check_known_at(connection, request.known_at)
    check_dimensions(connection, request, takes_months="compare" in takes)


def check_day(day: date | None) -> None:
    """A day that calendars agree on, with room for the year before and after."""
    if day is not None and not EARLIEST <= day <= LATEST:
        raise Refusal(
            "date_must_be_in_range", f"{day} is not between {EARLIEST} and {LATEST}. Correct it."
        )


def check_known_at(connection: Connection, known_at: datetime | None) -> None:
    """A recorded time is a moment that has passed."""
    if known_at is None:
        return
    if known_at.tzinfo is None:
        raise Refusal(
            "known_at_must_have_zone",
            f"{known_at.isoformat()} has no time zone. Write it as {known_at.isoformat()}Z.",
        )
    if known_at > connection.execute(NOW).scalar_one():
        raise Refusal(
            "known_at_must_be_past",
            f"{known_at.isoformat()} has not come yet. Leave it out for what is known now.",
        )


def check_dimensions(connection: Connection, request: ReportRequest, *, takes_months: bool) -> None:
    """A dimension is one that postings of the tenant name."""
    asked = [name for name, _ in request.dimensions]
    if request.by and not (takes_months and request.by in PERIODIC):
        asked.append(request.by)
    known = list(connection.scalars(DIMENSIONS)) if asked else []
    for name in asked:
        if name not in known:
            raise Refusal(
                "dimension_must_be_known",
                f"No posting names the dimension {name!r}. Use one of: {', '.join(known) or '-'}.",
            )


def word(words: type[Word], asked: str | None, usual: Word, *, parameter: str) -> Word:
    """One of the words that a parameter knows, or the usual one. Raises Refusal."""
    if asked is None:
        return usual
    if asked not in list(words):
        raise Refusal(
            "parameter_must_be_readable",
            f"{parameter} is none of its words: {asked!r}. Use one of: {', '.join(words)}.",
        )
    return words(asked)


def day(connection: Connection, request: ReportRequest) -> date:
    """The day that a report stands on: as asked, or today by the tenant's clock."""
    return request.as_of or request.until or companies.today(connection)


def span(connection: Connection, asked: Asked) -> Span:
    """The range of a report over time: from the start of the last day's fiscal year by default.

    Raises Refusal `range_must_run_forward` when `since` lies after today and no `until` is given.
    """
    until = day(connection, asked.request)
    since = asked.request.since or year_start(connection, asked.company, until)
    if since > until:
        raise Refusal(
            "range_must_run_forward", f"The range starts on {since} and ends on {until}. Swap them."
        )
    return Span(since, until)


def year_start(connection: Connection, company: Company, on: date) -> date:
    """The first day of the fiscal year that holds a day; April's first where no period is open."""
    found = connection.scalar(YEAR, {"company": company.id, "day": on})
    if isinstance(found, date):
        return found
    return date(on.year if on.month >= 4 else on.year - 1, 4, 1)
