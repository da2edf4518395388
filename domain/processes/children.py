"""Processes that a stage starts: opened all at once or not at all, watched, summed up.

A child is opened in the transaction of its parent's step, for the parent's maker, whose rights are
read then. The workflow that follows finds it open; that it is there is proof enough.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

from domain.access import actor as actors
from domain.access import company as masters
from domain.access.actor import Actor
from domain.access.company import Company
from domain.canonical import digest
from domain.definitions import input as inputs
from domain.definitions.catalog import Catalog
from domain.definitions.children import Wanted, wanted
from domain.definitions.content import Content
from domain.definitions.model import Definition
from domain.documents import examination
from domain.identifiers import new_uuid, workflow_id
from domain.processes import effect as effects
from domain.processes import opening, record
from domain.processes.arriving import CHILDREN, About, Arrival, arrive
from domain.processes.effect import Done, Effect, Move
from domain.processes.opening import Opened, Request
from domain.processes.record import Facts
from domain.refusal import Refusal

OPEN_STEP: Final = "open_process"

MAKER = text("""
    SELECT created_by_user FROM processes
    WHERE tenant_id = (SELECT current_tenant()) AND id = :process
""")
# The last try of each.
LAST = text("""
    SELECT DISTINCT ON (child_name, child_item) id, child_name AS name, child_item AS item,
        child_attempt AS attempt, reference, status, request_hash, closed_at
    FROM processes
    WHERE tenant_id = (SELECT current_tenant()) AND parent_id = :process AND parent_stage = :stage
    ORDER BY child_name, child_item, child_attempt DESC
""")
# Whoever made the parent made the child: none of them checks it.
ADOPT = text("""
    UPDATE processes SET parent_id = :parent, parent_stage = :stage, child_name = :name,
        child_item = :item, child_attempt = :attempt,
        makers = ARRAY(SELECT unnest(makers) UNION SELECT unnest(CAST(:makers AS uuid[])))
    WHERE tenant_id = :tenant AND id = :id
""")


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the parent stands, and which of its children have not ended."""

    arrival: Arrival
    children: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What has become of the children of a stage: those that are open, and how many are done."""

    open: tuple[UUID, ...]
    completed: int


def begin(
    connection: Connection,
    effect: Effect,
    definition: Definition,
    *,
    stage: str,
    types: Mapping[str, Definition],
) -> Done[Begun]:
    """Open whatever the stage starts and is not there yet. What is completed is not begun again.

    When one is refused none is opened, and the refusal is the step's.
    """
    facts = record.facts(connection, effect.process)
    maker: UUID = connection.execute(MAKER, {"process": effect.process}).scalar_one()
    actor = actors.actor(connection, maker)
    before = {(row.name, row.item): row for row in last(connection, effect.process, stage)}
    family = Family(effect, facts, actor, stage)
    open_ones: list[UUID] = []
    opened: list[str] = []
    for each in wanted(definition, stage, facts.content, types):
        earlier = before.pop((each.name, each.item), None)
        if earlier is not None and stands(earlier):
            check_same(facts, each, earlier)
            open_ones += [earlier.id] if earlier.closed_at is None else []
            continue
        attempt = earlier.attempt + 1 if earlier else 1
        id, reference = family.open(connection, each, types[each.process], attempt=attempt)
        open_ones.append(id)
        opened.append(reference)
    for gone in before.values():
        if stands(gone):
            raise must_be_as_started(facts, gone)
    title = definition.stages[stage].title
    return Done(
        Begun(Arrival(stage), tuple(open_ones)),
        title=f"{title}: started {', '.join(opened) or 'nothing'}",
        event="children.started",
        move=Move(stage, "waiting", waiting_for=CHILDREN),
        inputs={"document_hash": facts.content_hash},
        outputs={"children": opened},
    )


def foresee(
    connection: Connection,
    definition: Definition,
    company: Company,
    content: Content,
    types: Callable[[Connection], Catalog],
    *,
    process: UUID | None = None,
) -> None:
    """Hold what a document would start against the rules of those types, before anybody agrees.

    What may have changed until then is looked at again when they are opened. What the `process`
    started already, and stands, is left alone. `types` are those of the tenant.
    """
    stages = [name for name, stage in definition.stages.items() if stage.starts]
    known = types(connection).definitions if stages else {}
    for stage in stages:
        earlier = last(connection, process, stage) if process else []
        standing = {(row.name, row.item) for row in earlier if stands(row)}
        for each in wanted(definition, stage, content, known):
            if (each.name, each.item) not in standing:
                foresee_one(connection, known[each.process], company, each)


def foresee_one(
    connection: Connection, definition: Definition, company: Company, each: Wanted
) -> None:
    """One of them. Raises its refusal, saying whose it is."""
    try:
        content = inputs.accept(
            definition, each.input, currency=company.base_currency,
            starts_on=masters.today(connection),
        )  # fmt: skip
        examination.examine(connection, definition, company, content, new_uuid())
    except Refusal as refusal:
        raise of_child(each, refusal.code, refusal.message, refusal.facts) from refusal


@dataclass(frozen=True, slots=True)
class Family:
    """The parent, with its maker as she is now, and the stage that starts others."""

    effect: Effect
    parent: Facts
    actor: Actor
    stage: str

    def open(
        self, connection: Connection, each: Wanted, definition: Definition, *, attempt: int
    ) -> tuple[UUID, str]:
        """One child with its effect, evidence and tasks. Raises its refusal, saying whose it is."""
        id, tenant = new_uuid(), self.effect.tenant
        key = f"child {id}"
        effect = Effect(
            tenant, id, workflow_id(tenant, definition.process, key), OPEN_STEP, "-", 1, 1
        )
        company = self.parent.company.id
        request = Request(company, definition.hash, each.input, digest(each.input), None)
        try:
            done = opening.open_process(
                connection, effect, definition, request, self.actor,
                branch_of_parent=self.parent.branch,
            )  # fmt: skip
        except Refusal as refusal:
            raise of_child(each, refusal.code, refusal.message, refusal.facts) from refusal
        if done.result.refused is not None:
            refused = done.result.refused
            raise of_child(each, refused.code, refused.message, refused.facts)
        values = {"tenant": tenant, "id": id, "parent": self.effect.process, "stage": self.stage}
        values |= {"name": each.name, "item": each.item, "attempt": attempt}
        connection.execute(ADOPT, {**values, "makers": sorted(self.parent.makers)})
        parent = {"parent": self.parent.reference, "stage": self.stage}
        effects.record(connection, effect, digest([self.effect.key, each]), told(done, parent))
        return id, done.result.reference


def told(done: Done[Opened], parent: Mapping[str, str]) -> Done[Opened]:
    """The opening with whose child it is, for the evidence."""
    return Done(
        done.result, done.title, done.event, done.move, done.person, done.user,
        inputs={**done.inputs, **parent}, outputs=done.outputs,
    )  # fmt: skip


def of_child(each: Wanted, code: str, message: str, facts: Mapping[str, Any]) -> Refusal:
    """A child's refusal, as its parent tells it."""
    known = {name: str(value) for name, value in facts.items() if name != "code"}
    return Refusal(code, f"{each.name}, row {each.item}: {message}", **known)


