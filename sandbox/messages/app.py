"""The gateway over HTTP: one message per key; and its levers, which no gateway offers."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Header
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from sandbox.bank.problems import ConnectionDropped, Problem, answer_problems
from sandbox.messages.faults import MENU, Fault, FaultOrder
from sandbox.messages.log import KeyReused, Log

GUIDE = "\n".join(
    [
        "A simulated message gateway for Kontor's sandbox. Nobody is written to.",
        "",
        "POST   /v1/messages  send, once per Idempotency-Key",
        "GET    /v1/messages  messages really delivered (?to=)",
        "GET    /v1/requests  requests that arrived (?key=)",
        "PUT    /v1/faults    arm {fault, times, seconds, to}; times 0 is until deleted",
        "DELETE /v1/faults    disarm all",
        "",
        "Faults:",
        *(f"  {fault:<13} {meaning}" for fault, meaning in MENU.items()),
    ]
)


class MessageRequest(BaseModel):
    """One message to one recipient; `template_id` is the registered one of a text message."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Literal["email", "sms"]
    to: Annotated[str, Field(min_length=3, max_length=320)]
    language: Annotated[str, Field(pattern="^[a-z]{2}$")]
    subject: Annotated[str, Field(max_length=998)] | None = None
    text: Annotated[str, Field(min_length=1, max_length=100_000)]
    is_html: bool = False
    template_id: str | None = None


Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=255)]


def create_app(log: Log) -> FastAPI:
    """The gateway over `log`."""
    app = FastAPI(title="Simulated message gateway", docs_url=None, redoc_url=None)
    answer_problems(app)

    @app.post("/v1/messages")
    async def send(message: MessageRequest, key: Key) -> Response:
        try:
            outcome = await run_in_threadpool(log.send, key, message.model_dump())
        except KeyReused as reused:
            detail = f"The key {key} stands for another message."
            raise Problem(422, "idempotency_key_reused", detail) from reused
        match outcome.fault:
            case Fault.LOSE_ANSWER:
                raise ConnectionDropped
            case Fault.ERROR_BEFORE | Fault.ERROR_AFTER:
                raise Problem(500, "gateway_broke", "Something broke in the gateway.")
            case Fault.AWAY:
                raise Problem(503, "gateway_away", "The gateway is away. Send again later.")
            case Fault.REFUSE:
                raise Problem(422, "recipient_unknown", f"Nobody is known as {message.to}.")
            case Fault.GARBAGE:
                return PlainTextResponse("<html>Your message is important to us")
            case Fault.SLOW:
                await asyncio.sleep(outcome.seconds)
        return Response(outcome.answer, status_code=201, media_type="application/json")

    levers(app, log)
    return app


def levers(app: FastAPI, log: Log) -> None:
    """What really happened, and what shall go wrong."""

    @app.get("/", response_class=PlainTextResponse)
    def guide() -> str:
        return GUIDE + "\n"

    @app.get("/health/ready")
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.get("/v1/messages")
    def messages(to: str | None = None) -> list[dict[str, Any]]:
        return log.messages(to)

    @app.get("/v1/requests")
    def requests(key: str | None = None) -> list[dict[str, Any]]:
        return log.requests(key)

    @app.put("/v1/faults", status_code=204)
    def arm(order: FaultOrder) -> None:
        log.arm(order)

    @app.delete("/v1/faults", status_code=204)
    def disarm() -> None:
        log.disarm()
