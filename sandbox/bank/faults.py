"""The menu of faults, armed over HTTP and kept in the bank's own database, so they survive it."""

from enum import StrEnum
from sqlite3 import Connection, Row

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.bank.payment import PaymentRequest


class Fault(StrEnum):
    """Everything that can go wrong on purpose."""

    LOSE_ANSWER = "lose_answer"
    LOSE_REQUEST = "lose_request"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    SLOW = "slow"
    DRIP = "drip"
    REFUSE = "refuse"
    AWAY = "away"
    GARBAGE = "garbage"


MENU = {
    Fault.LOSE_ANSWER: "pays, then drops the connection without an answer",
    Fault.LOSE_REQUEST: "drops the connection before paying",
    Fault.ERROR_BEFORE: "answers 500 before paying",
    Fault.ERROR_AFTER: "pays, then answers 500",
    Fault.SLOW: "pays, then answers after `seconds`",
    Fault.DRIP: "pays, then answers one byte every `seconds`",
    Fault.REFUSE: "refuses a new payment definitely, with `reason`",
    Fault.AWAY: "answers 503 to every payment and every question about one",
    Fault.GARBAGE: "pays, then answers 200 with a body that means nothing",
}
BEFORE_PAYING = (Fault.LOSE_REQUEST, Fault.ERROR_BEFORE)

SCHEMA = """
create table if not exists faults (
    number integer primary key autoincrement,
    fault text not null, times integer not null, used integer not null default 0,
    seconds real not null, reason text not null, reference text, beneficiary_account text
) strict;
"""


class Match(BaseModel):
    """Which payments a fault strikes; empty means all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: str | None = None
    beneficiary_account: str | None = None


class FaultOrder(BaseModel):
    """A fault to arm for the next `times` requests it matches; 0 means until it is deleted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fault: Fault
    times: int = Field(default=1, ge=0, le=1_000_000)
    seconds: float = Field(default=8, gt=0, le=600)
    reason: str = Field(default="refused_by_sandbox", pattern=r"^[a-z][a-z0-9_]{0,63}$")
    match: Match = Match()

    @model_validator(mode="after")
    def away_is_away_for_all(self) -> "FaultOrder":
        """A bank that cannot be reached does not read who is paid."""
        if self.fault is Fault.AWAY and self.match != Match():
            raise ValueError("`away` strikes every request; leave `match` out.")
        return self


class ArmedFault(FaultOrder):
    """A fault on the menu card, with how often it has struck."""

    used: int = 0


def arm(connection: Connection, order: FaultOrder) -> None:
    """Arm `order`; the same fault with the same match is replaced and counts from nought."""
    match = (order.match.reference, order.match.beneficiary_account)
    connection.execute(
        "delete from faults where fault = ? and reference is ? and beneficiary_account is ?",
        (order.fault, *match),
    )
    connection.execute(
        "insert into faults (fault, times, seconds, reason, reference, beneficiary_account)"
        " values (?, ?, ?, ?, ?, ?)",
        (order.fault, order.times, order.seconds, order.reason, *match),
    )


def disarm(connection: Connection) -> None:
    """Delete every fault."""
    connection.execute("delete from faults")


def armed(connection: Connection) -> list[ArmedFault]:
    """Every fault, oldest first, those used up included."""
    return [_fault(row) for row in connection.execute("select * from faults order by number")]


def claim_away(connection: Connection) -> bool:
    """Use one `away` if one is armed."""
    return any(_use(connection, f) for f in _live(connection) if f["fault"] == Fault.AWAY)


def claim(connection: Connection, payment: PaymentRequest, *, is_new: bool) -> ArmedFault | None:
    """Use the oldest live fault that strikes `payment`; an answer once given is never refused."""
    for row in _live(connection):
        fault = _fault(row)
        if fault.fault is Fault.AWAY or (fault.fault is Fault.REFUSE and not is_new):
            continue
        if _strikes(fault.match, payment):
            _use(connection, row)
            return fault
    return None


def _strikes(match: Match, payment: PaymentRequest) -> bool:
    account = payment.beneficiary.account
    return match.reference in (None, payment.reference) and (
        match.beneficiary_account in (None, account)
    )


def _live(connection: Connection) -> list[Row]:
    live = "select * from faults where times = 0 or used < times order by number"
    return connection.execute(live).fetchall()


def _use(connection: Connection, row: Row) -> bool:
    connection.execute("update faults set used = used + 1 where number = ?", (row["number"],))
    return True


def _fault(row: Row) -> ArmedFault:
    match = Match(reference=row["reference"], beneficiary_account=row["beneficiary_account"])
    plain = {name: row[name] for name in ("fault", "times", "seconds", "reason", "used")}
    return ArmedFault(**plain, match=match)
