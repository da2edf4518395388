"""Moving a running process to another version of its type: asked for here, agreed on by others."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from api.bodies import Given, Reason, given
from api.caller import Caller, TheCaller
from api.documentation import accepts
from api.edge import AtHand, Edge
from api.routes.processes import STARTING
from api.shapes.process import ProcessBody
from api.starting import StartBody
from api.trial import Trial, begun
from api.viewing import process_record
from domain.identifiers import COMPANY, PROCESS, written
from domain.processes import migrating, record

router = APIRouter(prefix="/processes", tags=["Processes"])

Hash = Annotated[str, StringConstraints(pattern=r"^cfg_[0-9a-z]{26}$")]


class MigrateBody(Given):
    """The version to move to, by what it means, and why."""

    to: Hash = Field(description="A `definition` of /v1/config/definitions or its versions.")
    reason: Reason


@router.post(
    "/{id:path}/migrate", status_code=202, response_model=ProcessBody | Trial, responses=STARTING,
    **accepts(MigrateBody),
)  # fmt: skip
async def migrate(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for a waiting process to be moved to another version: starts `process_migration`."""
    body = await given(request, MigrateBody)
    process, company = await run_in_threadpool(movable, edge, caller, id, body.to)
    asked = {"process": written(PROCESS, process), "definition": body.to, "reason": body.reason}
    return await begun(edge, caller, request, StartBody(
        type=migrating.MIGRATION, input=asked, company=written(COMPANY, company),
    ))  # fmt: skip


def movable(edge: Edge, caller: Caller, id: str, to: str) -> tuple[UUID, UUID]:
    """The process, with its company, that may be moved as it stands now."""
    with edge.reading(caller.tenant) as connection:
        found = process_record(connection, id)
        migrating.check_known(connection, to, found.type, edge.catalog)
        before, after = (edge.definition(connection, each) for each in (found.definition_hash, to))
        migrating.check(before, after, record.facts(connection, found.id))
    return found.id, found.company
