"""The catalogue of reports: what each is called, what it takes, and how it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from domain.access import company as companies
from domain.definitions.mistakes import DefinitionErrors, Located, words_of
from domain.definitions.source import modelled, read
from domain.ledger import knowledge
from domain.ledger.chart import Chart
from domain.refusal import Refusal
from domain.reports import layout as layouts
from domain.reports import request as requests
from domain.reports.account_statement import statement_of_account
from domain.reports.ageing import ageing
from domain.reports.budgets import budget_variance
from domain.reports.cash_flow import cash_flow
from domain.reports.dunning import dunning
from domain.reports.exchange import exchange_rates, revaluation
from domain.reports.items import open_items
from domain.reports.journals import day_book, general_ledger
from domain.reports.layout import Layout, Layouts
from domain.reports.report import Report
from domain.reports.request import Asked, ReportRequest
from domain.reports.statement import balance_sheet, notes_to_accounts, profit_and_loss
from domain.reports.trial_balance import trial_balance
from domain.reports.words import FILE, Text, Words
from domain.reports.years import closing_checklist, periods

Making = Callable[[Connection, Asked], Report]

FIGURES = ("dimensions", "known_at")
RANGE = ("since", "until")
COLUMNS = ("compare", "by", "layout")
PAGE = ("limit", "cursor")
ITEMS = ("party", "account", "control")
KEYS = words_of(Words, Layouts, Layout, layouts.Row, layouts.Takes, Chart)
STATEMENTS = ("schedule_iii", "schedule_iii_ind_as", "plain")


@dataclass(frozen=True, slots=True)
class ReportType:
    """A report that there is: how it is made, the parameters and the layouts it knows."""

    name: str
    title: Text
    takes: tuple[str, ...]
    layouts: tuple[str, ...]
    make: Making


# Name, how it is made, what it takes, its layouts.
TYPES: tuple[tuple[str, Making, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "trial-balance", trial_balance,
        ("as_of", *RANGE, "by", "layout", *FIGURES), ("flat", "headings"),
    ),
    ("general-ledger", general_ledger, ("account", *RANGE, *PAGE, *FIGURES), ()),
    ("day-book", day_book, ("as_of", *RANGE, *PAGE, *FIGURES), ()),
    ("profit-and-loss", profit_and_loss, (*RANGE, *COLUMNS, *FIGURES), STATEMENTS),
    ("balance-sheet", balance_sheet, ("as_of", *COLUMNS, *FIGURES), STATEMENTS),
    ("cash-flow", cash_flow, (*RANGE, *COLUMNS, *FIGURES), ("indirect", "direct")),
    (
        "notes-to-accounts", notes_to_accounts,
        ("as_of", *RANGE, "layout", "note", *FIGURES), STATEMENTS,
    ),
    ("ageing", ageing, ("as_of", *ITEMS, "basis", "buckets"), ()),
    ("statement-of-account", statement_of_account, ("party", "control", *RANGE), ()),
    ("open-items", open_items, (*ITEMS, *PAGE), ()),
    ("dunning", dunning, ("as_of", "levels"), ()),
    ("exchange-rates", exchange_rates, ("as_of", "kind", "known_at"), ()),
    ("revaluation", revaluation, ("as_of", "account", "kind", "pivot", "known_at"), ()),
    ("budget-variance", budget_variance, ("fiscal_year", "budget", "version"), ()),
    ("periods", periods, ("fiscal_year",), ()),
    ("closing-checklist", closing_checklist, ("fiscal_year",), ()),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every report by name, with the words and layouts they are made of."""

    reports: Mapping[str, ReportType]
    words: Words
    layouts: Mapping[str, Mapping[str, Layout]]

    def get(self, name: str) -> ReportType:
        """One report. Raises Refusal `report_must_exist`."""
        if name not in self.reports:
            raise Refusal(
                "report_must_exist",
                f"There is no report {name!r}. Use one of: {', '.join(self.reports)}.",
            )
        return self.reports[name]

    def make(
        self,
        connection: Connection,
        name: str,
        company: UUID | None = None,
        request: ReportRequest | None = None,
    ) -> Report:
        """A report of a company, or of the tenant's only one.

        Several statements are read, so all figures are of one state of the book only in a
        REPEATABLE READ transaction. Raises the Refusals of `domain.reports.request`.
        """
        wanted = request or ReportRequest()
        found = self.get(name)
        requests.check(connection, wanted, takes=found.takes, layouts=found.layouts)
        usual = found.layouts[0] if found.layouts else ""
        asked = Asked(
            name,
            companies.company(connection, company),
            wanted,
            self.words,
            wanted.layout or usual,
            self.layouts,
            # Before any figure is read: what commits meanwhile must not pass for known.
            wanted.known_at is None or knowledge.is_final(connection, wanted.known_at),
        )
        return found.make(connection, asked)


def load(folder: Path) -> Catalog:
    """The catalogue with the words and layouts of `config/statements`.

    Raises DefinitionErrors with every mistake of every file.
    """
    errors: list[Located] = []
    words = modelled(read(folder / FILE), Words, errors, words=KEYS)
    found: dict[str, Mapping[str, Layout]] = {}
    for file in sorted(folder.glob("*.yaml")):
        if file.name == FILE.name:
            continue
        source = read(file)
        statement = modelled(source, Layouts, errors, words=KEYS)
        if statement:
            errors += map(source.located, layouts.mistakes(statement))
            found[statement.statement] = statement.layouts
    if errors or words is None:
        raise DefinitionErrors(errors)
    made = [
        ReportType(name, words.words[name.replace("-", "_")], (*takes, "language"), known, make)
        for name, make, takes, known in TYPES
    ]
    return Catalog({each.name: each for each in made}, words, found)
