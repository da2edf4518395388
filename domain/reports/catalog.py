"""The reports that there are, by name: what each takes, and the function that makes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from domain.access.tables import companies
from domain.ledger import statements
from domain.ledger.statements import Line
from domain.refusal import Refusal
from domain.reports.report import Column, Report, Row, RowKind

TITLES = {"en": "Trial balance", "hi": "तलपट"}
COLUMNS = {
    "en": ("Account", "Title", "Kind", "Debit", "Credit"),
    "hi": ("खाता", "विवरण", "प्रकार", "नामे", "जमा"),
}
WORDS = {"en": ("As of", "all that is posted", "Total"), "hi": ("दिनांक", "अब तक", "कुल योग")}


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a report is asked for. A report takes the parameters that its entry names."""

    as_of: date | None = None
    since: date | None = None
    until: date | None = None
    compare: tuple[str, ...] = ()
    dimensions: tuple[tuple[str, str], ...] = ()
    by: str | None = None
    layout: str | None = None
    language: str = "en"
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A report of the catalogue: its titles by language, the parameters it takes, its maker."""

    name: str
    titles: Mapping[str, str]
    parameters: tuple[str, ...]
    make: Callable[[Connection, UUID, ReportRequest], Report]


def trial_balance(connection: Connection, company: UUID, request: ReportRequest) -> Report:
    """Every account that was posted to, on the side it stands on."""
    found = statements.trial_balance(connection, company, as_of=request.as_of)
    of = connection.execute(companies.select().where(companies.c.id == company)).one()
    as_of, all_of_it, total = WORDS[request.language]
    names = ("account", "title", "kind", "debit", "credit")
    columns = tuple(
        Column(name, title, "amount" if name in ("debit", "credit") else "text")
        for name, title in zip(names, COLUMNS[request.language], strict=True)
    )
    sums = (total, None, None, found.base_debit, found.base_credit)
    rows = (*map(line, found.lines), Row(RowKind.TOTAL, sums, currency=of.base_currency))
    day = request.as_of.isoformat() if request.as_of else all_of_it
    return Report(
        name="trial-balance",
        title=TITLES[request.language],
        company=company,
        company_name=of.name,
        currency=of.base_currency,
        language=request.language,
        parameters=((as_of, day),),
        columns=columns,
        rows=rows,
    )


def line(found: Line) -> Row:
    """An account in one currency."""
    amount = found.sums.amount
    return Row(
        RowKind.LINE,
        (found.code, found.title, found.kind, max(amount, 0), max(-amount, 0)),
        currency=found.sums.currency,
        link=f"/v1/ledger/accounts/{found.code}/postings",
    )


REPORTS: Mapping[str, Entry] = {
    "trial-balance": Entry("trial-balance", TITLES, ("as_of",), trial_balance),
}


def named(name: str) -> Entry:
    """The report of this name. Raises Refusal `report_must_exist`."""
    if name not in REPORTS:
        raise Refusal(
            "report_must_exist",
            f"There is no report {name[:40]!r}. Use one of: {', '.join(REPORTS)}.",
        )
    return REPORTS[name]
