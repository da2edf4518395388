"""Layouts and words: what is shipped is whole, and a mistake is named with its line."""

import shutil

import pytest

from domain.definitions.mistakes import DefinitionErrors
from domain.ledger import chart
from domain.refusal import Refusal
from domain.reports import catalog
from domain.reports.layout import every
from tests.domain.reports.conftest import CONFIG

CHART = chart.read(CONFIG / "chart_of_accounts.yaml")
STATEMENT_OF = {
    "asset": "balance_sheet", "liability": "balance_sheet", "equity": "balance_sheet",
    "income": "profit_and_loss", "expense": "profit_and_loss",
}  # fmt: skip


@pytest.mark.parametrize("layout", ["schedule_iii", "schedule_iii_ind_as"])
def test_every_account_of_the_chart_has_a_line_in_the_layouts_of_the_law(shipped, layout):
    for code, account in CHART.accounts.items():
        rows = shipped.layouts[STATEMENT_OF[account.kind]][layout].rows
        lines = {line for _, row in every(rows) if row.takes for line in row.takes.lines}
        assert account.statement_line in lines, f"{code}: {account.statement_line}"


def test_every_account_of_the_balance_sheet_has_its_section_of_the_cash_flow():
    for code, account in CHART.accounts.items():
        if STATEMENT_OF[account.kind] == "balance_sheet":
            assert account.cash_flow, code


def test_every_account_and_heading_has_its_name_in_hindi():
    for code, account in (*CHART.headings.items(), *CHART.accounts.items()):
        assert account.translations.get("hi"), code


def test_every_statement_has_the_layouts_that_the_catalogue_names(shipped):
    for report in shipped.reports.values():
        statement = report.name.replace("-", "_")
        if statement in shipped.layouts:
            assert set(shipped.layouts[statement]) == set(report.layouts)


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(CONFIG / "statements", tmp_path / "statements")
    return tmp_path / "statements"


@pytest.mark.parametrize(
    ("file", "right", "wrong", "said"),
    [
        ("profit_and_loss", "less: [expenses]", "less: [expences]", "'expences' is no row before"),
        ("profit_and_loss", "id: other_income", "id: revenue", "'revenue' is the id of a row"),
        ("profit_and_loss", "side: debit", "side: left", "is none of the words known here"),
        ("balance_sheet", "lines: [inventories]", "lines: [goodwill]", "is taken by a row before"),
        ("cash_flow", "takes: {kinds", "take: {kinds", "Did you mean 'takes'?"),
        ("words", "{en: Total, hi: कुल}", "{en: Total}", "is missing"),
    ],
)
def test_a_mistake_is_named_with_its_line(folder, file, right, wrong, said):
    path = folder / f"{file}.yaml"
    written = path.read_text()
    assert right in written
    path.write_text(written.replace(right, wrong, 1))
    line = written[: written.index(right)].count("\n") + 1

    with pytest.raises(DefinitionErrors) as caught:
        catalog.load(folder)

    errors = [str(error) for error in caught.value.errors]
    assert any(said in error and f"{file}.yaml:" in error for error in errors), errors
    assert min(abs(error.line - line) for error in caught.value.errors) <= 1


def test_the_catalogue_names_what_there_is(shipped):
    assert list(shipped.reports) == [
        "trial-balance", "general-ledger", "day-book", "profit-and-loss", "balance-sheet",
        "cash-flow", "notes-to-accounts", "ageing", "statement-of-account", "open-items",
        "dunning", "exchange-rates", "revaluation", "budget-variance", "periods",
        "closing-checklist",
    ]  # fmt: skip
    with pytest.raises(Refusal, match="Use one of: trial-balance, general-ledger"):
        shipped.get("profit")
