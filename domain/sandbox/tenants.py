"""Sandbox tenants made and archived from another: what may be asked, and the writing.

Everything happens in the one transaction of whoever asks, so that there is all of it or nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import Connection, text

from domain.access import audit
from domain.access import company as masters
from domain.identifiers import PROCESS, TENANT, written
from domain.ledger import accounts
from domain.ledger.accounts import Account
from domain.operations.companies import copies
from domain.refusal import Refusal
from domain.sandbox import furnishing
from domain.sandbox.cast import CAST, COMPANY_CODE, Tenant

# A day, by the real clock, for a tenant at the machine and all that descend from it.
MOST: Final = 10

HERE = text("SELECT livemode, name FROM tenants WHERE id = (SELECT current_tenant())")
MADE = text("SELECT sandboxes_made()")
CURRENT = text("SELECT current_tenant()")
SWITCH = text("SELECT set_config('kontor.tenant', :tenant, true)")
BEGIN = text("SELECT sandbox_begin(:id, :name, :beside)")
LET_IN = text("SELECT sandbox_let_in(:hash, CAST(:before AS uuid))")
ARCHIVE = text("SELECT sandbox_archive(:fresh)")


@dataclass(frozen=True, slots=True)
class Fresh:
    """A sandbox that is to be: called so, by a process, with the password of its cast."""

    process: UUID
    name: str
    password_hash: str

    @property
    def id(self) -> UUID:
        """Its id, which follows from the process: whoever started that can name it at once."""
        return id_of(self.process)


def id_of(process: UUID) -> UUID:
    """The tenant that a process makes."""
    return uuid5(process, "sandbox")


def check(connection: Connection) -> str:
    """Refuse what is no sandbox, and the eleventh within a day. What the tenant is called."""
    livemode, name = connection.execute(HERE).one()
    if livemode:
        raise Refusal(
            "tenant_must_be_a_sandbox",
            f"{name} is a live tenant: its book and its people stay. Ask in a sandbox.",
        )
    if left(connection) <= 0:
        raise Refusal(
            "sandboxes_must_be_ten_a_day_at_most",
            f"{MOST} sandboxes were made within a day. Use one of them, or ask again tomorrow.",
        )
    return str(name)


def left(connection: Connection) -> int:
    """How many more may be made now."""
    return MOST - int(connection.execute(MADE).scalar_one())


def make(connection: Connection, like: UUID, fresh: Fresh) -> dict[str, object]:
    """Make one beside this tenant, with the chart of one of its companies. What is to be kept."""
    check(connection)
    known = accounts.listed(connection, like)
    connection.execute(BEGIN, {"id": fresh.id, "name": fresh.name, "beside": True})
    furnish(connection, fresh, known, before=None)
    return said(fresh)


def reset(connection: Connection, like: UUID, fresh: Fresh) -> dict[str, object]:
    """Make one in place of this tenant, which is archived: nobody signs in to it any more."""
    check(connection)
    before = connection.execute(CURRENT).scalar_one()
    known = accounts.listed(connection, like)
    connection.execute(BEGIN, {"id": fresh.id, "name": fresh.name, "beside": False})
    furnish(connection, fresh, known, before=before)
    connection.execute(ARCHIVE, {"fresh": fresh.id})
    facts = {"successor": written(TENANT, fresh.id)}
    subject = written(PROCESS, fresh.process)
    audit.note(connection, audit.TENANT_ARCHIVED, user=None, subject=subject, facts=facts)
    return said(fresh) | {"archived": written(TENANT, before)}


def furnish(
    connection: Connection, fresh: Fresh, known: Sequence[Account], *, before: UUID | None
) -> None:
    """Everything in it: as its own rows, by the rights that the application has there."""
    tenant = Tenant(fresh.id)
    with within(connection, fresh.id):
        furnishing.furnish(connection, tenant)
        today = masters.today(connection)
        since = furnishing.open_years(connection, tenant.company, today)
        accounts.open_accounts(connection, copies(known, tenant.company, since))
        connection.execute(LET_IN, {"hash": fresh.password_hash, "before": before})
        facts = {"company": COMPANY_CODE, "logins": [*CAST]}
        audit.note(connection, audit.TENANT_FOUNDED, user=None, facts=facts)


@contextmanager
def within(connection: Connection, tenant: UUID) -> Iterator[None]:
    """A part of the transaction that is of another tenant. A fault ends the whole of it."""
    before = connection.execute(CURRENT).scalar_one()
    connection.execute(SWITCH, {"tenant": str(tenant)})
    yield
    connection.execute(SWITCH, {"tenant": str(before)})


def said(fresh: Fresh) -> dict[str, object]:
    """A sandbox that was made, for the evidence."""
    return {"tenant": written(TENANT, fresh.id), "name": fresh.name, "logins": [*CAST]}
