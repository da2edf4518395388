"""The ladders as one person climbs them, for a page of tasks: once for all that look alike to her.

Tasks of an inbox mostly differ in what no ladder looks at. Who made or checked one counts only as
far as it was she or one whom she stands in for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Connection

from domain.access.actor import Actor
from domain.approvals import authority, tending
from domain.approvals.inbox import Task
from domain.approvals.policy import APPROVE, Checking, possible_decisions
from domain.approvals.reading import why
from domain.approvals.task_records import TaskRecord
from domain.definitions.model import Definition

NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class May:
    """What a person may decide, what else she may do with the task, and why it is hers."""

    allowed: Sequence[str]
    tending: Sequence[str]
    why: str


class Ladders:
    """What one person may do with tasks now. For a transaction, since rights and limits change."""

    def __init__(self, connection: Connection, actor: Actor) -> None:
        self.connection = connection
        self.actor = actor
        self.eyes = frozenset({actor.person, *(each.person for each in actor.stands_in_for)})
        self.is_limited = bool(actor.limits or actor.stands_in_for)
        self.climbed: dict[Task, tuple[May, May]] = {}

    def may(self, definition: Definition, found: TaskRecord) -> May:
        """By the ladders, and by her limits."""
        alike = self.alike(found)
        known = self.climbed.get(alike)
        if known is None:
            known = self.climbed[alike] = self.climb(definition, alike)
        within, beyond = known
        if not self.is_limited or APPROVE not in within.allowed:
            return within
        is_within = authority.is_within_limits(self.connection, found.checking, self.actor)
        return within if is_within else beyond

    def alike(self, found: TaskRecord) -> Task:
        """The task without what is its own. The ladders are climbed with this, so that they cannot
        look at anything in which two that are alike differ."""
        task, eyes = found.checking, self.eyes
        checking = Checking(
            NOBODY, NOBODY, task.kind, "", task.role, task.escalated_to, "", task.state,
            task.maker if task.maker in eyes else NOBODY, eyes.intersection(task.makers),
            task.decided, eyes.intersection(task.earlier_checkers), (), type=task.type,
            concerned=eyes.intersection(task.concerned), claim=task.claim, branch=task.branch,
        )  # fmt: skip
        return Task(
            checking, found.definition_hash, found.stage, found.round, found.level, found.levels
        )

    def climb(self, definition: Definition, task: Task) -> tuple[May, May]:
        """What she may do within her limits, and what beyond them."""
        task = replace(task, checking=task.checking_by(definition))
        ways = tending.ways(definition, task, self.actor)
        within = possible_decisions(task.checking, self.actor)
        beyond = tuple(each for each in within if each != APPROVE)
        return self.told(definition, task, within, ways), self.told(definition, task, beyond, ways)

    def told(
        self, definition: Definition, task: Task, allowed: Sequence[str], ways: Sequence[str]
    ) -> May:
        """All of it, with why."""
        return May(allowed, ways, why(definition, task, self.actor, allowed))
