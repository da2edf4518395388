"""Attempts to sign in: counted before a password is looked at, so that no race gets more of them.

Counted alike for logins that are there and that are not; whoever waits learns nothing from it.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access import archived
from domain.refusal import Refusal

# So many failures cost no wait; each one more doubles it.
FREE_BY_LOGIN: Final = 5
FREE_BY_ADDRESS: Final = 20
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
# NIST SP 800-63B-4, section 3.2.2: after 100 in a row only a new invitation helps.
MOST_IN_A_ROW: Final = 100

USER = text("""
    SELECT u.id, u.active FROM users u
    WHERE u.tenant_id = (SELECT current_tenant()) AND u.login = :login
""")
LOGIN = text("""
    SELECT u.login, p.name FROM users u
    JOIN persons p ON p.tenant_id = u.tenant_id AND p.id = u.person_id
    WHERE u.tenant_id = (SELECT current_tenant()) AND u.id = :user
""")
ACTIVE = text("SELECT active FROM users WHERE tenant_id = (SELECT current_tenant()) AND id = :user")
ONLY_TENANT = text("SELECT only_tenant()")
THERE = text("SELECT 1 FROM tenants WHERE id = (SELECT current_tenant())")
COUNT = text("""
    INSERT INTO sign_in_failures AS f (tenant_id, subject, failures, last_at)
    VALUES ((SELECT current_tenant()), :subject, 1, clock_timestamp())
    ON CONFLICT (tenant_id, subject) DO UPDATE SET failures = f.failures + 1,
        last_at = clock_timestamp(),
        locked_until = CASE
            WHEN f.failures + 1 >= :most THEN 'infinity'
            WHEN f.failures + 1 >= :free THEN clock_timestamp()
                + least(:longest, :first * power(2, least(f.failures + 1 - :free, 20)))
        END
    WHERE coalesce(f.locked_until, '-infinity') <= clock_timestamp()
    RETURNING failures
""")
LOCKED = text("""
    SELECT CASE WHEN locked_until = 'infinity' THEN NULL
        ELSE ceil(extract(epoch FROM locked_until - clock_timestamp())) END AS seconds
    FROM sign_in_failures WHERE tenant_id = (SELECT current_tenant()) AND subject = :subject
""")
FORGET = text(
    "DELETE FROM sign_in_failures WHERE tenant_id = (SELECT current_tenant()) "
    "AND (subject = :subject OR last_at < now() - interval '30 days' "
    "AND coalesce(locked_until, '-infinity') < now())"
)
TAKE_BACK = text("""
    UPDATE sign_in_failures SET failures = greatest(failures - 1, 0), locked_until = NULL
    WHERE tenant_id = (SELECT current_tenant()) AND subject = :subject
""")


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody who gives a login and a password, from an address."""

    login: str
    address: str

    @property
    def by_login(self) -> str:
        """What failures of the login are counted under: a digest, since people type passwords."""
        return subject("login", self.login)

    @property
    def by_address(self) -> str:
        """What failures from the address are counted under."""
        return subject("address", self.address)


def subject(kind: str, value: str) -> str:
    """`login:` and the digest."""
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()}"


def user_of(connection: Connection, login: str) -> tuple[UUID, bool] | None:
    """The user of a login, and whether it is on; None when there is none."""
    row = connection.execute(USER, {"login": login}).one_or_none()
    return (row.id, row.active) if row else None


def names_of(connection: Connection, user: UUID) -> tuple[str, str]:
    """Login and name of a user."""
    row = connection.execute(LOGIN, {"user": user}).one()
    return row.login, row.name


def check_active(connection: Connection, user: UUID) -> None:
    """Refuse a login that was switched off."""
    if not connection.execute(ACTIVE, {"user": user}).scalar_one_or_none():
        raise archived.refused_login(connection)


def only_tenant(connection: Connection) -> UUID:
    """The tenant of an installation that has one. Refuses to guess among several."""
    found: UUID | None = connection.execute(ONLY_TENANT).scalar_one_or_none()
    if found is None:
        raise Refusal("tenant_must_be_named", "There are several tenants here. Name yours.")
    return found


def tenant_is_there(connection: Connection) -> bool:
    """Whether the transaction's tenant is one of ours."""
    return connection.execute(THERE).first() is not None


def begin(connection: Connection, attempt: Attempt) -> None:
    """Count an attempt as failed until it succeeds. Refuses while the login or address waits."""
    counted(connection, attempt.by_login, free=FREE_BY_LOGIN, most=MOST_IN_A_ROW)
    counted(connection, attempt.by_address, free=FREE_BY_ADDRESS, most=None)


def counted(connection: Connection, subject: str, *, free: int, most: int | None) -> None:
    """One more; none while it waits."""
    values = {"subject": subject, "free": free, "most": most or 2**31 - 1}
    waits = {"first": FIRST_WAIT, "longest": LONGEST_WAIT}
    if connection.execute(COUNT, values | waits).one_or_none() is not None:
        return
    seconds = connection.execute(LOCKED, {"subject": subject}).scalar_one_or_none()
    if seconds is None:
        raise Refusal(
            "password_must_be_set_anew",
            f"There were {MOST_IN_A_ROW} failed attempts in a row. "
            "Ask an administrator for a new invitation.",
        )
    raise Refusal(
        "sign_in_must_wait",
        f"There were too many failed attempts. Try again in {int(seconds)} seconds.",
        seconds=str(int(seconds)),
    )


def succeeded(connection: Connection, attempt: Attempt) -> None:
    """The attempt was none of the failures."""
    connection.execute(FORGET, {"subject": attempt.by_login})
    connection.execute(TAKE_BACK, {"subject": attempt.by_address})


def forgiven(connection: Connection, login: str) -> None:
    """Count anew: the password was set."""
    connection.execute(FORGET, {"subject": subject("login", login)})


def not_matching() -> Refusal:
    """The same words whatever was wrong: tenant, login, password, or a login that is off."""
    return Refusal(
        "credentials_must_match", "Tenant, login and password do not belong together. Try again."
    )
