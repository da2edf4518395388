"""The first day of a tenant in production: its company, its book and two owners with invitations.

Done at the machine by whoever maintains the database, outside of the API; from then on everything
goes by processes. Two owners, since a third one needs two who agree; both are administrators, since
somebody has to ask for the first logins. Again changes nothing but who has no password yet: she
gets another invitation in place of the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import Connection, text

from domain.access import audit, companies, persons, secret
from domain.access.companies import Said
from domain.access.secret import Secret
from domain.ledger import chart, periods
from domain.ledger.chart import Chart
from domain.refusal import Refusal

# Of a tenant's name: the same name is the same tenant, also of two calls at once.
NAMES: Final = UUID("0190a000-0000-7000-8000-0000000000ff")
ROLES_OF_AN_OWNER: Final = (persons.OWNER, "admin")

ADD_TENANT = text("""
    INSERT INTO tenants (id, name, livemode) VALUES (:id, :name, :livemode)
    ON CONFLICT DO NOTHING
""")
TENANTS = text("""
    SELECT id, name, livemode, created_at, archived_at IS NOT NULL FROM tenants
    ORDER BY created_at, id
""")
FOUND = text("""
    SELECT t.livemode, ARRAY(SELECT code FROM companies WHERE tenant_id = t.id) AS companies,
        ARRAY(SELECT login FROM users WHERE tenant_id = t.id) AS logins
    FROM tenants t WHERE t.id = (SELECT current_tenant())
""")
GRANT = text("""
    INSERT INTO role_grants (tenant_id, person_id, role)
    VALUES ((SELECT current_tenant()), :person, :role)
""")
WITHOUT_PASSWORD = text("""
    SELECT u.id FROM users u WHERE u.tenant_id = (SELECT current_tenant()) AND u.login = :login
      AND NOT EXISTS (SELECT FROM passwords p WHERE p.tenant_id = u.tenant_id AND p.user_id = u.id)
""")
TODAY = text("SELECT business_today()")


@dataclass(frozen=True, slots=True)
class Owner:
    """A person who owns the tenant, and the login she is to have."""

    login: str
    name: str


@dataclass(frozen=True, slots=True)
class Founding:
    """What a tenant begins with."""

    name: str
    livemode: bool
    company: Said
    owners: tuple[Owner, ...]

    @property
    def id(self) -> UUID:
        """The tenant's id, which follows from its name."""
        return uuid5(NAMES, self.name)


@dataclass(frozen=True, slots=True)
class Invited:
    """An owner who has no password yet, with the invitation to choose one."""

    login: str
    invitation: Secret


def check(founding: Founding) -> None:
    """Two owners at least, of different logins and names; a company that can be one."""
    if len({owner.login for owner in founding.owners}) < 2 or len(
        {owner.name.casefold() for owner in founding.owners}
    ) < len(founding.owners):
        raise Refusal(
            "two_owners_must_be_named",
            "A tenant begins with two owners, two people: whatever the one asks for the other "
            "agrees to, and without two nobody could ever be made an owner. Name another.",
        )
    companies.check_said(founding.company)


def found(connection: Connection, founding: Founding, accounts: Chart) -> list[Invited]:
    """Make the tenant, under the owner's rights. Refuses one of this name that began otherwise."""
    check(founding)
    new = {"id": founding.id, "name": founding.name, "livemode": founding.livemode}
    if connection.execute(ADD_TENANT, new).rowcount == 1:
        today = connection.execute(TODAY).scalar_one()
        company = companies.add(connection, founding.company)
        periods.open_year(connection, company, today)
        first_day = periods.listed(connection, company)[0].starts_on
        chart.open_chart(connection, company, accounts, on=first_day)
        for owner in founding.owners:
            add_owner(connection, owner)
        facts = {"owners": [o.login for o in founding.owners], "company": founding.company.code}
        audit.note(connection, audit.TENANT_FOUNDED, user=None, facts=facts)
    else:
        check_same(connection, founding)
    return [one for owner in founding.owners for one in invited(connection, founding.id, owner)]


def check_same(connection: Connection, founding: Founding) -> None:
    """Refuse to take another tenant of the same name for this one."""
    row = connection.execute(FOUND).one()
    logins = {owner.login for owner in founding.owners}
    if (
        founding.livemode != row.livemode
        or founding.company.code not in row.companies
        or not logins <= {*row.logins}
    ):
        raise Refusal(
            "tenant_must_be_new",
            f"There is a tenant {founding.name!r} with other owners or another company. Nothing "
            "was changed. Choose another name, or have its owners ask for what is to be changed.",
        )


def add_owner(connection: Connection, owner: Owner) -> None:
    """A person, her login and her roles; no process granted them."""
    person = persons.add_person(connection, owner.name)
    persons.add_user(connection, person, owner.login)
    for role in ROLES_OF_AN_OWNER:
        connection.execute(GRANT, {"person": person, "role": role})


def invited(connection: Connection, tenant: UUID, owner: Owner) -> Sequence[Invited]:
    """An invitation for who has no password yet, in place of the one before."""
    user = connection.execute(WITHOUT_PASSWORD, {"login": owner.login}).scalar_one_or_none()
    if user is None:
        return ()
    made = secret.fresh(secret.INVITATION, tenant)
    persons.invite(connection, user, digest=made.hash.hex(), process=None)
    audit.note(connection, audit.USER_CHANGED, user=user, facts={"change": "invite"})
    return (Invited(owner.login, made),)


@dataclass(frozen=True, slots=True)
class TenantRow:
    """A tenant as a list shows it."""

    id: UUID
    name: str
    livemode: bool
    created_at: object
    is_archived: bool


def listed(connection: Connection) -> list[TenantRow]:
    """Every tenant, the oldest first; under the owner's rights."""
    return [TenantRow(*row) for row in connection.execute(TENANTS)]
