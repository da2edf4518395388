"""The branch a process is of: named by its document, or by where its maker holds her role.

Who holds a role at one branch alone acts and decides for that branch alone.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.actor import Actor
from domain.definitions import content as reading
from domain.definitions import policy
from domain.definitions.model import Definition
from domain.refusal import Refusal

BRANCH = text("""
    SELECT active, company_id, name FROM branches
    WHERE tenant_id = (SELECT current_tenant()) AND code = :code
""")


def check_branch(connection: Connection, code: str, company: UUID | None = None) -> None:
    """Refuse a branch that is not there, is closed, or is another company's when one is named."""
    row = connection.execute(BRANCH, {"code": code}).one_or_none()
    if row is None or (company is not None and row.company_id != company):
        raise Refusal(
            "branch_must_exist", f"There is no branch {code!r} here. Name another, or add it first."
        )
    if not row.active:
        raise Refusal(
            "branch_must_be_active", f"{row.name} ({code}) was deactivated. Name another branch."
        )


def named_by(
    connection: Connection, definition: Definition, company: UUID, content: Mapping[str, Any]
) -> str | None:
    """The branch that the document names, looked up; None when its type names none."""
    if definition.branch is None:
        return None
    code = reading.text(content, definition.branch)
    check_branch(connection, code, company)
    return code


def branch_at_start(
    connection: Connection,
    definition: Definition,
    company: UUID,
    content: Mapping[str, Any],
    actor: Actor,
    *,
    inherited: str | None = None,
) -> str | None:
    """The branch of a process that she starts. Refuses one where her roles do not start it.

    Where its document names none, one that another process starts is of the branch of that.
    """
    if definition.branch is not None:
        branch = named_by(connection, definition, company, content)
        check_covers(definition, "start", actor, branch)
        return branch
    if inherited is not None:
        check_branch(connection, inherited, company)
        check_covers(definition, "start", actor, inherited)
        return inherited
    if policy.may(definition, "start", actor.roles):
        return None
    places = {place for role, place in actor.at_branches if policy.may(definition, "start", {role})}
    if len(places) > 1:
        raise Refusal(
            "branch_must_be_clear",
            f"You may start {definition.title} at {' and '.join(sorted(places))}, and its document "
            "names no branch. Somebody whose role is limited to none, or to one, can start it.",
        )
    for branch in places:
        check_branch(connection, branch, company)
        return branch
    return None


def check_covers(definition: Definition, action: str, actor: Actor, branch: str | None) -> None:
    """Refuse whoever may do this only elsewhere: `role_must_cover_branch`."""
    if policy.may(definition, action, actor.roles_at(branch)):
        return
    held = sorted(
        place for role, place in actor.at_branches if policy.may(definition, action, {role})
    )
    if not held:
        return
    wanted = " or ".join(definition.actions[action].by)
    at = f"at the branch {branch}" if branch else "for the whole company"
    raise Refusal(
        "role_must_cover_branch",
        f"{definition.actions[action].title!r} needs the role {wanted} {at}; you hold it at "
        f"{' and '.join(held)} alone.",
        role=wanted,
        branch=branch or "",
    )
