"""The one wrapper around every activity: one transaction, one effect key, done once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine

from activities.crash import CrashPoints
from activities.refusals import refusals
from domain.canonical import digest, plain
from domain.database import transaction
from domain.processes import effect as effects
from domain.processes.effect import Done, Effect

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Effects:
    """Runs the body of an activity so that any number of deliveries act once."""

    engine: Engine
    crash: CrashPoints = field(default_factory=CrashPoints)

    def once(
        self,
        effect: Effect,
        content: Any,
        result: type[Result],
        body: Callable[[Connection], Done[Result]],
        *,
        stands: bool = True,
    ) -> Result:
        """The result of `body`, which runs in a transaction, or the first result of its key.

        `content` is what was asked; other content under the same key is refused. What does not
        stand, such as a partner's refusal, repairs no step.
        """
        self.crash.reach(effect.step, "before-tx")
        content_hash = digest(asked(content))
        with refusals(), transaction(self.engine, effect.tenant) as connection:
            earlier = effects.claim(connection, effect, content_hash)
            if earlier is not None:
                if stands:
                    effects.repaired(connection, effect)
                return decoded(result, earlier)
            done = body(connection)
            effects.record(connection, effect, content_hash, done)
            self.crash.reach(effect.step, "in-tx")
        self.crash.reach(effect.step, "after-commit-before-return")
        return done.result


def asked(content: Any) -> Any:
    """What was asked, without the effect that names it: its sequence may differ on a retry."""
    parts = plain(content)
    return {k: v for k, v in parts.items() if k != "effect"} if isinstance(parts, dict) else parts


ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def decoded(result: type[Result], stored: Any) -> Result:
    """The stored result as what the activity returned the first time."""
    if result not in ADAPTERS:
        ADAPTERS[result] = TypeAdapter(result)
    value: Result = ADAPTERS[result].validate_python(stored)
    return value
