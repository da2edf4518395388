"""Every version of a master is kept, whoever writes it; what is written is checked anew."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.access import company as companies
from domain.database import transaction
from domain.masters import reading
from domain.masters.asking import Asked
from domain.masters.kinds import KINDS, Wish
from domain.masters.writing import By, write
from sandbox.tenant import as_owner
from tests.domain.refused import refused

VENDOR = KINDS["vendor"]
NANDI = {"name": "Nandi Packaging", "gstin": "29AAKFN3481Q1ZD"}


def asked(wish, code, version=None, distinct_from=(), kind=VENDOR, **said):
    return Asked(kind, wish, code, said, version, frozenset(distinct_from))


@pytest.fixture
def write_as(database, tenant):
    """Writes as asha, checked by bina, in a transaction of its own."""

    def written(wish):
        with transaction(database.app, tenant.id) as connection:
            by = By(tenant.person("asha"), tenant.person("bina"), process(connection))
            return write(connection, companies.company(connection), wish, by)

    def process(connection):
        return connection.scalar(text("SELECT id FROM processes LIMIT 1"))

    return written


def versions(database, tenant, code):
    with transaction(database.reader, tenant.id) as connection:
        return reading.versions(connection, reading.get(connection, VENDOR, code))


def test_each_change_is_a_version_with_who_made_and_checked_it(database, tenant, write_as):
    write_as(asked(Wish.ADD, "V-201", **NANDI))
    write_as(asked(Wish.CHANGE, "V-201", 1, name="Nandi LLP", gstin=NANDI["gstin"]))
    write_as(asked(Wish.DEACTIVATE, "V-201", 2))

    third, second, first = versions(database, tenant, "V-201")
    assert first.content == {**NANDI, "kind": "vendor", "active": True}
    assert second.content["name"] == third.content["name"] == "Nandi LLP"
    assert (second.content["active"], third.content["active"]) == (True, False)
    assert (first.made_by.name, first.checked_by.name) == ("Asha Rao", "Bina Iyer")


def test_what_a_change_leaves_out_is_taken_away(write_as):
    write_as(asked(Wish.ADD, "V-201", **NANDI))
    after = write_as(asked(Wish.CHANGE, "V-201", 1, name="Nandi"))
    assert after.known == {"name": "Nandi"}


def test_a_change_leaves_the_bank_account_alone(write_as):
    after = write_as(asked(Wish.CHANGE, "V-003", 1, name="Lakshmi Papers"))
    assert after.known["bank_account"] == "50100200300403"


def test_of_two_who_saw_the_same_version_one_changes_it(write_as):
    write_as(asked(Wish.CHANGE, "V-003", 1, name="Lakshmi Papers"))
    with refused("master_must_be_as_seen"):
        write_as(asked(Wish.DEACTIVATE, "V-003", 1))


def test_of_two_that_look_alike_one_is_added(write_as):
    write_as(asked(Wish.ADD, "V-201", **NANDI))
    with refused("master_must_be_unlike_others"):
        write_as(asked(Wish.ADD, "V-202", **NANDI))
    with refused("master_must_be_new"):
        write_as(asked(Wish.ADD, "V-201", name="Another"))


def test_codes_that_differ_in_case_alone_are_one(write_as):
    with refused("master_must_be_new", "V-001"):
        write_as(asked(Wish.ADD, "v-001", name="Another"))


def test_of_two_that_look_alike_and_come_at_once_one_waits_and_is_refused(
    database, tenant, write_as
):
    with ThreadPoolExecutor(1) as other:
        with transaction(database.app, tenant.id) as connection:
            by = By(tenant.person("asha"), tenant.person("bina"), None)
            first = asked(Wish.ADD, "V-301", **NANDI)
            write(connection, companies.company(connection), first, by)
            second = other.submit(write_as, asked(Wish.ADD, "V-302", **NANDI))
            wait([second], timeout=0.5)
            assert not second.done()
        with refused("master_must_be_unlike_others", "V-301"):
            second.result()


def test_the_pan_of_a_gstin_counts_though_it_was_not_said(write_as):
    with refused("master_must_be_unlike_others"):
        write_as(asked(Wish.ADD, "V-201", name="Deccan", pan="AAMCD9206H"))


def test_the_same_account_of_another_bank_is_another_account(write_as):
    account = {"name": "Tunga", "bank_account": "50100200300401"}
    with refused("master_must_be_unlike_others"):
        write_as(asked(Wish.ADD, "V-201", **account, bank_ifsc="SIMB0000999"))
    write_as(asked(Wish.ADD, "V-201", **account, bank_ifsc="TUNG0000999"))


def test_even_the_owner_leaves_a_version(database, tenant):
    with as_owner(database.admin, tenant.id) as connection:
        connection.exec_driver_sql(
            "UPDATE parties SET name = 'Past the product' WHERE code = 'V-001'"
        )
    newest, first = versions(database, tenant, "V-001")
    assert (newest.content["name"], newest.made_by) == ("Past the product", None)
    assert first.content["name"] == "Brindavan Audit Associates"


def test_nobody_writes_versions_or_changes_them(database, tenant):
    for statement in (
        "INSERT INTO master_versions SELECT * FROM master_versions",
        "UPDATE master_versions SET version = 9",
        "DELETE FROM master_versions",
    ):
        with pytest.raises(DBAPIError), transaction(database.app, tenant.id) as connection:
            connection.exec_driver_sql(statement)
    with (
        refused("record_must_stay"),
        as_owner(database.admin, tenant.id) as connection,
    ):
        connection.exec_driver_sql("UPDATE master_versions SET version = 9")


def test_a_code_stays(database, tenant):
    with (
        refused("master_code_must_stay"),
        as_owner(database.admin, tenant.id) as connection,
    ):
        connection.exec_driver_sql("UPDATE parties SET code = 'V-777' WHERE code = 'V-001'")
