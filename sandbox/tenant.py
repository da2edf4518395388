"""The tenant of the sandbox, made with the login that migrates: the demo's, and those of tests.

`python -m sandbox.tenant` makes it in the database of the settings; again changes nothing but what
was added here. Who and what is in it stands in `domain.sandbox`, since the product makes such
tenants, too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, text

import config
from config.settings import Settings
from domain.database import transaction, with_json
from domain.ledger import chart
from domain.ledger.chart import Chart
from domain.sandbox.cast import (
    CAST,
    CUSTOMERS,
    FORMER_CUSTOMERS,
    FORMER_VENDORS,
    TENANT,
    VENDORS,
    Tenant,
)
from domain.sandbox.furnishing import (
    ADD_COMPANY,
    ADD_PERSON,
    ADD_USER,
    GRANT_ROLE,
    furnish,
    open_years,
)
from sandbox import passwords

__all__ = [
    "ADD_COMPANY", "ADD_PERSON", "ADD_USER", "CAST", "CHART", "CUSTOMERS", "FORMER_CUSTOMERS",
    "FORMER_VENDORS", "GRANT_ROLE", "OPEN_ACCOUNT", "TENANT", "VENDORS", "Tenant", "as_owner",
    "open_book", "open_tenant", "standard_chart",
]  # fmt: skip

CHART = Path(config.__file__).parent / "chart_of_accounts.yaml"

ADD_TENANT = text(
    "INSERT INTO tenants (id, name, livemode) VALUES (:tenant, 'Kontor sandbox', false)"
    " ON CONFLICT DO NOTHING"
)
# One account more than the chart has, as tests and scenarios need them.
OPEN_ACCOUNT = with_json("SELECT ledger_open_account(:company, :stated)", "stated")
TODAY = text("SELECT business_today()")


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
        furnish(connection, tenant)
        open_book(connection, tenant.company, today or connection.execute(TODAY).scalar_one())
    return tenant


def open_book(connection: Connection, company: UUID, today: date) -> None:
    """The periods of two fiscal years and the chart, open from the first day of the earlier."""
    since = open_years(connection, company, today)
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
