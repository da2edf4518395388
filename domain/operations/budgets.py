"""Setting a budget: the next version of its name, active at once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.definitions.faults_of_input import RowErrors, Rows
from domain.ledger import budgets, periods
from domain.ledger.budgets import Action, BudgetLine, Span
from domain.ledger.tables import accounts
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"fiscal_year": "text", "name": "text", "lines": "rows"}
MONTHS = tuple(f"month_{number:02}" for number in range(1, 13))
DIMENSIONS = ("branch", "cost_centre")


def check(connection: Connection, company: Company, content: Content) -> None:
    """The year is open at all, and every line can be one; those that cannot are named at once."""
    periods.adjustment(connection, company.id, reading.text(content, "fiscal_year"))
    query = select(accounts.c.code, accounts.c.kind, accounts.c.is_heading).where(
        accounts.c.company_id == company.id
    )
    chart = {row.code: row for row in connection.execute(query)}
    rows, seen = Rows("lines"), set[tuple[Any, ...]]()
    for number, line in enumerate(lines_of(content)):
        with rows.reading(number):
            check_line(line, chart[line.account], seen)
    if rows.errors:
        raise RowErrors("budget_lines_must_be_sound", rows.errors)


def check_line(line: BudgetLine, account: Any, seen: set[tuple[Any, ...]]) -> None:
    """It takes postings, stands once, and does not stop income."""
    if account.is_heading:
        raise Refusal(
            "account_must_take_postings",
            f"{line.account} is a heading of the chart. Budget the accounts under it.",
        )
    if account.kind == "income" and line.action is not Action.REPORT:
        raise Refusal(
            "income_must_only_be_reported",
            f"{line.account} is income, and more of it than planned is no overspending. "
            "Let the line report only.",
        )
    named = line.account, line.dimensions
    if named in seen:
        raise Refusal(
            "budget_line_must_be_unique", f"{line.account} stands further up. Add its amounts up."
        )
    seen.add(named)


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Draw the version up for who asked, and activate it for who approved."""
    content, people = order.facts.content, order.people
    year, name = reading.text(content, "fiscal_year"), reading.text(content, "name")
    budget = budgets.set_budget(
        connection, order.facts.company.id, year, lines_of(content), name=name,
        person=people.maker, key=order.key,
    )  # fmt: skip
    budgets.activate(connection, budget, person=people.checker or people.maker)
    return {"fiscal_year": year, "name": name, "lines": len(lines_of(content))}


def lines_of(content: Content) -> list[BudgetLine]:
    """The lines of a document; a month without an amount has none."""
    return [
        BudgetLine(
            reading.text(row, "account"),
            tuple(found.amount if (found := reading.money(row, name)) else 0 for name in MONTHS),
            tuple((name, reading.text(row, name)) for name in DIMENSIONS if row.get(name)),
            Action(reading.text(row, "beyond_it")),
            Span(reading.text(row, "held_by")),
        )
        for row in reading.rows(content, "lines")
    ]


SET_BUDGET = Operation(NEEDS, check, perform)
