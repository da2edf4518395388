"""The bank over HTTP, as a bank offers it: pay once per key, and ask what became of a key."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response, StreamingResponse

from sandbox.bank.faults import Fault
from sandbox.bank.levers import BankLog, levers
from sandbox.bank.log import KeyReused, Log, Outcome
from sandbox.bank.payment import PaymentRequest
from sandbox.bank.problems import ConnectionDropped, Problem, answer_problems

payments = APIRouter(prefix="/v1/payments")


def create_app(log: Log) -> FastAPI:
    """The bank over `log`."""
    app = FastAPI(title="Simulated bank", docs_url=None, redoc_url=None)
    app.state.log = log
    app.include_router(payments)
    app.include_router(levers)
    answer_problems(app)
    return app


async def _arrival(request: Request, log: BankLog) -> int:
    """Note the request before anything is decided about it, malformed ones included."""
    number, is_away = await run_in_threadpool(
        log.receive,
        request.method,
        request.url.path,
        key=request.headers.get("Idempotency-Key", request.path_params.get("key")),
        body=(await request.body()).decode(errors="replace"),
    )
    if is_away:
        raise Problem(503, "bank_away", "The bank is away. Ask again later.")
    return number


Arrival = Annotated[int, Depends(_arrival)]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=255)]


@payments.post("")
async def pay(log: BankLog, arrival: Arrival, payment: PaymentRequest, key: Key) -> Response:
    """Pay once per key; the answer is misdelivered as the armed fault says."""
    try:
        outcome = await run_in_threadpool(log.pay, key, payment, request=arrival)
    except KeyReused as reused:
        detail = f"The key {key} stands for another payment. Use a new key for a new payment."
        raise Problem(422, "idempotency_key_reused", detail) from reused
    return await _delivered(outcome)


@payments.get("/by-key/{key:path}")
async def payment_by_key(log: BankLog, arrival: Arrival, key: str) -> Response:
    """The first answer under `key`."""
    answer = await run_in_threadpool(log.answer, key)
    if answer is None:
        raise Problem(404, "payment_not_found", f"No payment has arrived under the key {key}.")
    return Response(answer, media_type="application/json")


async def _delivered(outcome: Outcome) -> Response:
    match outcome.fault:
        case Fault.LOSE_ANSWER | Fault.LOSE_REQUEST:
            raise ConnectionDropped
        case Fault.ERROR_BEFORE | Fault.ERROR_AFTER:
            raise Problem(500, "bank_broke", "Something broke in the bank.")
        case Fault.GARBAGE:
            return PlainTextResponse("<html>Thank you for banking with us")
        case Fault.DRIP:
            drops = _drops(outcome.answer or "", seconds=outcome.fault_seconds)
            return StreamingResponse(drops, media_type="application/json")
        case Fault.SLOW:
            await asyncio.sleep(outcome.fault_seconds)
    return Response(
        outcome.answer,
        status_code=200 if outcome.is_replay else 201,
        headers={"Idempotent-Replayed": "true"} if outcome.is_replay else {},
        media_type="application/json",
    )


async def _drops(answer: str, *, seconds: float) -> AsyncIterator[str]:
    for letter in answer:
        yield letter
        await asyncio.sleep(seconds)
