"""Who may check what, by role and person; up to which amount is in `authority`.

The same ladder refuses a decision and computes what a person may do.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from domain.access.actor import Actor
from domain.access.delegator import Delegator
from domain.definitions.permissions import DECIDE
from domain.money import Money
from domain.refusal import Refusal

APPROVE: Final = "approve"
REJECT: Final = "reject"
SEND_BACK: Final = "send_back"
DECISIONS = (APPROVE, REJECT, SEND_BACK)
# She decides as herself, for nobody else.
HERSELF: Final = (None,)
VERBS = {APPROVE: "approve", REJECT: "reject", SEND_BACK: "send back"}


@dataclass(frozen=True, slots=True)
class Decided:
    """The one decision a task got. `stood_in_for` is whose authority was used, if not her own."""

    action: str
    person: UUID
    name: str
    at: datetime
    stood_in_for: UUID | None = None
    stood_in_for_name: str | None = None

    @property
    def who(self) -> str:
        """`Bina Iyer`, or `Bina Iyer for Deepa Menon`."""
        return acting_for(self.name, self.stood_in_for_name)

    @property
    def told(self) -> str:
        """`Bina Iyer chose to approve it.`"""
        return f"{self.who} chose to {VERBS[self.action]} it."


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody sits on a task: until then nobody else decides it. One that is over is no claim."""

    person: UUID
    name: str
    since: datetime
    until: datetime


class Checking(NamedTuple):
    """Everything the ladder looks at: the task, who entered its document, who changed it since
    (`makers` are all of them), whom it is about, who checked before in this round, by themselves or
    through somebody who stood in for them, and who claimed it.

    `branch` is the code of the one it is of: a role held at another does not count here.
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
    type: str = ""
    company: UUID | None = None
    amount: Money | None = None
    concerned: Collection[UUID] = ()
    claim: Claim | None = None
    step_up: timedelta | None = None
    branch: str | None = None

    @property
    def roles(self) -> frozenset[str]:
        """The roles that may decide: the level's, and the one it was escalated to."""
        asked = (self.role, self.escalated_to) if self.escalated_to else (self.role,)
        return frozenset(asked)


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
    check_may_check(task, actor)
    if task.claim is not None and task.claim.person != actor.person:
        raise already_claimed(task.title, task.claim)


def check_may_check(task: Checking, actor: Actor) -> None:
    """The same without the last, which a claim's end or an escalation takes away."""
    if task.kind != "approval":
        raise Refusal(
            "task_must_be_an_approval", f"{task.title} waits for a correction; amend the process."
        )
    if task.decided is not None:
        raise already_decided(task.title, task.decided)
    if task.state != "open":
        raise Refusal("task_must_be_open", f"{task.title} is no longer waiting for a decision.")
    actor.check_scope(DECIDE, task.type)
    check_independent(task, actor)
    if not standings(task, actor):
        raise not_her_level(task, actor)


def check_independent(task: Checking, actor: Actor) -> None:
    """She neither made the document, nor checked it before, nor is it about her.

    With whom she could stand in for here she is one pair of eyes, whether she does so or not.
    """
    for standing in (None, *lenders(task, actor)):
        person = standing.person if standing else actor.person
        if person in task.makers:
            raise Refusal(
                "checker_must_differ_from_maker",
                f"{one(standing)} entered {task.title}, so you cannot check it. "
                "Somebody else with the role can.",
            )
        if person in task.earlier_checkers:
            raise Refusal(
                "checkers_must_be_distinct",
                f"{one(standing)} already checked {task.title} at another seat or level. "
                "Somebody else has to now.",
            )
        if person in task.concerned:
            raise Refusal(
                "checker_must_not_be_concerned",
                f"{task.title} is about {'one you stand in for' if standing else 'you'}. "
                "Somebody else has to check it.",
            )


def one(standing: Delegator | None) -> str:
    """The subject of a sentence about her, or about both."""
    return f"{standing.name}, for whom you stand in," if standing else "You"


def acting_for(name: str, delegator: str | None) -> str:
    """`Bina Iyer`, or `Bina Iyer for Deepa Menon`."""
    return f"{name} for {delegator}" if delegator else name


def lenders(task: Checking, actor: Actor) -> tuple[Delegator, ...]:
    """For whom she may stand in on this task."""
    lent = actor.stands_in_for
    if not lent:
        return ()
    return tuple(each for each in lent if each.covers(task.roles, task.type, task.branch))


def standings(task: Checking, actor: Actor) -> tuple[Delegator | None, ...]:
    """As whom she may decide: herself (None) when she holds the role, else for each lender."""
    held = actor.roles_at(task.branch)
    return HERSELF if task.role in held or task.escalated_to in held else lenders(task, actor)


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
        f"{title} was already decided: {decided.told}",
        person=decided.who,
        action=decided.action,
        at=decided.at.isoformat(),
    )


def already_claimed(title: str, claim: Claim) -> Refusal:
    """Names who sits on the task, since when and for how long."""
    since, until = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" for at in (claim.since, claim.until))
    return Refusal(
        "already_claimed",
        f"{claim.name} claimed {title} at {since} and has it until {until}. "
        "Ask her to release it, or escalate it.",
        person=claim.name,
        at=claim.since.isoformat(),
        until=claim.until.isoformat(),
    )


def not_her_level(task: Checking, actor: Actor) -> Refusal:
    """An approver of another level is over her limit, one of another branch is asked for that one;
    anybody else lacks the role."""
    wanted = " or ".join(sorted(task.roles))
    elsewhere = sorted(branch for role, branch in actor.at_branches if role in task.roles)
    if elsewhere:
        at = f"at the branch {task.branch}" if task.branch else "for the whole company"
        return Refusal(
            "role_must_cover_branch",
            f"Checking {task.title} needs the role {wanted} {at}; you hold it at "
            f"{' and '.join(elsewhere)} alone.",
            role=wanted,
            branch=task.branch or "",
        )
    if actor.roles_at(task.branch) & set(task.approver_roles):
        message = f"{task.title} is beyond what you may approve. It needs {wanted}."
        return Refusal("limit_exceeded", message, role=wanted)
    message = f"Checking {task.title} needs the role {wanted}, which you do not hold."
    return Refusal("role_must_allow_action", message, role=wanted)


def possible_decisions(task: Checking, actor: Actor) -> tuple[str, ...]:
    """What the ladder would let her do, whatever the amount; a password she can still give."""
    try:
        check_may_decide(task, actor)
        if actor.scopes is not None:
            check_password_is_fresh(task, actor)
    except Refusal:
        return ()
    return tuple(task.decisions)
