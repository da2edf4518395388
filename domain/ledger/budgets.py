"""Budgets: drawn up in versions, made active, and compared with what the book says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from domain.canonical import plain
from domain.database import with_json
from domain.refusal import Refusal

SET_BUDGET = with_json("SELECT ledger_set_budget(:stated, :person, :key)", "stated")
ACTIVATE = text("SELECT ledger_activate_budget(:budget, :person)")
FIND = text("""
    SELECT id FROM budgets
    WHERE company_id = :company AND fiscal_year = :fiscal_year AND name = :name
      AND CASE WHEN CAST(:version AS integer) IS NULL THEN state = 'active'
               ELSE version = :version END
""")
# The closing entries of a year empty its income and expense; they are no actuals. They are dated on
# its last day.
ACTUALS = text("""
    WITH year AS MATERIALIZED (
        SELECT min(l.month) AS first, (max(l.month) + interval '1 month - 1 day')::date AS last
        FROM budget_lines l WHERE l.budget_id = :budget
    ), closing AS MATERIALIZED (
        SELECT p.account_id, p.base_amount, d.dimensions
        FROM journal_entries e
        LEFT JOIN journal_entries r ON r.id = e.reverses
        JOIN postings p ON p.entry_id = e.id
        JOIN dimension_sets d ON d.id = p.dimension_set_id
        WHERE e.company_id = :company AND e.entry_date = (SELECT last FROM year)
          AND 'closing' IN (e.kind, r.kind)
    )
    SELECT a.code, a.title, l.dimensions, l.month, l.amount AS budget,
           (CASE a.normal_side WHEN 'debit' THEN 1 ELSE -1 END * (
               moved.amount
               - CASE WHEN month_end.day = year.last THEN (
                   SELECT coalesce(sum(c.base_amount), 0) FROM closing c
                   WHERE c.account_id = l.account_id AND c.dimensions @> l.dimensions
                 ) ELSE 0 END))::bigint AS actual
    FROM budget_lines l JOIN accounts a ON a.id = l.account_id
    CROSS JOIN year
    CROSS JOIN LATERAL (SELECT (l.month + interval '1 month - 1 day')::date AS day) AS month_end
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(m.base_debit - m.base_credit), 0) AS amount
        FROM day_movements m JOIN dimension_sets d ON d.id = m.dimension_set_id
        WHERE m.company_id = :company AND m.account_id = l.account_id
          AND m.entry_date BETWEEN l.month AND month_end.day AND d.dimensions @> l.dimensions
    ) AS moved
    WHERE l.budget_id = :budget
    ORDER BY a.code, l.dimensions, l.month
""")


class Action(StrEnum):
    """What posting does beyond a line's amount: nothing but report, warn, or stop."""

    REPORT = "report"
    WARN = "warn"
    STOP = "stop"


class Span(StrEnum):
    """Over what a line's amounts are held: each month alone, or the year from its start."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """Twelve amounts of an account in minor units of the base currency, from the first month on.

    Covers every posting on the account that has all of `dimensions`. More than the amount is what
    stands on the account's normal side: debits of an expense or asset, credits of the others.
    """

    account: str
    amounts: tuple[int, ...]
    dimensions: tuple[tuple[str, str], ...] = ()
    action: Action = Action.WARN
    span: Span = Span.MONTH


@dataclass(frozen=True, slots=True)
class Figures:
    """Budget and actual in minor units of the base currency."""

    budget: int
    actual: int

    @property
    def difference(self) -> int:
        """Actual less budget."""
        return self.actual - self.budget

    @property
    def basis_points(self) -> int | None:
        """The difference in hundredths of a percent of the budget, half to even."""
        if self.budget == 0:
            return None
        whole, rest = divmod(self.difference * 10_000, self.budget)
        odd_half = 2 * rest == self.budget and whole % 2 == 1
        return whole + (2 * rest > self.budget or odd_half)


@dataclass(frozen=True, slots=True)
class Variance:
    """One account with its dimensions in one month, and from the year's start to its end."""

    account: str
    title: str
    dimensions: tuple[tuple[str, str], ...]
    month: date
    in_month: Figures
    year_to_date: Figures


def set_budget(
    connection: Connection,
    company: UUID,
    fiscal_year: str,
    lines: Sequence[BudgetLine],
    *,
    name: str,
    person: UUID,
    key: str,
) -> UUID:
    """Keep the next version of a budget as a draft, once; again under the key returns the first.

    Raises Refusal with the first rule that says no: `budget_must_have_lines`, `account_must_exist`,
    `budget_line_must_have_twelve_amounts`, `amount_out_of_range`, `budget_line_must_be_unique` ...
    """
    stated = {
        "company": company,
        "fiscal_year": fiscal_year,
        "name": name,
        "lines": [
            {
                "account": line.account,
                "amounts": list(line.amounts),
                "dimensions": dict(line.dimensions),
                "action": line.action,
                "span": line.span,
            }
            for line in lines
        ],
    }
    values = {"stated": plain(stated), "person": person, "key": key}
    return UUID(str(connection.execute(SET_BUDGET, values).scalar_one()))


def activate(connection: Connection, budget: UUID, *, person: UUID) -> None:
    """Make a draft the active version of its name, in place of the one before. Again does nothing.

    Waits for entries that are being posted in the year. Raises Refusal `budget_must_exist`,
    `budget_must_be_draft`.
    """
    connection.execute(ACTIVATE, {"budget": budget, "person": person})


def variance(
    connection: Connection,
    company: UUID,
    fiscal_year: str,
    *,
    name: str,
    version: int | None = None,
) -> tuple[Variance, ...]:
    """Budget against actual, by account, dimensions and month. `version` None is the active one.

    Raises Refusal `budget_must_exist`.
    """
    wanted = {"company": company, "fiscal_year": fiscal_year, "name": name, "version": version}
    budget = connection.execute(FIND, wanted).scalar_one_or_none()
    if budget is None:
        raise Refusal(
            "budget_must_exist",
            f"There is no {'active ' if version is None else ''}budget {name!r} for {fiscal_year}.",
        )
    return running(connection.execute(ACTUALS, {"budget": budget, "company": company}).all())


def running(rows: Sequence[Row[Any]]) -> tuple[Variance, ...]:
    """The months with their sums from the year's start."""
    found: list[Variance] = []
    so_far = Figures(0, 0)
    for row in rows:
        named = (row.code, row.title, pairs(row.dimensions))
        before = found[-1] if found else None
        if before is None or (before.account, before.title, before.dimensions) != named:
            so_far = Figures(0, 0)
        so_far = Figures(so_far.budget + row.budget, so_far.actual + row.actual)
        found.append(Variance(*named, row.month, Figures(row.budget, row.actual), so_far))
    return tuple(found)


def pairs(dimensions: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Dimensions as they stand in a posting."""
    return tuple(sorted(dimensions.items()))
