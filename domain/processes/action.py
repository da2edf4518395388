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
    if action not in definition.actions or action == "start":
        known = ", ".join(name for name in definition.actions if name != "start")
        raise Refusal("action_must_exist", f"{action!r} is no action here. There are: {known}.")
    ended = definition.stages[facts.stage].ends
    if ended:
        raise Refusal(
            "process_must_be_open",
            f"{facts.reference} has ended: {definition.stages[facts.stage].title}.",
            stage=facts.stage,
        )
    if action == "cancel" and facts.stage in AFTER_POSTING:
        raise Refusal(
            "not_cancellable_after_posting",
            f"{facts.reference} is posted. Cancel it with a reversal instead.",
            stage=facts.stage,
        )
    if not policy.action_is_possible(definition, action, facts.stage):
        title = definition.stages[facts.stage].title
        raise Refusal(
            "action_must_fit_stage",
            f"{definition.actions[action].title!r} is not possible while {facts.reference} "
            f"stands at {title!r}.",
            stage=facts.stage,
        )
    check_role(definition, action, actor)
    if definition.actions[action].not_the_maker and actor.person == facts.maker:
        raise Refusal(
            "checker_must_differ_from_maker",
            f"You entered {facts.subject}, so somebody else has to do this.",
        )
    if action in ("cancel", "reverse") and not (reason or "").strip():
        raise Refusal("reason_must_be_given", f"Say why {facts.reference} is cancelled.")


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
