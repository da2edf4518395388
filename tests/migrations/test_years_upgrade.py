"""A book of the first revision gets its adjustment periods, and loses them on the way down."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from migrations.schema import downgrade, upgrade
from tests import database as databases

FIRST_BOOK = (
    "INSERT INTO tenants (id, name, livemode) VALUES (:tenant, 'First', false)",
    "INSERT INTO companies (tenant_id, id, code, name, base_currency, bank_account)"
    " VALUES (:tenant, :tenant, 'K', 'Kontor', 'INR', '1')",
    "SELECT set_config('kontor.tenant', :text, true), ledger_open_year(:tenant, '2025-05-05'),"
    " ledger_open_year(:tenant, '2026-05-05')",
    "UPDATE periods SET state = 'locked' WHERE fiscal_year = '2025-26'",
    "UPDATE periods SET state = 'closed' WHERE starts_on = '2025-04-01'",
)
BY_YEAR = text("""
    SELECT fiscal_year, count(*), string_agg(DISTINCT state, ' ') AS states
    FROM periods GROUP BY 1 ORDER BY 1
""")
ADJUSTING = text(
    "SELECT fiscal_year, starts_on::text, ends_on::text, state FROM periods"
    " WHERE is_adjustment ORDER BY 1"
)


@pytest.fixture
def first():
    with databases.database(template="template0") as made:
        upgrade(made.admin_url, databases.PASSWORD, "0001")
        tenant = uuid4()
        with made.admin.begin() as connection:
            for statement in FIRST_BOOK:
                values = {"tenant": tenant, "text": str(tenant)}
                connection.execute(text(statement), values)
        yield made


def asked(database, query):
    with database.admin.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_every_year_gets_an_adjustment_period_in_the_state_of_its_last_month(first):
    upgrade(first.admin_url, databases.PASSWORD)

    assert asked(first, ADJUSTING) == [
        ("2025-26", "2026-03-31", "2026-03-31", "locked"),
        ("2026-27", "2027-03-31", "2027-03-31", "open"),
    ]
    assert asked(first, BY_YEAR) == [("2025-26", 13, "locked"), ("2026-27", 13, "open")]


def test_the_way_down_leaves_twelve_months_and_the_states_that_were_known(first):
    upgrade(first.admin_url, databases.PASSWORD)
    with first.admin.begin() as connection:
        connection.execute(text(
            "UPDATE periods SET state = 'soft_locked', roles = '{head}'"
            " WHERE starts_on = '2026-04-01'"
        ))  # fmt: skip

    downgrade(first.admin_url, "0001")

    assert asked(first, BY_YEAR) == [("2025-26", 12, "locked"), ("2026-27", 12, "locked open")]
