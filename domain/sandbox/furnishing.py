"""Furnishing a sandbox tenant: its company, branches, people, parties and the periods of its book.

Again changes nothing but what was added since. The chart of accounts is opened by whoever knows it.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import Connection, text

from domain.sandbox.cast import (
    BRANCHES,
    CAST,
    COMPANY_CODE,
    CUSTOMERS,
    FORMER_CUSTOMERS,
    FORMER_VENDORS,
    VENDORS,
    Tenant,
)

ADD_COMPANY = text(
    "INSERT INTO companies (tenant_id, id, code, name, base_currency, gstin, bank_account) VALUES"
    " (:tenant, :id, :code, 'Kontor Demo Private Limited', 'INR', :gstin, '50100200300400')"
    " ON CONFLICT DO NOTHING"
)
ADD_PERSON = text(
    "INSERT INTO persons (tenant_id, id, name) VALUES (:tenant, :id, :name) ON CONFLICT DO NOTHING"
)
ADD_USER = text(
    "INSERT INTO users (tenant_id, id, person_id, login) VALUES (:tenant, :id, :person, :login)"
    " ON CONFLICT DO NOTHING"
)
GRANT_ROLE = text(
    "INSERT INTO role_grants (tenant_id, person_id, role) SELECT :tenant, :person, :role"
    " WHERE NOT EXISTS (SELECT FROM role_grants WHERE tenant_id = :tenant"
    " AND person_id = :person AND role = :role)"
)
ADD_PARTY = text(
    "INSERT INTO parties (tenant_id, id, code, name, kind, gstin, active, bank_account, bank_ifsc)"
    " VALUES (:tenant, :id, :code, :name, :kind, :gstin, :active, :account, :ifsc)"
    " ON CONFLICT DO NOTHING"
)
ADD_BRANCH = text(
    "INSERT INTO branches (tenant_id, id, company_id, code, name, gstin)"
    " VALUES (:tenant, :id, :company, :code, :name, :gstin) ON CONFLICT DO NOTHING"
)
OPEN_YEAR = text("SELECT ledger_open_year(:company, :day)")
FIRST_DAY = text("SELECT min(starts_on) FROM periods WHERE company_id = :company")


def furnish(connection: Connection, tenant: Tenant) -> None:
    """The company and everybody with whom it deals."""
    company = {"id": tenant.company, "code": COMPANY_CODE, "gstin": "29AAKCK4821M1Z0"}
    connection.execute(ADD_COMPANY, {"tenant": tenant.id, **company})
    add_branches(connection, tenant)
    add_people(connection, tenant)
    add_vendors(connection, tenant)
    add_customers(connection, tenant)


def add_people(connection: Connection, tenant: Tenant) -> None:
    """The cast: persons, a login each, and their roles."""
    for login, (name, roles) in CAST.items():
        person = tenant.person(login)
        connection.execute(ADD_PERSON, {"tenant": tenant.id, "id": person, "name": name})
        user = {"tenant": tenant.id, "id": tenant.user(login), "person": person, "login": login}
        connection.execute(ADD_USER, user)
        for role in roles:
            connection.execute(GRANT_ROLE, {"tenant": tenant.id, "person": person, "role": role})


def add_branches(connection: Connection, tenant: Tenant) -> None:
    """Where the company does business."""
    for code, name, gstin in BRANCHES:
        branch = {"id": tenant.branch(code), "code": code, "name": name, "gstin": gstin}
        connection.execute(ADD_BRANCH, {"tenant": tenant.id, "company": tenant.company, **branch})


def add_vendors(connection: Connection, tenant: Tenant) -> None:
    """Those who send invoices."""
    for code, name, gstin, account, ifsc in (*VENDORS, *FORMER_VENDORS):
        vendor = {"id": tenant.party(code), "code": code, "name": name, "gstin": gstin}
        vendor |= {"kind": "vendor", "active": (code, name, gstin, account, ifsc) in VENDORS}
        paid_at = {"account": account, "ifsc": ifsc}
        connection.execute(ADD_PARTY, {"tenant": tenant.id, **vendor, **paid_at})


def add_customers(connection: Connection, tenant: Tenant) -> None:
    """Those who get invoices."""
    for code, name, gstin in (*CUSTOMERS, *FORMER_CUSTOMERS):
        customer = {"id": tenant.party(code), "code": code, "name": name, "gstin": gstin}
        customer |= {"kind": "customer", "active": (code, name, gstin) in CUSTOMERS}
        unpaid = {"account": None, "ifsc": None}
        connection.execute(ADD_PARTY, {"tenant": tenant.id, **customer, **unpaid})


def open_years(connection: Connection, company: UUID, today: date) -> date:
    """The periods of the fiscal year of a day and of the one before; the first day of these."""
    before = today.replace(year=today.year - 1, day=1)
    connection.execute(OPEN_YEAR, {"company": company, "day": before})
    connection.execute(OPEN_YEAR, {"company": company, "day": today})
    first: date = connection.execute(FIRST_DAY, {"company": company}).scalar_one()
    return first
