"""Moving a running process to another version: the migration's call, and what it does there."""

import asyncio
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection
from temporalio import activity

from activities.desk import Desk
from activities.effects import decoded
from activities.refusals import refusals
from domain.database import transaction
from domain.processes import effect as effects
from domain.processes import migrating
from domain.processes.arriving import Arrival
from domain.processes.effect import Done, Effect
from domain.processes.migrating import Agreed, Migrated


@dataclass(frozen=True, slots=True)
class MoveProcess:
    """Have the process moved that a migration is about; then the migration goes on to `to`."""

    effect: Effect
    definition_hash: str
    to: str


@dataclass(frozen=True, slots=True)
class TakeVersion:
    """Take the version that a migration agreed on in the place of the one that is pinned."""

    effect: Effect
    definition_hash: str
    migration: UUID
    to_hash: str


@dataclass(frozen=True, slots=True)
class Migrate:
    """What a migration says to the process that it moves; the record says whether it may."""

    migration: UUID
    definition_hash: str


class Road(Protocol):
    """How a migration reaches the process. Raises the Refusal of the process, or a fault."""

    async def migrate(self, workflow_id: str, call: str, message: Migrate) -> None: ...


class MigrationActivities:
    """Both ends of a migration."""

    def __init__(self, desk: Desk, road: Road) -> None:
        self.desk = desk
        self.road = road

    @activity.defn
    async def move_process(self, command: MoveProcess) -> Arrival:
        """Ask the process to move. Asked again under the same attempt it answers the same."""
        order = await asyncio.to_thread(self.order, command.effect)
        if isinstance(order, Arrival):
            return order
        message = Migrate(command.effect.process, order.definition_hash)
        with refusals():
            await self.road.migrate(order.workflow_id, call_of(command.effect), message)
        return await asyncio.to_thread(self.finish, command, order)

    def order(self, effect: Effect) -> Agreed | Arrival:
        """What the migration says; where it stands when an earlier delivery came to the end."""
        with refusals(), transaction(self.desk.effects.engine, effect.tenant) as connection:
            earlier = effects.earlier(connection, effect)
            if earlier is not None:
                return decoded(Arrival, earlier.result)
            return migrating.agreed(connection, effect.process)

    def finish(self, command: MoveProcess, order: Agreed) -> Arrival:
        """The migration goes on."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.effects.once(
            command.effect,
            command,
            Arrival,
            lambda connection: migrating.finished(
                connection, command.effect, definition, moved=order, to=command.to
            ),
        )

    @activity.defn
    def take_version(self, command: TakeVersion) -> Migrated:
        """In the process that moves: check what was agreed on, pin the version, ask anew."""
        catalog = self.desk.catalog
        before = catalog.by_hash(command.definition_hash)

        def body(connection: Connection) -> Done[Migrated]:
            migrating.check_known(connection, command.to_hash, before.process, catalog)
            after = catalog.by_hash(command.to_hash)
            return migrating.migrate(
                connection, command.effect, before, after, migration=command.migration
            )

        return self.desk.effects.once(command.effect, command, Migrated, body)


def call_of(effect: Effect) -> str:
    """The name of a migration's call, the same however often this attempt sends it."""
    return f"{effect.process.hex}-{effect.attempt}"
