"""What a person may do to a running process beside deciding: whatever its definition names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from domain.access import branch as branches
from domain.access.actor import Actor
from domain.definitions import input as inputs
from domain.definitions import policy
from domain.definitions.model import TAKEN_ELSEWHERE, Action, Definition
from domain.documents import examination, field_files, store
from domain.documents.store import Document
from domain.operations import catalog as operations
from domain.processes import record
from domain.processes.arriving import About, Arrival, arrive
from domain.processes.effect import Done, Effect
from domain.processes.opening import amount_of, check_role, subject_of
from domain.processes.record import Facts
from domain.refusal import Refusal

CANCEL: Final = "cancel"

Input = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """An action that a person asks for, why, and the document as it is to be when it edits."""

    action: str
    reason: str | None = None
    input: Input | None = None


def content(asked: Asked) -> dict[str, Any]:
    """What the API signs of an action."""
    return {"reason": asked.reason, "input": asked.input}


@dataclass(frozen=True, slots=True)
class Taken:
    """An action that was taken, where the process stands then, and the journals to be reversed.

    One that `withdraws` leads away only when what the process started has been withdrawn.
    """

    action: str
    arrival: Arrival
    by: str
    undoes: tuple[str, ...] = ()
    withdraws: bool = False


def check_action(definition: Definition, facts: Facts, actor: Actor, asked: Asked) -> None:
    """Climb the ladder of an action. Raises the first Refusal."""
    check_stage(definition, asked.action, stage=facts.stage, reference=facts.reference)
    branches.check_covers(definition, asked.action, actor, facts.branch)
    check_role(definition, asked.action, actor, held=actor.roles_at(facts.branch))
    action = definition.actions[asked.action]
    check_children(definition, action, facts)
    if action.maker == "must_not" and actor.person in facts.makers:
        raise Refusal(
            "checker_must_differ_from_maker",
            f"You entered {facts.subject}, so somebody else has to do this.",
        )
    if action.maker == "must" and actor.person != facts.maker:
        raise Refusal(
            "maker_must_correct", f"{action.title!r} is for the person who entered it; ask her to."
        )
    if action.reason and not (asked.reason or "").strip():
        raise Refusal("reason_must_be_given", f"Say why: {action.title}, {facts.reference}.")


def check_children(definition: Definition, action: Action, facts: Facts) -> None:
    """What others are doing for the process is begun, and nothing they did would be denied."""
    if definition.stages[facts.stage].starts and facts.status != "waiting":
        raise Refusal(
            "action_must_fit_stage",
            f"{facts.reference} has not started its other processes yet. Look again, or repair it.",
            stage=facts.stage,
        )
    ends = definition.stages[action.to].ends if action.to else None
    if facts.has_completed_children and ends in ("cancelled", "compensated"):
        raise children_must_be_undone(facts.reference)


def children_must_be_undone(reference: str) -> Refusal:
    """The refusal to end as if nothing had been done."""
    return Refusal(
        "children_must_be_undone",
        f"{reference} started processes that are completed. Undo each of them by itself, and end "
        "this one as what it is.",
    )


def check_stage(definition: Definition, action: str, *, stage: str, reference: str) -> None:
    """The rungs that look only at where the process stands; the workflow climbs them as well."""
    if action not in definition.actions or action in TAKEN_ELSEWHERE:
        known = ", ".join(name for name in definition.actions if name not in TAKEN_ELSEWHERE)
        raise Refusal("action_must_exist", f"{action!r} is no action here. There are: {known}.")
    title = definition.stages[stage].title
    if definition.stages[stage].ends:
        raise Refusal("process_must_be_open", f"{reference} has ended: {title}.", stage=stage)
    if policy.action_is_possible(definition, action, stage):
        return
    if action == CANCEL and is_after_posting(definition, stage):
        raise Refusal(
            "not_cancellable_after_posting",
            f"{reference} is posted. Cancel it with a reversal instead.",
            stage=stage,
        )
    raise Refusal(
        "action_must_fit_stage",
        f"{definition.actions[action].title!r} is not possible while {reference} stands "
        f"at {title!r}.",
        stage=stage,
    )


def is_after_posting(definition: Definition, stage: str) -> bool:
    """Whether the book may hold entries of a process that stands here."""
    return bool(definition.stages[stage].post or policy.posted_before(definition, stage))


def edited(definition: Definition, facts: Facts, asked: Asked) -> dict[str, Any] | None:
    """The document as the action makes it; None for an action that edits nothing.

    It climbs the same rules as a new one. Refuses `field_must_be_editable` and a superfluous input.
    """
    action = definition.actions[asked.action]
    if not action.edits:
        if asked.input is not None:
            raise Refusal("input_must_be_wanted", f"{action.title!r} changes no field.")
        return None
    if asked.input is None:
        raise Refusal("input_must_be_given", f"Give the document as it is after: {action.title}.")
    content = inputs.accept(definition, asked.input, currency=facts.company.base_currency)
    may = policy.editable(definition, asked.action, facts.stage)
    check_editable(action.title, may, facts.content, content)
    return content


def check_moved(
    connection: Connection,
    definition: Definition,
    facts: Facts,
    actor: Actor,
    *,
    action: str,
    content: Input | None,
) -> None:
    """Whoever moves a document to another branch may do so there as well."""
    if content is not None and definition.branch is not None:
        branch = branches.named_by(connection, definition, facts.company.id, content)
        branches.check_covers(definition, action, actor, branch)


def check_editable(title: str, may: Sequence[str], before: Input, after: Input) -> None:
    """Refuse a change of a field that is not edited there."""
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    kept = sorted(set(changed) - set(may))
    if kept:
        raise Refusal(
            "field_must_be_editable",
            f"{title!r} may change {', '.join(may) or 'nothing'} here, but not {', '.join(kept)}.",
            fields=", ".join(kept),
        )


def take(
    connection: Connection, effect: Effect, definition: Definition, actor: Actor, asked: Asked
) -> Done[Taken]:
    """Take the action: edit, then move on; with something to undo, the move comes after that."""
    facts = record.facts(connection, effect.process)
    check_action(definition, facts, actor, asked)
    action = definition.actions[asked.action]
    content = edited(definition, facts, asked)
    if content is not None:
        content = field_files.bound(
            connection, definition, content, actor,
            tenant=effect.tenant, process=effect.process, before=facts.content,
        )  # fmt: skip
    check_moved(connection, definition, facts, actor, action=asked.action, content=content)
    outputs: dict[str, Any] = {}
    inputs: dict[str, Any] = {"action": asked.action, "reason": asked.reason}
    if content is not None:
        document = amend(connection, effect, definition, facts, content, person=actor.person)
        inputs |= {"before": facts.content, "after": content}
        outputs["document_hash"] = document.content_hash
        facts = record.facts(connection, effect.process)
    undoes = action.undoes
    withdraws = bool(definition.stages[facts.stage].starts)
    if withdraws:
        record.withdraw_children(connection, effect, person=actor.person, reason=asked.reason)
    if undoes or withdraws:
        arrival, move = Arrival(facts.stage), None
    else:
        about, to = About.of(effect, definition, facts), action.to or facts.stage
        arrival, move = arrive(
            connection, about, to, reason=asked.reason, is_edited=content is not None
        )
    return Done(
        Taken(asked.action, arrival, actor.name, undoes, withdraws),
        title=f"{actor.name}: {action.title}",
        event=f"process.{asked.action}",
        move=move,
        person=actor.person,
        user=actor.user,
        inputs=inputs,
        outputs=outputs | {"stage": arrival.stage},
    )


def amend(
    connection: Connection,
    effect: Effect,
    definition: Definition,
    facts: Facts,
    content: Input,
    *,
    person: UUID,
    posted: Collection[str] = (),
) -> Document:
    """Put a changed document in place; whoever changed it is one of its makers from then on."""
    party = examination.examine(
        connection, definition, facts.company, content, effect.process, posted=posted
    )
    if definition.branch is not None:
        branch = branches.named_by(connection, definition, facts.company.id, content)
        record.place(connection, effect.tenant, effect.process, branch)
    document = Document(
        effect.tenant, facts.document, effect.process, content, party.id if party else None
    )
    store.amend(connection, document)
    store.hold_keys(connection, definition, content, tenant=effect.tenant, process=effect.process)
    record.describe(
        connection, effect.tenant, effect.process, subject=subject_of(definition, content),
        amount=amount_of(definition, content), person=person,
    )  # fmt: skip
    concerned = operations.concerned(connection, definition, content)
    record.concern(connection, effect.tenant, effect.process, concerned)
    return document
