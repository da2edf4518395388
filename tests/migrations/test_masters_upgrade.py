"""Parties that were there before masters had versions begin with one, and stay on the way down."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from migrations.schema import downgrade, upgrade
from tests import database as databases

PARTIES = (
    "INSERT INTO tenants (id, name, livemode) VALUES (:tenant, 'First', false)",
    "INSERT INTO parties (tenant_id, id, code, name, kind, gstin, active)"
    " VALUES (:tenant, :tenant, 'V-001', 'Brindavan', 'vendor', '29AALCB7315Q1ZX', false)",
)
VERSIONS = text("SELECT kind, version, content, made_by FROM master_versions")
KEPT = text("SELECT code, name, active FROM parties")


@pytest.fixture
def before():
    with databases.database(template="template0") as made:
        upgrade(made.admin_url, databases.PASSWORD, "0003")
        with made.admin.begin() as connection:
            tenant = uuid4()
            for statement in PARTIES:
                connection.execute(text(statement), {"tenant": tenant})
        yield made


def test_what_was_there_is_version_one(before):
    upgrade(before.admin_url, databases.PASSWORD)

    with before.admin.connect() as connection:
        (version,) = connection.execute(VERSIONS).all()
    assert (version.kind, version.version, version.made_by) == ("vendor", 1, None)
    assert version.content == {
        "name": "Brindavan", "kind": "vendor", "gstin": "29AALCB7315Q1ZX", "active": False,
    }  # fmt: skip


def test_the_way_down_keeps_parties(before):
    upgrade(before.admin_url, databases.PASSWORD)
    downgrade(before.admin_url, "0003")

    with before.admin.connect() as connection:
        assert [tuple(row) for row in connection.execute(KEPT)] == [("V-001", "Brindavan", False)]
