"""Monetary balances in foreign currencies and what they are worth at the closing rate of a day.

Ind AS 21, paragraph 23: monetary items are translated at the closing rate, non-monetary ones stay
at the rate of their date. Nothing is posted here; `revaluation` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from domain.access.tables import companies
from domain.ledger.exchange import Dimensions, convert
from domain.ledger.quotation import Quotation
from domain.ledger.rates import MAX_AGE_DAYS, Wanted, look_up, missing
from domain.ledger.tables import accounts
from domain.money import Money
from domain.refusal import Refusal

# What an account holds in one foreign currency and one set of dimensions at the end of a day: what
# it holds now less what moved later, since a revaluation looks at a day that has just gone by.
# `temporary` is the part of its base amount that earlier revaluations of the day put there and the
# next day takes back.
BALANCES = text("""
    WITH monetary AS MATERIALIZED (
        SELECT id, code FROM accounts
        WHERE tenant_id = (SELECT current_tenant()) AND company_id = :company AND is_monetary
          AND (CAST(:accounts AS text[]) IS NULL OR code = ANY (CAST(:accounts AS text[])))
    ), moved AS (
        SELECT account_id, currency, dimension_set_id, debit - credit AS amount,
               base_debit - base_credit AS base_amount
        FROM monetary JOIN balances AS b ON b.tenant_id = (SELECT current_tenant())
            AND b.company_id = :company AND b.account_id = monetary.id
        UNION ALL
        SELECT account_id, currency, dimension_set_id, credit - debit, base_credit - base_debit
        FROM monetary JOIN day_movements AS m ON m.tenant_id = (SELECT current_tenant())
            AND m.company_id = :company AND m.account_id = monetary.id AND m.entry_date > :on
    ), held AS MATERIALIZED (
        SELECT account_id, currency, dimension_set_id, sum(amount)::bigint AS amount,
               sum(base_amount)::bigint AS base_amount
        FROM moved WHERE currency <> :base_currency
        GROUP BY account_id, currency, dimension_set_id
        HAVING sum(amount) <> 0 OR sum(base_amount) <> 0
    ), revalued AS (
        SELECT p.account_id, p.currency, p.dimension_set_id, sum(p.base_amount)::bigint AS temporary
        FROM revaluations AS r
        JOIN postings AS p ON p.tenant_id = r.tenant_id AND p.entry_id = r.entry_id
        WHERE r.tenant_id = (SELECT current_tenant()) AND r.company_id = :company
          AND r.revalued_on = :on
        GROUP BY p.account_id, p.currency, p.dimension_set_id
    )
    SELECT monetary.id, monetary.code, held.currency, held.dimension_set_id, d.dimensions,
           held.amount, held.base_amount, coalesce(revalued.temporary, 0) AS temporary
    FROM held
    JOIN monetary ON monetary.id = held.account_id
    JOIN dimension_sets AS d ON d.tenant_id = (SELECT current_tenant())
        AND d.id = held.dimension_set_id
    LEFT JOIN revalued USING (account_id, currency, dimension_set_id)
    ORDER BY monetary.code, held.currency, d.dimensions
""")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which balances at the end of which day, and at which rates.

    `accounts` None means every monetary account. The others are those of `rates.rate`.
    """

    company: UUID
    on: date
    kind: str = "closing"
    accounts: tuple[str, ...] | None = None
    pivot: str | None = None
    known_at: datetime | None = None
    max_age_days: int = MAX_AGE_DAYS


@dataclass(frozen=True, slots=True)
class Line:
    """One monetary balance: `amount` in minor units of its currency, the rest in the base currency.

    `carrying` is what the book says it is worth, `revalued` what the closing rate says. A balance
    of no foreign amount is worth nothing and takes no rate: what it carries is a residue, but for
    what is `temporary` (put there by a revaluation of the same day, reversed on the next).
    """

    account: str
    currency: str
    dimensions: Dimensions
    amount: int
    carrying: int
    revalued: int
    temporary: int
    quotation: Quotation | None
    account_id: int
    dimension_set_id: int

    @property
    def difference(self) -> int:
        """A gain above zero, a loss below: the unrealised and the realised together."""
        return self.revalued - self.carrying

    @property
    def unrealised(self) -> int:
        """The part of the difference that is reversed on the next day."""
        return self.difference if self.amount else -self.temporary

    @property
    def residue(self) -> int:
        """The part that stays: what a settled balance left behind, as its clean-up posts it."""
        return self.difference - self.unrealised


