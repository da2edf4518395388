"""What a person may do to a running process beside deciding: cancel, reverse, pay now, amend."""

from dataclasses import dataclass

from sqlalchemy import Connection

from domain.access.actor import Actor
from domain.definitions import policy
from domain.definitions.model import Definition
from domain.processes import record
from domain.processes.effect import Done, Effect
from domain.processes.opening import check_role
from domain.processes.record import Facts, arrive
from domain.refusal import Refusal

# Taken in ways of their own: by starting, by amending, by repairing an exception.
TAKEN_ELSEWHERE = ("start", "amend", "repair")
AFTER_POSTING = ("posting", "awaiting_due_date", "payment", "settling")


@dataclass(frozen=True, slots=True)
class Taken:
    """An action that was taken, and the stage the process stands in after it."""

    action: str
    stage: str
    by: str


def check_action(
    definition: Definition, facts: Facts, actor: Actor, *, action: str, reason: str | None
) -> None:
    """Climb the ladder of an action. Raises the first Refusal."""
    check_stage(definition, action, stage=facts.stage, reference=facts.reference)
    check_role(definition, action, actor)
    if definition.actions[action].not_the_maker and actor.person == facts.maker:
        raise Refusal(
            "checker_must_differ_from_maker",
            f"You entered {facts.subject}, so somebody else has to do this.",
        )
    if action in ("cancel", "reverse") and not (reason or "").strip():
        raise Refusal("reason_must_be_given", f"Say why {facts.reference} is cancelled.")


def check_stage(definition: Definition, action: str, *, stage: str, reference: str) -> None:
    """The rungs that look only at where the process stands; the workflow climbs them as well."""
    if action not in definition.actions or action == "start":
        known = ", ".join(name for name in definition.actions if name != "start")
        raise Refusal("action_must_exist", f"{action!r} is no action here. There are: {known}.")
    title = definition.stages[stage].title
    if definition.stages[stage].ends:
        raise Refusal("process_must_be_open", f"{reference} has ended: {title}.", stage=stage)
    if action == "cancel" and stage in AFTER_POSTING:
        raise Refusal(
            "not_cancellable_after_posting",
            f"{reference} is posted. Cancel it with a reversal instead.",
            stage=stage,
        )
    if not policy.action_is_possible(definition, action, stage):
        raise Refusal(
            "action_must_fit_stage",
            f"{definition.actions[action].title!r} is not possible while {reference} stands "
            f"at {title!r}.",
            stage=stage,
        )


def take(
    connection: Connection,
    effect: Effect,
    definition: Definition,
    actor: Actor,
    *,
    action: str,
    reason: str | None,
) -> Done[Taken]:
    """Take the action. Cancelling before posting ends the process; the others move it on."""
    if action in TAKEN_ELSEWHERE:
        raise Refusal("action_must_exist", f"{action!r} is not taken this way.")
    facts = record.facts(connection, effect.process)
    check_action(definition, facts, actor, action=action, reason=reason)
    stage = {"cancel": "cancelled", "pay_now": "payment"}.get(action, facts.stage)
    return Done(
        Taken(action, stage, actor.name),
        title=f"{actor.name}: {definition.actions[action].title}",
        event=f"process.{action}",
        move=arrive(definition, stage, reason=reason),
        person=actor.person,
        user=actor.user,
        inputs={"action": action, "reason": reason},
        outputs={"stage": stage},
    )
