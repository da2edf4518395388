"""The company (book) a process belongs to, and the party it deals with."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, text

from domain.refusal import Refusal

COMPANIES = text("""
    SELECT id, code, name, base_currency, gstin, bank_account FROM companies
    WHERE tenant_id = (SELECT current_tenant()) AND (CAST(:id AS uuid) IS NULL OR id = :id)
    ORDER BY code
""")
PARTY = text("""
    SELECT id, code, name, kind, gstin, active, bank_account, bank_ifsc FROM parties
    WHERE tenant_id = (SELECT current_tenant()) AND (code = :code OR id = CAST(:id AS uuid))
""")
TODAY = text("SELECT business_today()")


@dataclass(frozen=True, slots=True)
class Company:
    """A legal entity with a book of its own."""

    id: UUID
    code: str
    name: str
    base_currency: str
    gstin: str | None
    bank_account: str


@dataclass(frozen=True, slots=True)
class Party:
    """A vendor, customer or employee."""

    id: UUID
    code: str
    name: str
    kind: str
    gstin: str | None
    active: bool
    bank_account: str | None
    bank_ifsc: str | None


def company(connection: Connection, id: UUID | None = None) -> Company:
    """The company of this id, or the tenant's only one. Refuses to guess among several."""
    rows = connection.execute(COMPANIES, {"id": id}).all()
    if not rows:
        raise Refusal("company_must_exist", "The tenant has no such company.")
    if len(rows) > 1:
        raise Refusal("company_must_be_named", "The tenant has several companies; name one.")
    return Company(*rows[0])


def party(connection: Connection, code: str) -> Party:
    """The party of this code. Refuses one that is not there: `party_must_exist`."""
    row = connection.execute(PARTY, {"code": code, "id": None}).one_or_none()
    if row is None:
        raise Refusal(
            "party_must_exist", f"There is no vendor, customer or employee {code!r}. Add it first."
        )
    return Party(*row)


def party_with_id(connection: Connection, id: UUID) -> Party:
    """The party of this id. Refuses one that is not there: `party_must_exist`."""
    row = connection.execute(PARTY, {"code": None, "id": id}).one_or_none()
    if row is None:
        raise Refusal("party_must_exist", "The tenant has no such party. Look up its id.")
    return Party(*row)


def today(connection: Connection) -> date:
    """The business date of the tenant: its zone, its clock."""
    day: date = connection.execute(TODAY).scalar_one()
    return day