@dataclass(frozen=True, slots=True)
class Preview:
    """Every monetary foreign balance of a company at the end of a day, by account and currency."""

    scope: Scope
    base_currency: str
    lines: tuple[Line, ...]

    @property
    def is_current(self) -> bool:
        """Whether every balance carries what its closing rate says: nothing is left to revalue."""
        return not any(line.difference for line in self.lines)


def preview(connection: Connection, scope: Scope) -> Preview:
    """What a revaluation would find.

    Raises Refusal `rate_must_exist` with every rate that is missing, `account_must_exist`,
    `account_must_be_monetary` and `company_must_exist`.
    """
    base_currency = currency_of(connection, scope.company)
    asked = {"company": scope.company, "on": scope.on, "base_currency": base_currency}
    named = None if scope.accounts is None else list(scope.accounts)
    if named is not None:
        check_monetary(connection, scope.company, named)
    rows = connection.execute(BALANCES, {**asked, "accounts": named}).all()
    held = sorted({row.currency for row in rows if row.amount})
    quotations = quoted(connection, [wanted(scope, currency, base_currency) for currency in held])
    lines = tuple(line(row, quotations.get(row.currency)) for row in rows)
    return Preview(scope, base_currency, lines)


def currency_of(connection: Connection, company: UUID) -> str:
    """The base currency of the company. Raises Refusal `company_must_exist`."""
    currency = connection.scalar(select(companies.c.base_currency).where(companies.c.id == company))
    if currency is None:
        raise Refusal("company_must_exist", f"There is no company {company}.")
    return str(currency)


def check_monetary(connection: Connection, company: UUID, codes: Sequence[str]) -> None:
    """Accounts asked for by name are there and monetary. Raises Refusal."""
    query = select(accounts.c.code, accounts.c.is_monetary).where(
        accounts.c.company_id == company, accounts.c.code.in_(codes)
    )
    is_monetary = {row.code: row.is_monetary for row in connection.execute(query)}
    for code in codes:
        if code not in is_monetary:
            raise Refusal(
                "account_must_exist",
                f"The company has no account {code!r}. Add it to the chart or use another.",
            )
        if not is_monetary[code]:
            raise Refusal(
                "account_must_be_monetary",
                f"Account {code} is not monetary, so it keeps the rates of its entries "
                "(Ind AS 21, paragraph 23). Leave it out, or mark it monetary in the chart.",
            )


def wanted(scope: Scope, currency: str, base_currency: str) -> Wanted:
    """The rate that a balance in the currency needs."""
    return Wanted(
        currency,
        base_currency,
        scope.on,
        scope.kind,
        scope.company,
        scope.known_at,
        scope.max_age_days,
        scope.pivot,
    )


def quoted(connection: Connection, needed: Sequence[Wanted]) -> Mapping[str, Quotation]:
    """The rate of each currency. Refuses with all that are missing."""
    found = {each.from_currency: look_up(connection, each) for each in needed}
    absent = [each for each in needed if found[each.from_currency] is None]
    if absent:
        raise Refusal(
            "rate_must_exist",
            " ".join(missing(connection, each) for each in absent),
            currencies=", ".join(each.from_currency for each in absent),
        )
    return {currency: quotation for currency, quotation in found.items() if quotation}


def line(row: Row[Any], quotation: Quotation | None) -> Line:
    """A balance and what it is worth."""
    revalued, used = 0, None
    if row.amount and quotation:
        revalued, used = convert(Money(row.amount, row.currency), quotation)[0].amount, quotation
    dimensions = tuple(sorted((name, str(value)) for name, value in row.dimensions.items()))
    return Line(
        row.code,
        row.currency,
        dimensions,
        row.amount,
        row.base_amount,
        revalued,
        row.temporary,
        used,
        row.id,
        row.dimension_set_id,
    )
