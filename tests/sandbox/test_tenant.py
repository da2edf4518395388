"""The sandbox tenant: always the same, however often it is made."""

import subprocess
import sys
from datetime import date
from os import environ

import pytest

from domain.access.passwords import check, fits
from domain.database import transaction
from domain.ledger import accounts, periods
from domain.parties.gstin import check_gstin, state_of
from sandbox.passwords import PASSWORD, give
from sandbox.tenant import (
    CAST,
    CHART,
    CUSTOMERS,
    FORMER_CUSTOMERS,
    FORMER_VENDORS,
    TENANT,
    VENDORS,
    Tenant,
    as_owner,
    open_tenant,
)
from tests.book import Book


def test_the_ids_follow_from_the_tenants():
    again = Tenant()
    assert again.company == Tenant(TENANT).company
    names = {again.company, *map(again.person, CAST), *map(again.user, CAST)}
    assert len(names) == 1 + 2 * len(CAST)


def test_making_it_again_changes_nothing(database):
    tenant = open_tenant(database.admin, Tenant(), today=Book.TODAY)
    book = Book(database, tenant)
    before = book.state()
    counts = "SELECT (SELECT count(*) FROM {}) + (SELECT count(*) FROM {})"
    with book.transaction() as connection:
        people = connection.exec_driver_sql(counts.format("users", "role_grants")).scalar()

    open_tenant(database.admin, tenant, today=Book.TODAY)

    assert book.state() == before
    with book.transaction() as connection:
        again = connection.exec_driver_sql(counts.format("users", "role_grants")).scalar()
    assert again == people


PARTIES = (*VENDORS, *FORMER_VENDORS, *CUSTOMERS, *FORMER_CUSTOMERS)


@pytest.mark.parametrize("gstin", [party[2] for party in PARTIES if party[2]])
def test_a_partys_gstin_is_valid(gstin):
    check_gstin(gstin)


def test_one_vendor_is_in_the_companys_state_and_one_in_another(database, tenant):
    with transaction(database.app, tenant.id) as connection:
        company = connection.exec_driver_sql("SELECT gstin FROM companies").scalar()
    assert state_of(company) == "29"
    assert [vendor[2] and state_of(vendor[2]) for vendor in VENDORS] == ["29", "27", None]


def test_customers_are_of_the_companys_state_of_another_of_none_and_the_company(database, tenant):
    with transaction(database.app, tenant.id) as connection:
        company = connection.exec_driver_sql("SELECT gstin FROM companies").scalar()
        former = connection.exec_driver_sql(
            "SELECT kind, code FROM parties WHERE NOT active ORDER BY code"
        ).all()
    assert [each[2] and state_of(each[2]) for each in CUSTOMERS] == ["29", "33", None, "29"]
    assert CUSTOMERS[3][2] == company
    assert [tuple(row) for row in former] == [("customer", "C-109"), ("vendor", "V-009")]


def test_nobody_both_makes_and_checks():
    for _, roles in CAST.values():
        assert not {"accounts_payable", "finance_approver"} <= set(roles)
        assert "auditor" not in roles or len(roles) == 1


def test_the_chart_is_open_from_the_first_day_of_the_year_before(database, tenant):
    with transaction(database.app, tenant.id) as connection:
        chart = accounts.listed(connection, tenant.company)
        months = periods.listed(connection, tenant.company)
    assert len(chart) == sum(": {title" in line for line in CHART.read_text().splitlines())
    assert {account.opened_on for account in chart} == {date(2025, 4, 1)} == {months[0].starts_on}
    assert sum(not month.is_adjustment for month in months) == 24


def test_its_main_makes_it_in_the_database_of_the_settings(database):
    environment = {**environ, "KONTOR_DATABASE_URL": database.admin_url}
    said = subprocess.run(
        [sys.executable, "-m", "sandbox.tenant"],
        env=environment, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert str(TENANT) in said
    with transaction(database.app, TENANT) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM persons").scalar() == len(CAST)
    with transaction(database.edge, TENANT) as connection:
        kept = connection.exec_driver_sql("SELECT hash FROM passwords").scalars().all()
    assert len(kept) == len(CAST)
    assert fits(kept[0], PASSWORD)


def test_the_password_of_the_cast_is_one_that_anybody_may_choose():
    for name, (full, _) in CAST.items():
        check(PASSWORD, name, full)


def test_a_live_tenant_gets_no_password_of_the_sandbox(database, tenant):
    with as_owner(database.admin, tenant.id) as connection:
        connection.exec_driver_sql("UPDATE tenants SET livemode = true")
        assert give(connection, *CAST) == []
