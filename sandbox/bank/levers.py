"""The sandbox's own levers: what really happened, and what shall go wrong. No bank offers these."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse

from sandbox.bank import faults
from sandbox.bank.faults import ArmedFault, FaultOrder
from sandbox.bank.log import Effect, Log, Received
from sandbox.bank.payment import ANSWER_LOST_ACCOUNT, REFUSED_ACCOUNTS

GUIDE = "\n".join(
    [
        "A simulated bank for Kontor's sandbox. No real money moves.",
        "",
        "POST /v1/payments           pay, once per Idempotency-Key",
        "GET  /v1/payments/by-key/K  the answer to key K, or 404 payment_not_found",
        "GET  /v1/effects            payments really made (?key=, ?reference=)",
        "GET  /v1/requests           requests that arrived (?key=)",
        "PUT  /v1/faults             arm {fault, times, seconds, reason, match};",
        "                            times 0 is until deleted; match is {reference} and/or",
        "                            {beneficiary_account}; faults survive a restart",
        "GET, DELETE /v1/faults      what is armed; disarm all",
        "",
        "Faults:",
        *(f"  {fault:<13} {meaning}" for fault, meaning in faults.MENU.items()),
        "",
        "Beneficiary accounts ending in:",
        *(f"  {ending}  refused: {reason}" for ending, (reason, _) in REFUSED_ACCOUNTS.items()),
        f"  {ANSWER_LOST_ACCOUNT}  paid, but the first answer is lost",
    ]
)


def _log(request: Request) -> Log:
    log: Log = request.app.state.log
    return log


BankLog = Annotated[Log, Depends(_log)]
levers = APIRouter()


@levers.get("/", response_class=PlainTextResponse)
def guide() -> str:
    """What this is and how to make it misbehave."""
    return GUIDE + "\n"


@levers.get("/health/ready")
def ready() -> dict[str, str]:
    """Whether the process serves; the fault `away` leaves this and the levers alone."""
    return {"status": "ready"}


@levers.get("/v1/effects")
def effects(log: BankLog, key: str | None = None, reference: str | None = None) -> list[Effect]:
    """Payments really made."""
    return log.effects(key=key, reference=reference)


@levers.get("/v1/requests")
def requests(log: BankLog, key: str | None = None) -> list[Received]:
    """Requests about payments, as they arrived."""
    return log.requests(key=key)


@levers.put("/v1/faults")
def arm_fault(log: BankLog, order: FaultOrder) -> list[ArmedFault]:
    """Arm one fault; answers with all."""
    with log.transaction() as connection:
        faults.arm(connection, order)
        return faults.armed(connection)


@levers.get("/v1/faults")
def armed_faults(log: BankLog) -> list[ArmedFault]:
    """Every fault, with how often it has struck."""
    with log.transaction() as connection:
        return faults.armed(connection)


@levers.delete("/v1/faults", status_code=204)
def disarm_faults(log: BankLog) -> None:
    """Behave again."""
    with log.transaction() as connection:
        faults.disarm(connection)
