"""What the database says of sandboxes, whatever the application asks it."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from domain.access import passwords, sign_in
from domain.database import transaction
from domain.sandbox import tenants
from domain.sandbox.tenants import Fresh
from sandbox.tenant import Tenant, as_owner, open_tenant
from tests import database as databases
from tests.domain.refused import refused

HASH = passwords.hashed("the bench in front of the bank")
NOBODY = UUID(int=0)


def fresh():
    return Fresh(uuid4(), "Training", HASH)


def made(database, tenant, way):
    """One more, in a transaction of its own. Its id."""
    asked = fresh()
    with transaction(database.app, tenant.id) as connection:
        way(connection, Tenant(tenant.id).company, asked)
    return asked.id


def kept(database, tenant, login):
    """The hash of a login's password."""
    with as_owner(database.admin, tenant) as connection:
        user = sign_in.user_of(connection, login)
        return passwords.of_user(connection, user[0])


def test_a_tenant_is_reset_once(database, tenant):
    made(database, tenant, tenants.reset)
    with refused("sandbox_must_be_in_use"):
        made(database, tenant, tenants.reset)
    with as_owner(database.admin, tenant.id) as connection:
        descended = text("SELECT count(*) FROM tenants WHERE origin = :id")
        assert connection.scalar(descended, {"id": tenant.id}) == 1


def test_the_transaction_is_the_tenants_again_afterwards(database, tenant):
    with transaction(database.app, tenant.id) as connection:
        tenants.make(connection, tenant.company, fresh())
        assert connection.scalar(tenants.CURRENT) == tenant.id


def test_a_password_goes_along_unless_its_login_was_switched_off(database, tenant):
    with as_owner(database.admin, tenant.id) as connection:
        for login in ("asha", "gopal"):
            passwords.keep(connection, tenant.user(login), f"of {login}")
        off = text("UPDATE users SET active = false WHERE login = 'gopal'")
        connection.execute(off)

    after = made(database, tenant, tenants.reset)

    found = {login: kept(database, after, login) for login in ("asha", "gopal", "bina")}
    assert found == {"asha": "of asha", "gopal": HASH, "bina": HASH}


def test_a_sandbox_beside_gets_nobodys_password(database, tenant):
    with as_owner(database.admin, tenant.id) as connection:
        passwords.keep(connection, tenant.user("asha"), "of asha")
    assert kept(database, made(database, tenant, tenants.make), "asha") == HASH


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("sandbox_begin(:id, 'X', true)", "tenant_must_be_a_sandbox"),
        ("sandbox_archive(:id)", "sandbox_must_be_in_use"),
        ("sandbox_let_in('x', NULL)", "sandbox_must_be_new"),
    ],
)
def test_the_database_itself_leaves_a_live_tenant_alone(database, tenant, call, code):
    with as_owner(database.admin, tenant.id) as connection:
        connection.exec_driver_sql(f"UPDATE tenants SET livemode = true WHERE id = '{tenant.id}'")
    with refused(code), transaction(database.app, tenant.id) as connection:
        connection.execute(text(f"SELECT {call}"), {"id": uuid4()} if ":id" in call else {})


def test_no_password_is_given_in_a_sandbox_that_stands(database, tenant):
    standing = made(database, tenant, tenants.make)
    with refused("sandbox_must_be_new"), transaction(database.app, standing) as connection:
        connection.execute(tenants.LET_IN, {"hash": "x", "before": None})


def test_passwords_are_kept_of_no_other_family(database, tenant):
    stranger = open_tenant(database.admin, Tenant(uuid4()))
    asked = fresh()
    with (
        refused("sandbox_must_be_in_use"),
        transaction(database.app, tenant.id) as connection,
    ):
        begin = {"id": asked.id, "name": asked.name, "beside": True}
        connection.execute(tenants.BEGIN, begin)
        with tenants.within(connection, asked.id):
            connection.execute(tenants.LET_IN, {"hash": HASH, "before": stranger.id})


def test_ten_a_day_and_no_more(database, tenant):
    for _ in range(tenants.MOST):
        made(database, tenant, tenants.make)
    for way in (tenants.make, tenants.reset):
        with refused("sandboxes_must_be_ten_a_day_at_most"):
            made(database, tenant, way)
    with (
        refused("sandboxes_must_be_ten_a_day_at_most"),
        transaction(database.app, tenant.id) as connection,
    ):
        connection.execute(tenants.BEGIN, {"id": uuid4(), "name": "X", "beside": True})
    with as_owner(database.admin, tenant.id) as connection:
        earlier = "UPDATE tenants SET created_at = created_at - interval '1 day' WHERE origin = :id"
        connection.execute(text(earlier), {"id": tenant.id})
    made(database, tenant, tenants.make)


def test_whoever_names_no_tenant_means_the_first_or_what_took_its_place():
    with databases.database() as own:
        first = open_tenant(own.admin, Tenant(uuid4()))
        made(own, first, tenants.make)
        with transaction(own.edge, NOBODY) as connection:
            assert sign_in.only_tenant(connection) == first.id
        after = made(own, first, tenants.reset)
        with transaction(own.edge, NOBODY) as connection:
            assert sign_in.only_tenant(connection) == after
