"""What every activity has on its desk: effects, definitions, and the key that proves who acts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

from joserfc.jwk import OKPKey
from sqlalchemy import Connection

from activities.effects import Effects
from activities.refusals import refusals
from domain.access import token
from domain.access.actor import Actor, actor
from domain.access.token import NO_MEANS, Assertion, Means
from domain.canonical import digest
from domain.definitions.catalog import Catalog
from domain.processes.effect import Done, Effect

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Instruction:
    """Which user acts, and the API's signature that it saw her do exactly this, by these means."""

    user: UUID
    signed: str
    means: Means = NO_MEANS


class Instructed(Protocol):
    """A command that a person gave."""

    @property
    def effect(self) -> Effect: ...
    @property
    def instruction(self) -> Instruction: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed to every group of activities by the worker."""

    effects: Effects
    catalog: Catalog
    actor_key: OKPKey

    def acted(
        self,
        command: Instructed,
        result: type[Result],
        saying: tuple[str, str, Any],
        body: Callable[[Connection, Actor], Done[Result]],
    ) -> Result:
        """Do what a person asked, once, with the rights she has now.

        `saying` is what she asked as the API signed it: action, id of the object, content.
        """
        action, subject, content = saying
        instruction = command.instruction
        asked = Assertion(command.effect.tenant, instruction.user, action, subject, digest(content))
        with refusals():
            token.check(self.actor_key, instruction.signed, asked, instruction.means)
        return self.effects.once(
            command.effect,
            asked,
            result,
            lambda connection: body(
                connection, actor(connection, instruction.user, instruction.means)
            ),
        )
