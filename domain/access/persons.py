"""Persons, their logins and their roles: written by processes, read by who may read people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access import audit
from domain.access.branch import check_branch
from domain.identifiers import PROCESS, new_uuid, written
from domain.refusal import Refusal

OWNER: Final = "owner"
# Roles about the tenant as a whole.
UNLIMITED = frozenset({OWNER, "admin", "auditor", "engineer"})

USERS = """
    SELECT u.id, u.login, u.active, p.id AS person, p.name,
        ARRAY(SELECT DISTINCT g.role FROM role_grants g WHERE g.tenant_id = u.tenant_id
              AND g.person_id = u.person_id AND g.granted_at <= now()
              AND (g.revoked_at IS NULL OR g.revoked_at > now()) ORDER BY g.role) AS roles
    FROM users u JOIN persons p ON p.tenant_id = u.tenant_id AND p.id = u.person_id
    WHERE u.tenant_id = (SELECT current_tenant())
"""
ALL_USERS = text(f"{USERS} ORDER BY u.login")
BY_LOGIN = text(f"{USERS} AND u.login = :login")
BY_ID = text(f"{USERS} AND u.id = :id")
PERSON = text("SELECT 1 FROM persons WHERE tenant_id = (SELECT current_tenant()) AND id = :person")
ADD_PERSON = text(
    "INSERT INTO persons (tenant_id, id, name) VALUES ((SELECT current_tenant()), :id, :name)"
)
ADD_USER = text("""
    INSERT INTO users (tenant_id, id, person_id, login)
    VALUES ((SELECT current_tenant()), :id, :person, :login) ON CONFLICT DO NOTHING
""")
SWITCH = text("""
    UPDATE users SET active = :active WHERE tenant_id = (SELECT current_tenant()) AND id = :id
""")
INVITE = text("""
    INSERT INTO invitations (tenant_id, hash, user_id, process_id, expires_at)
    VALUES ((SELECT current_tenant()), decode(:digest, 'hex'), :user, :process,
        now() + interval '7 days')
""")
END_INVITATIONS = text("SELECT end_invitations(:user)")
GRANTS = text("""
    SELECT g.person_id, p.name, g.role, g.granted_at, g.revoked_at, g.granted_by, g.revoked_by,
        g.branch
    FROM role_grants g JOIN persons p ON p.tenant_id = g.tenant_id AND p.id = g.person_id
    WHERE g.tenant_id = (SELECT current_tenant())
      AND (CAST(:role AS text) IS NULL OR g.role = :role)
      AND (CAST(:person AS uuid) IS NULL OR g.person_id = :person)
    ORDER BY g.granted_at, p.name, g.role
""")
# One at a time per tenant: two who each see three owners must not both take one away.
ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('roles/' || current_tenant(), 0))")
GRANT = text("""
    INSERT INTO role_grants (tenant_id, person_id, role, granted_by, branch)
    VALUES ((SELECT current_tenant()), :person, :role, :process, :branch)
""")
REVOKE = text("""
    UPDATE role_grants SET revoked_at = now(), revoked_by = :process
    WHERE tenant_id = (SELECT current_tenant()) AND person_id = :person AND role = :role
      AND branch IS NOT DISTINCT FROM :branch AND revoked_at IS NULL
""")
HELD = text("""
    SELECT branch FROM role_grants
    WHERE tenant_id = (SELECT current_tenant()) AND person_id = :person AND role = :role
      AND granted_at <= now() AND (revoked_at IS NULL OR revoked_at > now())
""")
OWNERS = text("""
    SELECT count(DISTINCT g.person_id) FROM role_grants g
    JOIN users u ON u.tenant_id = g.tenant_id AND u.person_id = g.person_id AND u.active
    WHERE g.tenant_id = (SELECT current_tenant()) AND g.role = 'owner'
      AND g.person_id <> :person AND g.revoked_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class User:
    """A login, the person behind it and the roles that she holds now."""

    id: UUID
    login: str
    active: bool
    person: UUID
    name: str
    roles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Grant:
    """A role of a person: since when and until when, and the processes that made it so."""

    person: UUID
    name: str
    role: str
    granted_at: datetime
    revoked_at: datetime | None
    granted_by: UUID | None
    revoked_by: UUID | None
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class RoleAt:
    """A role, at one branch alone when it names one."""

    role: str
    branch: str | None = None

    def __str__(self) -> str:
        return f"{self.role} at the branch {self.branch}" if self.branch else self.role


def listed(connection: Connection) -> list[User]:
    """Every login, by name."""
    return [User(*row) for row in connection.execute(ALL_USERS)]


def find(connection: Connection, login: str) -> User | None:
    """The login, or None."""
    row = connection.execute(BY_LOGIN, {"login": login}).one_or_none()
    return User(*row) if row else None


