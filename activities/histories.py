"""Copying closed histories from the engine to our database."""

import asyncio
import gzip
from uuid import UUID

from sqlalchemy import Engine
from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.database import transaction
from domain.processes import archive
from domain.processes.archive import Unarchived

AT_A_TIME = 200


class HistoryActivities:
    """The archiver's two steps. The copy is compressed; its payloads stay encrypted."""

    def __init__(self, engine: Engine, client: Client) -> None:
        self.engine = engine
        self.client = client

    @activity.defn
    async def tenants(self) -> list[UUID]:
        """Every tenant there is."""
        return await asyncio.to_thread(archive.tenants, self.engine)

    @activity.defn
    async def archive(self, tenant: UUID) -> int:
        """Copy the histories of closed processes of one tenant. Again copies nothing twice."""
        found = await asyncio.to_thread(self.unarchived, tenant)
        return sum([await self.copy(tenant, closed) for closed in found])

    def unarchived(self, tenant: UUID) -> list[Unarchived]:
        """Closed processes whose history is not here yet."""
        with transaction(self.engine, tenant) as connection:
            return archive.unarchived(connection, limit=AT_A_TIME)

    async def copy(self, tenant: UUID, closed: Unarchived) -> bool:
        """One history. One that is not closed in the engine yet waits for the next time."""
        handle = self.client.get_workflow_handle(closed.workflow_id)
        try:
            described = await handle.describe()
        except RPCError as fault:
            if fault.status == RPCStatusCode.NOT_FOUND:
                activity.logger.warning("The engine has no history of %s.", closed.workflow_id)
                return False
            raise
        if described.status == WorkflowExecutionStatus.RUNNING:
            return False
        history = await handle.fetch_history()
        packed = gzip.compress(history.to_json().encode())
        count = len(history.events)
        await asyncio.to_thread(self.keep, tenant, closed, described.run_id, count, packed)
        return True

    def keep(self, tenant: UUID, closed: Unarchived, run: str, count: int, packed: bytes) -> None:
        """Write it down."""
        with transaction(self.engine, tenant) as connection:
            archive.keep(
                connection, tenant=tenant, process=closed.process, run=run, count=count,
                history=packed,
            )  # fmt: skip
