"""Whether the installation lives and is ready, and the catalogue of codes."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool
from temporalio.service import RPCError

from api.documentation import catalogue, problems
from api.edge import AtHand, Edge
from api.problems import Problem

health = APIRouter(prefix="/health", tags=["System"])
router = APIRouter(tags=["System"])


class Live(BaseModel):
    """The process answers."""

    status: str = "live"


class Ready(BaseModel):
    """Everything that an instruction needs is there."""

    status: str = "ready"
    database: bool = True
    temporal: bool = True
    worker: bool = True


class Codes(BaseModel):
    """Every code of a problem with its status, title and cure."""

    data: list[dict[str, Any]]


@health.get("/live", response_model=Live)
async def live() -> Live:
    """This process answers."""
    return Live()


@health.get("/ready", response_model=Ready, responses=problems(503))
async def ready(edge: AtHand) -> Ready:
    """Database, Temporal and a worker answer; 503 names what does not."""
    parts = {"database": await run_in_threadpool(database_answers, edge)}
    parts |= await engine_answers(edge)
    missing = [name for name, answers in parts.items() if not answers]
    if missing:
        raise Problem(
            "installation_must_be_ready",
            f"Not ready: {', '.join(missing)} does not answer.",
            more={"missing": missing, **parts},
        )
    return Ready()


def database_answers(edge: Edge) -> bool:
    """Whether the reader's login can ask."""
    try:
        with edge.reader.begin() as connection:
            return bool(connection.scalar(text("SELECT 1")))
    except Exception:
        return False


async def engine_answers(edge: Edge) -> dict[str, bool]:
    """Whether Temporal answers, and whether a worker polls our queue."""
    try:
        return {"temporal": True, "worker": await edge.instructions.is_served()}
    except (RPCError, RuntimeError):
        return {"temporal": False, "worker": False}


@router.get("/errors", response_model=Codes)
async def errors() -> Codes:
    """Every code that a problem may carry."""
    return Codes(data=catalogue())
