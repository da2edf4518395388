"""Up to which amount a person may approve, by herself or for whom she stands in.

`check_authority` refuses an approval in the activity, under locks that keep the sums of a day, and
tells the inbox beforehand what it would refuse.
"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.actor import Actor, able
from domain.access.delegator import Delegator
from domain.access.limit import Limit
from domain.approvals import limits
from domain.approvals.ahead import Ahead
from domain.approvals.allowance import Allowance, check_amount
from domain.approvals.policy import (
    APPROVE,
    Checking,
    acting_for,
    check_may_decide,
    standings,
)
from domain.money import Money
from domain.refusal import Refusal

HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended('approvals of ' || :person, 0))")


def check_authority(
    connection: Connection,
    task: Checking,
    actor: Actor,
    action: str,
    *,
    holds: bool = False,
    ahead: Ahead | None = None,
) -> Delegator | None:
    """As whom she decides: herself (None), or the first for whom she may who is not over a limit.

    Only an approval needs a limit. `holds` keeps until commit what the persons approved today: of
    two decisions at once the second sees the first. A dry run of many says what she would have
    approved `ahead` of this one. Climb `check_decision` before.
    """
    refusals: list[Refusal] = []
    if holds and action == APPROVE:
        hold(connection, task, actor)
    for standing in standings(task, actor):
        try:
            if action == APPROVE and task.amount is not None:
                check_limits(connection, task, task.amount, actor, standing, ahead=ahead)
            return standing
        except Refusal as refusal:
            refusals.append(refusal)
    raise refusals[0]


def check_limits(
    connection: Connection,
    task: Checking,
    amount: Money,
    actor: Actor,
    standing: Delegator | None,
    *,
    ahead: Ahead | None = None,
) -> None:
    """Refuse an amount above the cap of a delegation, her own limits or the delegator's."""
    if standing and standing.cap:
        check_cap(task, amount, standing, standing.cap)
    for person, whose, limit in limits_of(task, amount, actor, standing):
        if not limit.is_kept_on_any_day(amount):
            found = limits.allowance(
                connection, person, limit, whose=whose, besides=task.process, ahead=ahead
            )
            check_amount(task.title, amount, found)


def check_cap(task: Checking, amount: Money, standing: Delegator, cap: Money) -> None:
    """The highest amount that was delegated."""
    if cap.currency != amount.currency:
        raise Refusal(
            "limit_must_be_in_currency_of_document",
            f"{task.title} is in {amount.currency}, but {standing.name} delegated up to {cap}. "
            "Somebody else has to decide.",
        )
    if amount.amount > cap.amount:
        raise Refusal(
            "limit_exceeded",
            f"For {standing.name} you may approve up to {cap} in one document, and {task.title} "
            f"is about {amount}. Ask somebody with a higher limit.",
            limit=str(cap),
            per="delegation",
        )


def limits_of(
    task: Checking, amount: Money, actor: Actor, standing: Delegator | None
) -> Iterator[tuple[UUID, str, Limit]]:
    """The limits that hold: hers, and the delegator's when she stands in; whose, and to say it.

    By herself only those of roles in which she may decide count; standing in, all of hers.
    """
    hers = actor.roles_at(task.branch)
    roles = hers if standing else hers & task.roles
    persons = [(actor.person, "You", actor.limits, roles)]
    if standing:
        lent = standing.roles_at(task.branch) & task.roles
        persons.append((standing.person, standing.name, standing.limits, lent))
    for person, whose, set_for, held in persons:
        found = [limit for limit in set_for if limit.role is None or limit.role in held]
        for limit in limits.holding(found, task.type, task.company, amount.currency, task.branch):
            yield person, whose, limit


def own_limits(connection: Connection, actor: Actor) -> list[tuple[Limit, Allowance]]:
    """Every limit of hers that is in effect, with what she approved today of what it counts.

    Her own take the place of her roles' where both fit a document; all are told.
    """
    return [
        (each, limits.allowance(connection, actor.person, each, whose="You"))
        for each in actor.limits
    ]


def hold(connection: Connection, task: Checking, actor: Actor) -> None:
    """Let nobody else approve until commit for whom a day is summed. All take them in one order."""
    persons = [(actor.person, actor.limits)]
    persons += [(each.person, each.limits) for each in standings(task, actor) if each]
    summed = {person for person, hers in persons if any(limit.per_day for limit in hers)}
    for person in sorted(map(str, summed)):
        connection.execute(HOLD, {"person": person})


def is_within_limits(connection: Connection, task: Checking, actor: Actor) -> bool:
    """Whether her limits let her approve, or those of one for whom she stands in."""
    try:
        check_authority(connection, task, actor, APPROVE)
    except Refusal:
        return False
    return True


def others_who_can(connection: Connection, task: Checking, actor: Actor) -> list[str]:
    """Everybody else who may approve the task now: `Bina Iyer`, `Bina Iyer for Deepa Menon`."""
    return [
        acting_for(other.name, standing.name if standing else None)
        for other, standing in who_can(connection, task)
        if other.person != actor.person
    ]


def who_can(connection: Connection, task: Checking) -> Iterator[tuple[Actor, Delegator | None]]:
    """Everybody who may approve the task now, by herself or for whom she stands in."""
    for other in able(connection, task.roles):
        try:
            check_may_decide(task, other)
            yield other, check_authority(connection, task, other, APPROVE)
        except Refusal:
            continue
