"""Budget variance as a report."""

import pytest

from domain.ledger import budgets
from domain.ledger.budgets import Action, BudgetLine
from tests.domain.refused import refused


@pytest.fixture
def planned(book):
    """₹ 1,000.00 of travel a month; ₹ 1,250.00 were spent in July and ₹ 500.00 in June."""
    line = BudgetLine("travel", (1000_00,) * 12, action=Action.REPORT)
    with book.transaction() as connection:
        drawn_up = budgets.set_budget(
            connection, book.company, "2026-27", [line],
            name="Operating", person=book.tenant.person("asha"), key="budget",
        )  # fmt: skip
        budgets.activate(connection, drawn_up, person=book.tenant.person("bina"))
    for day, rupees in (("2026-06-10", 500), ("2026-07-10", 1250)):
        book.post(f"{day}  A trip\n  Dr travel {rupees}.00 INR\n  Cr bank {rupees}.00 INR")
    return book


def test_a_month_and_the_year_to_its_end_stand_against_the_budget(planned, ask):
    """June: 500 less than 1,000 is -50 %. July: 250 more is 25 %; to its end 1,750 of 4,000."""
    report = ask("budget-variance", budget="Operating")

    heading, *months = report.rows
    assert heading.cells[0] == "Travel"
    told = {row.cells[1]: row.cells[2:] for row in months}
    assert len(told) == 12
    assert told["2026-06"] == (
        1000_00, 500_00, -500_00, -5000, 3000_00, 500_00, -2500_00, -8333,
    )  # fmt: skip
    assert told["2026-07"] == (
        1000_00, 1250_00, 250_00, 2500, 4000_00, 1750_00, -2250_00, -5625,
    )  # fmt: skip
    assert ("Budget", "Operating") in report.parameters


def test_a_budget_must_be_named_and_there(planned, ask):
    with refused("budget_must_be_named"):
        ask("budget-variance")
    for asked in ({"budget": "Travel"}, {"budget": "Operating", "version": 2}):
        with refused("budget_must_exist"):
            ask("budget-variance", **asked)