def with_login(connection: Connection, login: str) -> User:
    """The login. Refuses one that is not there: `user_must_exist`."""
    found = find(connection, login)
    if found is None:
        raise Refusal("user_must_exist", f"There is no login {login!r}.")
    return found


def get(connection: Connection, id: UUID) -> User:
    """The login of an id. Refuses one that is not there: `user_must_exist`."""
    row = connection.execute(BY_ID, {"id": id}).one_or_none()
    if row is None:
        raise Refusal("user_must_exist", "There is no such login.")
    return User(*row)


def person_is_there(connection: Connection, person: UUID) -> bool:
    """Whether the tenant knows this person."""
    return connection.execute(PERSON, {"person": person}).first() is not None


def add_person(connection: Connection, name: str) -> UUID:
    """A person who was not here before."""
    id = new_uuid()
    connection.execute(ADD_PERSON, {"id": id, "name": name})
    return id


def add_user(connection: Connection, person: UUID, login: str) -> UUID:
    """A login of a person. Refuses one that somebody has: `login_must_be_unique`."""
    id = new_uuid()
    values = {"id": id, "person": person, "login": login}
    if connection.execute(ADD_USER, values).rowcount != 1:
        raise login_is_taken(login)
    return id


def login_is_taken(login: str) -> Refusal:
    """Two logins of one name cannot be told apart."""
    return Refusal("login_must_be_unique", f"The login {login!r} is taken. Choose another.")


def switch(connection: Connection, user: UUID, *, active: bool) -> None:
    """Switch a login on or off; what it has open is refused from then on."""
    connection.execute(SWITCH, {"id": user, "active": active})


def invite(connection: Connection, user: UUID, *, digest: str, process: UUID | None) -> None:
    """Let whoever holds the invitation choose the login's password, once and within a week.

    An earlier one ends. No process is that of the first owners, who are there before any.
    """
    end_invitations(connection, user)
    connection.execute(INVITE, {"user": user, "digest": digest, "process": process})


def end_invitations(connection: Connection, user: UUID) -> int:
    """Let no open invitation of the login be used any more. How many there were."""
    return int(connection.execute(END_INVITATIONS, {"user": user}).scalar_one())


def grants(
    connection: Connection, *, role: str | None = None, person: UUID | None = None
) -> list[Grant]:
    """Every grant there ever was, the oldest first."""
    return [Grant(*row) for row in connection.execute(GRANTS, {"role": role, "person": person})]


def check_change(connection: Connection, user: User, what: RoleAt, *, grant: bool) -> None:
    """Refuse a change that changes nothing, and one that would leave fewer than two owners."""
    held = set(connection.scalars(HELD, {"person": user.person, "role": what.role}))
    if what.branch is not None:
        check_limited(connection, what, held, user, grant=grant)
    if grant and what.branch in held:
        raise Refusal("role_must_not_be_held", f"{user.name} holds {what} already.")
    if not grant and what.branch not in held:
        raise Refusal("role_must_be_held", f"{user.name} does not hold {what}.")
    if not grant and what.role == OWNER and not owners_remain(connection, user.person):
        raise owners_must_remain()


def check_limited(
    connection: Connection, what: RoleAt, held: set[str | None], user: User, *, grant: bool
) -> None:
    """At a branch that is in use, of a role that can be limited and is not held for all of them."""
    assert what.branch is not None
    if what.role in UNLIMITED:
        raise Refusal(
            "role_must_be_of_all_branches",
            f"{what.role} is about the whole tenant and held for every branch. Name none.",
        )
    if grant:
        check_branch(connection, what.branch)
    if grant and None in held:
        raise Refusal(
            "role_must_not_be_held",
            f"{user.name} holds {what.role} for every branch, {what.branch} among them. To limit "
            "it, have that revoked first.",
        )


def owners_remain(connection: Connection, without: UUID) -> bool:
    """Whether two owners are left without a person: a new one needs two."""
    return int(connection.execute(OWNERS, {"person": without}).scalar_one()) >= 2


def owners_must_remain() -> Refusal:
    """Without two nobody can ever be made an owner again."""
    return Refusal(
        "two_owners_must_remain",
        "Two owners must remain, since a new one needs two. Make another owner first.",
    )


def change_role(
    connection: Connection, user: User, what: RoleAt, *, grant: bool, process: UUID
) -> None:
    """Grant or revoke, with the process that did it. One change waits for the other."""
    connection.execute(ALONE)
    now = get(connection, user.id)
    check_change(connection, now, what, grant=grant)
    values = {"person": now.person, "role": what.role, "process": process, "branch": what.branch}
    connection.execute(GRANT if grant else REVOKE, values)
    facts = {"role": what.role, "change": "grant" if grant else "revoke"}
    facts |= {"branch": what.branch} if what.branch else {}
    subject = written(PROCESS, process)
    audit.note(connection, audit.ROLE_CHANGED, user=user.id, subject=subject, facts=facts)
