"""What decides is told: the rules of tables, the ways they lead, and who checks side by side."""

import pytest

from domain.definitions.decision_table import DecisionTable
from domain.definitions.explanation import explained
from domain.definitions.explanation_of_tables import level
from domain.definitions.graph import Way, ways
from domain.definitions.model import Definition, Stage

RULES = [{"when": {"total": "<= 100.00 INR"}, "then": ["paid"]}, {"then": ["approval"]}]
TABLE = DecisionTable.model_validate({"hit": "first", "inputs": {"total": "money"}, "rules": RULES})


@pytest.fixture(scope="session")
def routed(invoice: Definition) -> Definition:
    """An invoice that goes one of two ways by its total."""
    stages = {"parting": Stage(title="Parting", route="by_total"), **invoice.stages}
    return invoice.model_copy(update={"stages": stages, "tables": {"by_total": TABLE}})


def test_a_route_is_told_rule_by_rule(routed, catalog):
    told = explained(routed, catalog.roles)

    assert "     Goes where 'by_total' leads." in told
    assert "     When total <= 100.00 INR: Paid" in told
    assert "     Otherwise: Waiting for approval" in told


def test_a_route_is_drawn_rule_by_rule(routed):
    found = [way for way in ways(routed) if way.origin == "parting"]

    assert Way("parting", "paid", "When total <= 100.00 INR") in found
    assert Way("parting", "approval", "Otherwise") in found


def test_a_matrix_of_approval_is_told(catalog):
    told = explained(catalog.get("year_state"), catalog.roles)

    assert any(line.startswith("    When ") for line in told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("owner", "Owner"),
        ("owner x 2", "two of Owner at once"),
        ("finance_head & owner", "Head of finance and Owner at once"),
    ],
)
def test_who_checks_side_by_side_is_said(text, told, catalog):
    assert level(text, catalog.roles) == told


def test_sums_are_told_where_there_is_no_journal(catalog):
    definition = catalog.get("payment_settlement").model_copy(update={"journals": {}})
    told = explained(definition, catalog.roles)

    assert "Journals" not in told
    assert told[told.index("Totals") + 1] == "  change = increase + decrease"
