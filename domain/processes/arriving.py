"""A process arrives at a stage: whoever has to act there is asked, or its date is waited for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from domain.approvals import inbox
from domain.approvals.inbox import Opening, OpenTask
from domain.deadlines import calendars
from domain.definitions import content as reading
from domain.definitions import policy
from domain.definitions.model import Definition, Stage
from domain.definitions.named_facts import NamedFacts, named_facts
from domain.definitions.policy import Seats
from domain.money import Money
from domain.processes import record
from domain.processes.effect import Done, Effect, Move
from domain.processes.record import Facts, move_to

MAKER = "maker"
# What a process waits for that started others.
CHILDREN = "children"

DUE = text("""
    SELECT (CAST(:day AS date) + CAST(:clock AS time)) AT TIME ZONE t.time_zone AS due_at,
        greatest(0, extract(epoch FROM
            ((CAST(:day AS date) + CAST(:clock AS time)) AT TIME ZONE t.time_zone)
            - business_now()))::bigint AS seconds,
        CAST(:day AS date) <= business_today() AS is_due
    FROM tenants t WHERE t.id = (SELECT current_tenant())
""")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a process stands, the tasks that wait there, and the seconds until its date comes."""

    stage: str
    tasks: tuple[OpenTask, ...] = ()
    due_in_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class About:
    """The process that arrives, with its document as it is now."""

    effect: Effect
    definition: Definition
    content: Mapping[str, Any]
    content_hash: str
    subject: str
    amount: Money | None

    @property
    def facts(self) -> NamedFacts:
        """What tables and limits may ask of the document."""
        return named_facts(self.definition, self.content)

    @staticmethod
    def of(effect: Effect, definition: Definition, facts: Facts) -> "About":
        """A process that is in the record already."""
        return About(
            effect, definition, facts.content, facts.content_hash, facts.subject, facts.amount
        )


def arrive(
    connection: Connection,
    about: About,
    stage: str,
    *,
    reason: str | None = None,
    is_edited: bool = False,
) -> tuple[Arrival, Move]:
    """Close what waited and stand at a stage. After an edit approvals start anew."""
    effect = about.effect
    inbox.close_open(connection, effect.tenant, effect.process, sequence=effect.sequence)
    return settle(connection, about, stage, reason=reason, is_edited=is_edited)


def settle(
    connection: Connection,
    about: About,
    stage: str,
    *,
    reason: str | None = None,
    is_edited: bool = False,
) -> tuple[Arrival, Move]:
    """Ask or wait at the stage, or further on when here nothing is to be done or waited for."""
    definition, facts = about.definition, about.facts
    dues: dict[str, Due] = {}

    def is_due(stage: str) -> bool:
        dues[stage] = due_of(connection, about, definition.stages[stage])
        return dues[stage].is_due

    stage = policy.resting(definition, stage, facts, is_due=is_due)
    found = definition.stages[stage]
    if found.approval:
        process, levels = about.effect.process, policy.levels(definition, stage, facts)
        round = inbox.next_round(connection, process, stage, is_edited=is_edited)
        return asked(connection, about, Level(stage, round, 1, levels), reason=reason)
    if found.asks:
        return to_do(connection, about, stage, found.asks, reason=reason)
    if found.until:
        due = dues[stage]
        until = record.long_date(reading.day(about.content, found.until))
        move = move_to(definition, stage, waiting_for=until, due_at=due.due_at)
        return Arrival(stage, (), due.seconds), move
    waiting_for = None if found.works else who_acts(definition, stage)
    return Arrival(stage), move_to(definition, stage, waiting_for=waiting_for, reason=reason)


@dataclass(frozen=True, slots=True)
class Level:
    """The level of an approval, counted from 1, and the roles that check side by side at each."""

    stage: str
    round: int
    number: int
    seats: tuple[Seats, ...]


def asked(
    connection: Connection, about: About, level: Level, *, reason: str | None = None
) -> tuple[Arrival, Move]:
    """Open a task for each seat of a level; the process waits for all of them."""
    tasks = [
        inbox.open_task(
            connection, opening(connection, about, level.stage), kind="approval", role=role,
            round=level.round, level=level.number, levels=len(level.seats), seat=seat,
        )
        for seat, role in enumerate(level.seats[level.number - 1], 1)
    ]  # fmt: skip
    return waiting(about, level.stage, tasks, reason)


def to_do(
    connection: Connection, about: About, stage: str, role: str, *, reason: str | None
) -> tuple[Arrival, Move]:
    """Put an action into the inbox of a role, or of the maker."""
    kind = "correction" if role == MAKER else "action"
    round = inbox.round_to_act(connection, about.effect.process, stage)
    task = inbox.open_task(
        connection,
        opening(connection, about, stage),
        kind=kind,
        role=role,
        round=round,
        level=1,
        levels=1,
        seat=1,
    )
    return waiting(about, stage, [task], reason)


def waiting(
    about: About, stage: str, tasks: Sequence[OpenTask], reason: str | None = None
) -> tuple[Arrival, Move]:
    """The process waits for tasks."""
    roles = " and ".join(dict.fromkeys(task.role for task in tasks))
    due_at = min((task.due_at for task in tasks if task.due_at), default=None)
    move = move_to(about.definition, stage, waiting_for=roles, due_at=due_at, reason=reason)
    return Arrival(stage, tuple(tasks)), move


def opening(connection: Connection, about: About, stage: str) -> Opening:
    """What every task at a stage is opened about, and when it is due by the tenant's calendar."""
    approval = about.definition.approval_at(stage)
    deadline = approval.deadline if approval else None
    by_calendar = policy.is_by_calendar(deadline)
    return Opening(
        tenant=about.effect.tenant,
        process=about.effect.process,
        sequence=about.effect.sequence,
        stage=stage,
        title=f"{about.definition.title}: {about.subject}",
        amount=about.amount.amount if about.amount else None,
        currency=about.amount.currency if about.amount else None,
        subject_hash=about.content_hash,
        deadline=policy.duration(deadline) if deadline and not by_calendar else None,
        due_at=calendars.due_at(connection, str(deadline)) if by_calendar else None,
    )


def who_acts(definition: Definition, stage: str) -> str | None:
    """Whom a stage waits for that only an action can move on; nobody where the process ends."""
    found = policy.actions_at(definition, stage)
    roles = {role for action in found.values() if action.to for role in action.by}
    return " or ".join(sorted(roles)) or None


@dataclass(frozen=True, slots=True)
class Due:
    """When a date comes, on the tenant's clock."""

    due_at: datetime
    seconds: int
    is_due: bool


def due_of(connection: Connection, about: About, stage: Stage) -> Due:
    """The moment a stage waits for: its date, at its time of day, midnight when none is said."""
    day = reading.day(about.content, str(stage.until))
    clock = policy.clock(stage.at or "00:00")
    row: Any = connection.execute(DUE, {"day": day, "clock": clock}).one()
    return Due(row.due_at, row.seconds, row.is_due)


def move_on(
    connection: Connection,
    effect: Effect,
    definition: Definition,
    *,
    to: str,
    reason: str | None = None,
) -> Done[Arrival]:
    """Go on to a stage because its date has come, or because all before it is undone."""
    facts = record.facts(connection, effect.process)
    was_due = definition.stages[facts.stage].until and definition.stages[facts.stage].then == to
    arrival, move = arrive(connection, About.of(effect, definition, facts), to, reason=reason)
    title = definition.stages[arrival.stage].title
    why = "The date has come" if was_due else "Nothing is left to be undone"
    return Done(arrival, title=f"{why}: {title}", event="process.moved", move=move)
