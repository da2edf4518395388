"""Who may check what. The same ladder refuses a decision and computes what a person may do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.access.actor import Actor
from domain.definitions.permissions import DECIDE
from domain.refusal import Refusal

APPROVE: Final = "approve"
REJECT: Final = "reject"
SEND_BACK: Final = "send_back"
DECISIONS = (APPROVE, REJECT, SEND_BACK)
VERBS = {APPROVE: "approve", REJECT: "reject", SEND_BACK: "send back"}


@dataclass(frozen=True, slots=True)
class Decided:
    """The one decision a task got."""

    action: str
    person: UUID
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Checking:
    """Everything the ladder looks at: the task, who entered its document, who changed it since
    (`makers` are all of them), who checked before in this round, and whom it concerns.

    `step_up` is how long ago the checker may have given her password at most.
    """

    task: UUID
    process: UUID
    kind: str
    title: str
    role: str
    escalated_to: str | None
    subject_hash: str
    state: str
    maker: UUID
    makers: Collection[UUID]
    decided: Decided | None
    earlier_checkers: Collection[UUID]
    approver_roles: Collection[str]
    decisions: Collection[str] = DECISIONS
    concerns: Collection[UUID] = ()
    type: str = ""
    step_up: timedelta | None = None

    @property
    def roles(self) -> frozenset[str]:
        """The roles that may decide: the level's, and the one it was escalated to."""
        return frozenset({self.role, self.escalated_to} - {None})  # type: ignore[arg-type]


def check_decision(
    task: Checking, actor: Actor, action: str, *, seen: str | None, reason: str | None
) -> None:
    """Climb the ladder. `seen` is the hash of what the person looked at. Raises a Refusal."""
    check_may_decide(task, actor)
    check_password_is_fresh(task, actor)
    if action not in task.decisions:
        known = ", ".join(task.decisions)
        raise Refusal("decision_must_be_known", f"{action!r} is none of: {known}.")
    if seen is not None and seen != task.subject_hash:
        raise Refusal(
            "subject_changed",
            f"{task.title} changed after you looked at it. Look again, then decide.",
            current=task.subject_hash,
            seen=seen,
        )
    if action != APPROVE and not (reason or "").strip():
        raise Refusal("reason_must_be_given", f"Say why you {VERBS[action]} {task.title}.")


def check_may_decide(task: Checking, actor: Actor) -> None:
    """The rungs that look only at the task and the person."""
    if task.kind != "approval":
        raise Refusal(
            "task_must_be_an_approval", f"{task.title} waits for a correction; amend the process."
        )
    if task.decided is not None:
        raise already_decided(task.title, task.decided)
    if task.state != "open":
        raise Refusal("task_must_be_open", f"{task.title} is no longer waiting for a decision.")
    actor.check_scope(DECIDE, task.type)
    if actor.person in task.concerns:
        raise Refusal(
            "checker_must_not_be_concerned",
            f"{task.title} is about you, so you cannot check it. Somebody else with the role can.",
        )
    if actor.person in task.makers:
        raise Refusal(
            "checker_must_differ_from_maker",
            f"You entered {task.title}, so you cannot check it. Somebody else with the role can.",
        )
    if actor.person in task.earlier_checkers:
        raise Refusal(
            "checkers_must_be_distinct",
            f"You already checked {task.title} at an earlier level. Somebody else has to now.",
        )
    if not task.roles & actor.roles:
        raise not_her_level(task, actor)


def check_password_is_fresh(task: Checking, actor: Actor) -> None:
    """Refuse who did not give her password lately, where the policy wants it. A key never did."""
    if task.step_up is None:
        return
    if actor.password_age is None or actor.password_age > task.step_up.total_seconds():
        minutes = round(task.step_up.total_seconds() / 60)
        raise Refusal(
            "step_up_required",
            f"Deciding on {task.title} needs your password, given within {minutes} minutes.",
            method="password",
            within_seconds=str(int(task.step_up.total_seconds())),
        )


def already_decided(title: str, decided: Decided) -> Refusal:
    """Names the winner of a race, from the decision row."""
    return Refusal(
        "already_decided",
        f"{title} was already decided: {decided.name} chose to {VERBS[decided.action]} it.",
        person=decided.name,
        action=decided.action,
        at=decided.at.isoformat(),
    )


def not_her_level(task: Checking, actor: Actor) -> Refusal:
    """An approver of another level is over her limit; anybody else lacks the role."""
    wanted = " or ".join(sorted(task.roles))
    if actor.roles & set(task.approver_roles):
        message = f"{task.title} is beyond what you may approve. It needs {wanted}."
        return Refusal("limit_exceeded", message, role=wanted)
    message = f"Checking {task.title} needs the role {wanted}, which you do not hold."
    return Refusal("role_must_allow_action", message, role=wanted)


def allowed_actions(task: Checking, actor: Actor) -> tuple[str, ...]:
    """What the ladder would let this person do now; a password she can still give."""
    try:
        check_may_decide(task, actor)
        if actor.scopes is not None:
            check_password_is_fresh(task, actor)
    except Refusal:
        return ()
    return tuple(task.decisions)
