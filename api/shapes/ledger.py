"""The book over the wire: accounts, balances, trial balance, periods, integrity."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, Field

from api.caller import Caller
from api.shapes.base import Money, Resource, Time, money
from domain.identifiers import COMPANY, PERIOD, PERSON, written
from domain.ledger import hierarchy
from domain.ledger.accounts import Account
from domain.ledger.limits import Held
from domain.ledger.periods import Period
from domain.ledger.statements import Line, Sums, TrialBalance
from domain.money import Money as Amount

# What the body of an account says in the words of the domain.
COPIED = frozenset(
    {
        "code", "title", "kind", "currency", "opened_on", "closed_on", "is_heading", "normal_side",
        "statement_line", "cash_flow", "control", "is_monetary", "is_limited", "is_budgeted",
    }
)  # fmt: skip


class AccountBody(Resource):
    """An account of the chart. Its code is its id."""

    code: str = Field(examples=["bank"])
    title: str
    kind: str = Field(description="asset, liability, equity, income or expense")
    currency: str | None = Field(description="The only one that it takes; null for any.")
    company: str
    opened_on: date
    closed_on: date | None
    parent: str | None = Field(description="The code of the heading that it stands under.")
    level: int = Field(description="How many headings it stands under.")
    is_heading: bool = Field(description="A heading takes no postings; it sums those below it.")
    normal_side: str
    statement_line: str | None
    cash_flow: str | None = Field(description="cash, operating, investing or financing")
    control: str | None = Field(description="receivable or payable: its postings are open items.")
    is_monetary: bool = Field(description="Whether foreign amounts on it are revalued.")
    is_limited: bool
    is_budgeted: bool
    required_dimensions: list[str]
    forbidden_dimensions: list[str]
    translations: dict[str, str] = Field(examples=[{"hi": "बैंक"}])
    links: dict[str, str]


class Accounts(BaseModel):
    """The chart."""

    data: list[AccountBody]


class BalanceLine(BaseModel):
    """What an account holds in one currency; `balance` is debits less credits.

    The last three are of now, so null as of a day or as known at a time.
    """

    debit: Money
    credit: Money
    balance: Money
    base_balance: Money = Field(description="The balance in the company's currency.")
    pending_out: Money | None = Field(description="What open holds will take out of it.")
    pending_in: Money | None = Field(description="What open holds will bring to it.")
    available: Money | None = Field(
        description="On the account's normal side: posted, less what holds will take out."
    )


class Balance(Resource):
    """What an account holds at the end of a day; `as_of` null means all that is posted.

    `known_at` null means as known now; with a time `is_final` says whether a transaction that began
    before it may still add to what was recorded by then.
    """

    account: str
    as_of: date | None
    known_at: Time | None
    is_final: bool
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


class ModuleBody(BaseModel):
    """What a period says to one module alone; the stricter of both states holds."""

    module: str
    state: str
    roles: list[str]


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
    is_adjustment: bool = Field(description="Only adjusting and closing entries of the year.")
    roles: list[str] = Field(description="Who still posts while it is soft_locked.")
    modules: list[ModuleBody] = Field(description="Modules with a state of their own.")


class Periods(BaseModel):
    """The periods by date."""

    data: list[PeriodBody]


def account(caller: Caller, found: Account, chart: Mapping[int, Account]) -> AccountBody:
    """An account in its place in the chart."""
    self = f"/v1/ledger/accounts/{found.code}"
    copied = {name: getattr(found, name) for name in AccountBody.model_fields if name in COPIED}
    return AccountBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        company=written(COMPANY, found.company),
        parent=chart[found.parent].code if found.parent is not None else None,
        level=sum(1 for _ in hierarchy.above(chart, found.id)),
        required_dimensions=list(found.required_dimensions),
        forbidden_dimensions=list(found.forbidden_dimensions),
        translations=dict(found.translations),
        links={"self": self, "postings": f"{self}/postings", "balance": f"{self}/balance"},
        **copied,
    )


def balance_line(
    sums: Sums, *, base_currency: str, held: Held | None = None, display: bool
) -> BalanceLine:
    """The sums of one currency, and what of it is reserved."""
    figures = (sums.debit, sums.credit, sums.amount)
    debit, credit, balance = (
        money(Amount(figure, sums.currency), display=display) for figure in figures
    )
    base = money(Amount(sums.base_amount, base_currency), display=display)
    reserved = (held.pending_out, held.pending_in, held.available) if held else (None,) * 3
    pending_out, pending_in, available = (
        None if each is None else money(Amount(each, sums.currency), display=display)
        for each in reserved
    )
    return BalanceLine(
        debit=debit, credit=credit, balance=balance, base_balance=base,
        pending_out=pending_out, pending_in=pending_in, available=available,
    )  # fmt: skip


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
        is_adjustment=found.is_adjustment,
        roles=list(found.roles),
        modules=[
            ModuleBody(module=each.module, state=each.state, roles=list(each.roles))
            for each in found.modules
        ],
    )
