"""The tenant of the sandbox: a company, its people, vendors, customers, chart and open periods.

`python -m sandbox.tenant` makes it in the database of the settings; again changes nothing but what
was added here. Ids are derived from the tenant's, so tokens and links outlive a reset.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

from sqlalchemy import Connection, Engine, create_engine, text

import config
from config.settings import Settings
from domain.database import transaction, with_json
from domain.ledger import chart
from domain.ledger.chart import Chart
from sandbox import passwords

TENANT = UUID("0190a000-0000-7000-8000-000000000001")
CHART = Path(config.__file__).parent / "chart_of_accounts.yaml"
COMPANY_CODE = "KTR"

# Name and roles. In no process does anybody both make and check.
CAST = {
    "asha": ("Asha Rao", ("accounts_payable", "employee", "sales")),
    "bina": ("Bina Iyer", ("finance_approver", "employee", "manager", "owner")),
    "deepa": ("Deepa Menon", ("finance_head", "employee", "hr_head", "sales_head", "owner")),
    "esha": ("Esha Kulkarni", ("treasurer", "operations", "employee", "hr", "admin")),
    "chand": ("Chand Mistry", ("auditor",)),
    "gopal": ("Gopal Nair", ("accounts_receivable",)),
    "hema": ("Hema Joshi", ("accounts_payable", "accounts_receivable", "project_engineer")),
    "nila": ("Nila Das", ("accountant",)),
    "tara": ("Tara Bose", ("storekeeper",)),
    "mohan": ("Mohan Shetty", ("project_engineer",)),
}

# Code, name, GSTIN, account, IFSC. One in the company's state, one in another, one unregistered.
VENDORS = (
    ("V-001", "Brindavan Audit Associates", "29AALCB7315Q1ZX", "50100200300401", "SIMB0000101"),
    ("V-002", "Deccan Software", "27AAMCD9206H1ZF", "50100200300402", "SIMB0000102"),
    ("V-003", "Lakshmi Stationers", None, "50100200300403", "SIMB0000103"),
)  # fmt: skip

# The same of vendors who were deactivated.
FORMER_VENDORS = (
    ("V-009", "Harihar Transport", "29AAECH2264N1Z6", "50100200300409", "SIMB0000109"),
)  # fmt: skip

# Code, name, GSTIN. One in the company's state, one in another, one unregistered, and the company
# itself, as somebody enters it by mistake.
CUSTOMERS = (
    ("C-101", "Mysuru Retail", "29AAACM5731R1ZV"),
    ("C-102", "Salem Traders", "33AAFCS4127K1ZD"),
    ("C-103", "Ananya Hegde", None),
    ("C-104", "Kontor Demo Shop", "29AAKCK4821M1Z0"),
)
FORMER_CUSTOMERS = (("C-109", "Kolhapur Mills", "27AAKFP6652M1ZK"),)

# Code, name, GSTIN: both registered by the company in its one state.
BRANCHES = (
    ("BLR", "Bengaluru", "29AAKCK4821M1Z0"),
    ("HBL", "Hubballi", None),
)

ADD_TENANT = text(
    "INSERT INTO tenants (id, name, livemode) VALUES (:tenant, 'Kontor sandbox', false)"
    " ON CONFLICT DO NOTHING"
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
# One account more than the chart has, as tests and scenarios need them.
OPEN_ACCOUNT = with_json("SELECT ledger_open_account(:company, :stated)", "stated")
OPEN_YEAR = text("SELECT ledger_open_year(:company, :day)")
TODAY = text("SELECT business_today()")
FIRST_DAY = text("SELECT min(starts_on) FROM periods WHERE company_id = :company")


@dataclass(frozen=True, slots=True)
class Tenant:
    """The ids of a sandbox tenant. They follow from its own, so any process can name them."""

    id: UUID = TENANT

    @property
    def company(self) -> UUID:
        """The only company."""
        return self._derived("company", COMPANY_CODE)

    def person(self, name: str) -> UUID:
        """A human of the cast: `asha`."""
        return self._derived("person", name)

    def user(self, name: str) -> UUID:
        """The login of a human of the cast."""
        return self._derived("user", name)

    def party(self, code: str) -> UUID:
        """A vendor: `V-001`, or a customer: `C-101`."""
        return self._derived("party", code)

    def branch(self, code: str) -> UUID:
        """A branch: `BLR`."""
        return self._derived("branch", code)

    def _derived(self, kind: str, name: str) -> UUID:
        return uuid5(self.id, f"{kind}/{name}")


@contextmanager
def as_owner(engine: Engine, tenant: UUID) -> Iterator[Connection]:
    """A transaction of the tenant under the owner's rights, for a login that may take them."""
    with transaction(engine, tenant) as connection:
        connection.exec_driver_sql("SET LOCAL ROLE kontor_owner")
        yield connection


def open_tenant(engine: Engine, tenant: Tenant, *, today: date | None = None) -> Tenant:
    """Make the tenant with everything in it, or add what is missing.

    Opens the fiscal year of `today` (by default the tenant's own) and the one before.
    """
    with as_owner(engine, tenant.id) as connection:
        connection.execute(ADD_TENANT, {"tenant": tenant.id})
        connection.execute(
            ADD_COMPANY,
            {
                "tenant": tenant.id,
                "id": tenant.company,
                "code": COMPANY_CODE,
                "gstin": "29AAKCK4821M1Z0",
            },
        )
        add_branches(connection, tenant)
        add_people(connection, tenant)
        add_vendors(connection, tenant)
        add_customers(connection, tenant)
        open_book(connection, tenant.company, today or connection.scalar(TODAY))
    return tenant


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


def open_book(connection: Connection, company: UUID, today: date) -> None:
    """The periods of two fiscal years and the chart, open from the first day of the earlier."""
    connection.execute(
        OPEN_YEAR, {"company": company, "day": today.replace(year=today.year - 1, day=1)}
    )
    connection.execute(OPEN_YEAR, {"company": company, "day": today})
    since = connection.scalar(FIRST_DAY, {"company": company})
    chart.open_chart(connection, company, standard_chart(), on=since)


@cache
def standard_chart() -> Chart:
    """The chart that is shipped, read once."""
    return chart.read(CHART)


def main() -> None:
    """Make the sandbox tenant in the database of the settings."""
    engine = create_engine(Settings().database_url)
    tenant = open_tenant(engine, Tenant())
    with as_owner(engine, tenant.id) as connection:
        passwords.give(connection, *CAST)
    engine.dispose()
    print(f"The sandbox tenant {tenant.id} is open: {', '.join(CAST)}.")
    print(f"Each signs in with the password: {passwords.PASSWORD}")


if __name__ == "__main__":
    main()
