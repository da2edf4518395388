"""Telling every process that is open that the clock of its sandbox was put forward."""

import asyncio
from dataclasses import dataclass

from sqlalchemy import Connection
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.beating import beating
from activities.desk import Desk
from domain.database import transaction
from domain.processes import reading, record
from domain.processes.arriving import About, Arrival, arrive
from domain.processes.effect import Done, Effect

AT_ONCE = 20
SIGNAL = "clock_moved"


@dataclass(frozen=True, slots=True)
class TellProcesses:
    """Tell the tenant's open processes; then this one goes on to the stage `to`."""

    effect: Effect
    definition_hash: str
    to: str


class ClockActivities:
    """What follows when a clock was moved. Whoever is told twice just looks twice."""

    def __init__(self, desk: Desk, client: Client) -> None:
        self.desk = desk
        self.client = client

    @activity.defn
    async def tell_processes(self, command: TellProcesses) -> Arrival:
        """A signal to each, then the evidence that they were told."""
        waiting = await asyncio.to_thread(self.waiting, command.effect)
        turns = asyncio.Semaphore(AT_ONCE)
        async with beating():
            await asyncio.gather(*(self.tell(id, turns) for id in waiting))
        return await asyncio.to_thread(self.told, command, len(waiting))

    def waiting(self, effect: Effect) -> list[str]:
        """The workflows of every open process but this one."""
        with transaction(self.desk.effects.engine, effect.tenant) as connection:
            found = reading.open_workflows(connection)
        return [id for id in found if id != effect.workflow_id]

    async def tell(self, workflow_id: str, turns: asyncio.Semaphore) -> None:
        """One that has ended meanwhile need not know."""
        async with turns:
            try:
                await self.client.get_workflow_handle(workflow_id).signal(SIGNAL)
            except RPCError as fault:
                if fault.status != RPCStatusCode.NOT_FOUND:
                    raise

    def told(self, command: TellProcesses, number: int) -> Arrival:
        """Write down how many were told, and go on."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        effect = command.effect

        def body(connection: Connection) -> Done[Arrival]:
            about = About.of(effect, definition, record.facts(connection, effect.process))
            arrival, move = arrive(connection, about, command.to)
            return Done(
                arrival,
                title=f"Told {number} processes that the clock moved",
                event="clock.moved",
                move=move,
                outputs={"processes": number},
            )

        return self.desk.effects.once(effect, command, Arrival, body)
