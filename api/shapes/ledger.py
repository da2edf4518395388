"""The book over the wire: accounts, balances, trial balance, periods, integrity."""

from datetime import date

from pydantic import BaseModel

from api.caller import Caller
from api.shapes.base import Money, Resource, Time, money
from domain.identifiers import COMPANY, PERSON, written
from domain.ledger.accounts import Account
from domain.ledger.periods import Period
from domain.ledger.statements import Line, Sums, TrialBalance
from domain.money import Money as Amount

PERIOD = "prd"


class AccountBody(Resource):
    """An account of the chart. Its code is its id."""

    code: str
    title: str
    kind: str
    currency: str | None
    company: str
    opened_on: date
    closed_on: date | None
    links: dict[str, str]


class Accounts(BaseModel):
    """The chart."""

    data: list[AccountBody]


class BalanceLine(BaseModel):
    """What an account holds in one currency; `balance` is debits less credits."""

    debit: Money
    credit: Money
    balance: Money


class Balance(Resource):
    """What an account holds at the end of a day; `as_of` null means all that is posted."""

    account: str
    as_of: date | None
    balances: list[BalanceLine]


class TrialLine(BaseModel):
    """One account of the trial balance; the side it stands on has the amount."""

    account: str
    title: str
    kind: str
    debit: Money
    credit: Money


class Total(BaseModel):
    """The sums of both sides, in the company's currency."""

    debit: Money
    credit: Money


class TrialBody(Resource):
    """Every account that was ever posted to. The two totals are equal."""

    report: str
    company: str
    as_of: date | None
    lines: list[TrialLine]
    total: Total


class PeriodBody(Resource):
    """A month of a fiscal year, and who gave it its state."""

    id: str
    company: str
    starts_on: date
    ends_on: date
    fiscal_year: str
    state: str
    changed_at: Time | None
    changed_by: str | None
    reason: str | None


class Periods(BaseModel):
    """The periods by date."""

    data: list[PeriodBody]


class IntegrityBody(Resource):
    """Whether the book agrees with itself, recomputed from raw postings."""

    company: str
    holds: bool
    entries: int
    postings: int
    difference: str | None
    checked_at: Time


def account(caller: Caller, found: Account) -> AccountBody:
    """An account."""
    self = f"/v1/ledger/accounts/{found.code}"
    return AccountBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        code=found.code,
        title=found.title,
        kind=found.kind,
        currency=found.currency,
        company=written(COMPANY, found.company),
        opened_on=found.opened_on,
        closed_on=found.closed_on,
        links={"self": self, "postings": f"{self}/postings", "balance": f"{self}/balance"},
    )


def balance_line(sums: Sums, *, display: bool) -> BalanceLine:
    """The sums of one currency."""
    figures = (sums.debit, sums.credit, sums.amount)
    debit, credit, balance = (
        money(Amount(figure, sums.currency), display=display) for figure in figures
    )
    return BalanceLine(debit=debit, credit=credit, balance=balance)


def trial_balance(
    caller: Caller, found: TrialBalance, *, currency: str, display: bool = False
) -> TrialBody:
    """The trial balance, its totals in the company's currency."""
    return TrialBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        report="trial-balance",
        company=written(COMPANY, found.company),
        as_of=found.as_of,
        lines=[trial_line(line, display=display) for line in found.lines],
        total=Total(
            debit=money(Amount(found.base_debit, currency), display=display),
            credit=money(Amount(found.base_credit, currency), display=display),
        ),
    )


def trial_line(line: Line, *, display: bool) -> TrialLine:
    """An account on the side it stands on."""
    amount, currency = line.sums.amount, line.sums.currency
    return TrialLine(
        account=line.code,
        title=line.title,
        kind=line.kind,
        debit=money(Amount(max(amount, 0), currency), display=display),
        credit=money(Amount(max(-amount, 0), currency), display=display),
    )


def period(caller: Caller, found: Period) -> PeriodBody:
    """A period."""
    return PeriodBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(PERIOD, found.id),
        company=written(COMPANY, found.company),
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        fiscal_year=found.fiscal_year,
        state=found.state.value,
        changed_at=found.changed_at,
        changed_by=written(PERSON, found.changed_by) if found.changed_by else None,
        reason=found.reason,
    )
