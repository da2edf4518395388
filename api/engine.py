"""What the engine knows of a process, also before its row is in the database."""

from starlette.concurrency import run_in_threadpool

from api.bodies import read_id
from api.caller import Caller
from api.edge import Edge
from api.problems import Problem
from api.shapes.process import EngineBody, ProcessBody
from api.viewing import pending
from domain.access import idempotency
from domain.identifiers import PROCESS, written
from domain.processes.reading import ProcessRecord


async def engine_body(
    edge: Edge, caller: Caller, found: ProcessRecord, *, stored: bool
) -> EngineBody:
    """Workflow id, run, status and where to look; a run the engine forgot is `not_found`."""
    engine = await edge.instructions.engine(found.workflow_id)
    namespace = edge.instructions.client.namespace
    path = f"/namespaces/{namespace}/workflows/{found.workflow_id.replace('/', '%2F')}"
    return EngineBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        process=written(PROCESS, found.id),
        workflow_id=found.workflow_id,
        run_id=engine.run_id if engine else None,
        status=engine.status if engine else "not_found",
        history_events=engine.history_events if engine else None,
        ui_url=f"{edge.ui_url}{path}" if edge.ui_url else None,
        stored_history=stored,
    )


async def not_yet_recorded(edge: Edge, caller: Caller, id: str, missing: Problem) -> ProcessBody:
    """The process as the engine has it, when the database has it not yet; else the problem."""
    if missing.code != "process_must_exist" or not id.startswith(f"{PROCESS}_"):
        raise missing
    process = read_id(PROCESS, id)
    workflow_id = await run_in_threadpool(workflow_of, edge, caller, id)
    engine = await edge.instructions.engine(workflow_id) if workflow_id else None
    if engine is None or engine.process != process:
        raise missing
    named = engine.workflow_id.split("/")[1]
    definition = await run_in_threadpool(edge.type, caller.tenant, named)
    return pending(caller, definition, process)


def workflow_of(edge: Edge, caller: Caller, id: str) -> str | None:
    """The workflow that a call under some key started for this id."""
    process = read_id(PROCESS, id)
    with edge.keeping(caller.tenant) as connection:
        found = idempotency.about(connection, caller.tenant, process)
    names = [entry.headers.get("workflow_id") for entry in found]
    return next((str(name) for name in names if name), None)