def is_done(child: Row[Any]) -> bool:
    """Whether it ended with an effect that stands."""
    return bool(child.status == "completed")


def stands(child: Row[Any]) -> bool:
    """Whether it goes on, or what it did stands: then it is not begun again."""
    return child.closed_at is None or is_done(child)


def check_same(facts: Facts, each: Wanted, earlier: Row[Any]) -> None:
    """Refuse a document that says something else than what was started from it."""
    if earlier.request_hash != digest(each.input):
        raise must_be_as_started(facts, earlier)


def must_be_as_started(facts: Facts, child: Row[Any]) -> Refusal:
    """The refusal of a document that no longer says what somebody did because of it."""
    return Refusal(
        "child_must_be_as_started",
        f"{child.reference} was started from {child.name}, row {child.item}, of {facts.reference}, "
        "which now says something else. Write that row as it was.",
        child=child.reference,
    )


def last(connection: Connection, process: UUID, stage: str) -> list[Row[Any]]:
    """The last try of each child of a stage."""
    return list(connection.execute(LAST, {"process": process, "stage": stage}))


def standing(connection: Connection, process: UUID, stage: str) -> Standing:
    """Look what has become of the children of a stage."""
    found = last(connection, process, stage)
    still = tuple(row.id for row in found if row.closed_at is None)
    return Standing(still, sum(map(is_done, found)))


def gather(
    connection: Connection, effect: Effect, definition: Definition, *, stage: str
) -> Done[Arrival]:
    """All have ended: go on to `then` when all are completed, else to `failed`."""
    facts = record.facts(connection, effect.process)
    found = last(connection, effect.process, stage)
    failed = [row.reference for row in found if not is_done(row)]
    here = definition.stages[stage]
    arrival, move = arrive(
        connection,
        About.of(effect, definition, facts),
        str(here.failed if failed else here.then),
        reason=f"Not completed: {', '.join(failed)}." if failed else None,
    )
    return Done(
        arrival,
        title=f"{here.title}: {len(found) - len(failed)} of {len(found)} completed",
        event="children.ended",
        move=move,
        outputs={"completed": len(found) - len(failed), "failed": failed, "stage": arrival.stage},
    )


def opened(connection: Connection, effect: Effect) -> Any:
    """The opening as the parent recorded it. Refuses a process that no parent opened."""
    found = effects.earlier(connection, effect)
    if found is None:
        raise Refusal(
            "child_must_be_opened_by_its_parent",
            "No process opened this one. Start it through the API.",
        )
    return found.result
