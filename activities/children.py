"""Both ends of a family of processes: a stage starts others, and each tells when it has ended."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import Connection
from temporalio import activity

from activities.beating import beating
from activities.desk import Desk
from activities.effects import decoded
from activities.refusals import refusals
from domain.database import transaction
from domain.definitions.model import Definition
from domain.processes import children, parting, reading
from domain.processes import effect as effects
from domain.processes.arriving import Arrival
from domain.processes.children import Begun, Standing
from domain.processes.effect import Done, Effect
from domain.processes.opening import Opened
from domain.processes.parting import Leaving, Withdrawn
from domain.processes.reading import ProcessRecord
from domain.refusal import Refusal
from domain.versions import versions

AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class OpenChildren:
    """Open what a stage starts."""

    effect: Effect
    definition_hash: str
    stage: str


@dataclass(frozen=True, slots=True)
class Family:
    """The children of a stage that are meant."""

    effect: Effect
    stage: str


@dataclass(frozen=True, slots=True)
class GatherChildren:
    """All children of the stage have ended: go on."""

    effect: Effect
    definition_hash: str
    stage: str


@dataclass(frozen=True, slots=True)
class WithdrawProcess:
    """Withdraw a child whose parent was led away, with the journals of its that stand."""

    effect: Effect
    definition_hash: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AsChild:
    """A child, as it takes up what its parent opened or tells it that it has ended."""

    effect: Effect


class Road(Protocol):
    """How one process reaches another. Raises the Refusal of the process, or a fault."""

    async def start_child(
        self, tenant: UUID, child: ProcessRecord, definition: Definition, parent: UUID
    ) -> None: ...
    async def withdraw_child(self, workflow_id: str, call: str) -> None: ...
    async def tell_ended(self, workflow_id: str, child: UUID) -> None: ...


class ChildActivities:
    """What a parent does about its children, and they about it. Sending again is safe."""

    def __init__(self, desk: Desk, road: Road) -> None:
        self.desk = desk
        self.road = road

    @activity.defn
    def open_children(self, command: OpenChildren) -> Begun:
        """Open all, or none when one is refused."""
        definition = self.desk.catalog.by_hash(command.definition_hash)

        def body(connection: Connection) -> Done[Begun]:
            catalog = self.desk.catalog
            own = map(catalog.by_hash, versions.in_force(connection))
            return children.begin(
                connection,
                command.effect,
                definition,
                stage=command.stage,
                types=catalog.overlaid(own).definitions,
            )

        return self.desk.effects.once(command.effect, command, Begun, body)

    @activity.defn
    async def start_children(self, command: Family) -> int:
        """Have the engine run those that are open. One that runs already is left alone."""
        found = await asyncio.to_thread(self.found, command)
        turns = asyncio.Semaphore(AT_ONCE)

        async def started(child: ProcessRecord) -> None:
            definition = self.desk.catalog.by_hash(child.definition_hash)
            async with turns:
                effect = command.effect
                await self.road.start_child(effect.tenant, child, definition, effect.process)

        async with beating():
            await asyncio.gather(*map(started, found))
        return len(found)

    def found(self, command: Family) -> list[ProcessRecord]:
        """The children that have not ended."""
        with transaction(self.desk.effects.engine, command.effect.tenant) as connection:
            standing = children.standing(connection, command.effect.process, command.stage)
            return [reading.get(connection, id) for id in standing.open]

    @activity.defn
    def look_at_children(self, command: Family) -> Standing:
        """Ask the record what has become of them: a signal may be lost."""
        with transaction(self.desk.effects.engine, command.effect.tenant) as connection:
            return children.standing(connection, command.effect.process, command.stage)

    @activity.defn
    def gather_children(self, command: GatherChildren) -> Arrival:
        """Go on with what became of them."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.effects.once(
            command.effect,
            command,
            Arrival,
            lambda connection: children.gather(
                connection, command.effect, definition, stage=command.stage
            ),
        )

    @activity.defn
    async def withdraw_children(self, command: Family) -> int:
        """Ask each to be withdrawn, the last started first. How many were."""
        order = await asyncio.to_thread(self.leaving, command)
        if isinstance(order, int):
            return order
        kept: list[str] = []
        async with beating():
            for child in order:
                kept += await self.asked(command, child)
        return await asyncio.to_thread(self.answered, command, len(order) - len(kept), kept)

    def leaving(self, command: Family) -> Sequence[Leaving] | int:
        """Those to be asked; how many were withdrawn, when an earlier delivery knows."""
        effect = command.effect
        with transaction(self.desk.effects.engine, effect.tenant) as connection:
            earlier = effects.earlier(connection, effect)
            if earlier is not None:
                return decoded(int, earlier.result)
            return parting.leaving(connection, effect.process, command.stage)

    async def asked(self, command: Family, child: Leaving) -> list[str]:
        """Why a child is not withdrawn, if so. It goes on to its end then."""
        try:
            await self.road.withdraw_child(child.workflow_id, f"{command.effect.process.hex}")
        except Refusal as refusal:
            return [f"{child.reference}: {refusal.message}"]
        return []

    def answered(self, command: Family, done: int, kept: list[str]) -> int:
        """Write down what they answered."""
        with refusals():
            return self.desk.effects.once(
                command.effect, command, int, lambda _: parting.asked(done, kept)
            )

    @activity.defn
    def withdraw_process(self, command: WithdrawProcess) -> Withdrawn:
        """In the child: end it, or have reversed first what it posted."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.effects.once(
            command.effect,
            command,
            Withdrawn,
            lambda connection: parting.withdraw(
                connection, command.effect, definition, entries=command.entries
            ),
        )

    @activity.defn
    def take_up(self, command: AsChild) -> Opened:
        """In the child: what its parent opened it with."""
        with refusals(), transaction(self.desk.effects.engine, command.effect.tenant) as connection:
            return decoded(Opened, children.opened(connection, command.effect))

    @activity.defn
    async def tell_parent(self, command: AsChild) -> None:
        """In the child: it has ended. A parent that ended meanwhile need not know."""
        parent = await asyncio.to_thread(self.parent, command.effect)
        if parent is not None:
            await self.road.tell_ended(parent, command.effect.process)

    def parent(self, effect: Effect) -> str | None:
        """The workflow of the parent."""
        with transaction(self.desk.effects.engine, effect.tenant) as connection:
            return parting.parent_of(connection, effect.process)
