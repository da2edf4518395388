"""The reports that there are, by name: what each takes, and the function that makes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from domain.access.tables import companies
from domain.ledger import statements
from domain.ledger.statements import Line
from domain.refusal import Refusal
from domain.reports.report import Column, Report, Row, RowKind
from domain.reports.request import ReportRequest

COLUMNS = {
    "en": ("Account", "Title", "Kind", "Debit", "Credit"),
    "hi": ("खाता", "विवरण", "प्रकार", "नामे", "जमा"),
}
WORDS = {"en": ("As of", "all that is posted", "Total"), "hi": ("दिनांक", "अब तक", "कुल योग")}


@dataclass(frozen=True, slots=True)
class Text:
    """One text in every language."""

    en: str
    hi: str

    def read(self, language: str) -> str:
        """The text for readers of a language."""
        return self.hi if language == "hi" else self.en


@dataclass(frozen=True, slots=True)
class ReportType:
    """A report that there is: how it is made, the parameters and the layouts it knows."""

    name: str
    title: Text
    takes: tuple[str, ...]
    layouts: tuple[str, ...]
    make: Callable[[Connection, UUID, ReportRequest], Report]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every report by name."""

    reports: Mapping[str, ReportType]

    def get(self, name: str) -> ReportType:
        """One report. Raises Refusal `report_must_exist`."""
        if name not in self.reports:
            raise Refusal(
                "report_must_exist",
                f"There is no report {name[:40]!r}. Use one of: {', '.join(self.reports)}.",
            )
        return self.reports[name]

    def make(
        self, connection: Connection, name: str, company: UUID, request: ReportRequest
    ) -> Report:
        """A report of a company."""
        return self.get(name).make(connection, company, request)


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
        title=TITLE.read(request.language),
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


TITLE = Text("Trial balance", "तलपट")


def load(folder: Path) -> Catalog:
    """The catalogue."""
    made = ReportType("trial-balance", TITLE, ("as_of", "language"), (), trial_balance)
    return Catalog({made.name: made})
