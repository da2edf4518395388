"""The revisions: up, down to nothing, up again; what they make is what the tables in Python say."""

import json

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from domain.schema import METADATA
from migrations.schema import HEAD, downgrade, upgrade
from tests import database as databases
from tests.migrations import catalogue

OURS = text("""
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
""")


@pytest.fixture
def empty():
    with databases.database(template="template0") as made:
        yield made


def test_the_schema_goes_up_down_and_up_again(empty):
    upgrade(empty.admin_url, databases.PASSWORD)
    with empty.admin.connect() as connection:
        first = catalogue.read(connection)

    downgrade(empty.admin_url, "base")
    with empty.admin.connect() as connection:
        left = {name for name in connection.scalars(OURS) if "alembic_version" not in name}
    assert left == set()

    upgrade(empty.admin_url, databases.PASSWORD)
    with empty.admin.connect() as connection:
        assert catalogue.differences(first, catalogue.read(connection)) == []


def test_upgrading_again_changes_nothing(database):
    with database.admin.connect() as connection:
        before = catalogue.read(connection)
    upgrade(database.admin_url, databases.PASSWORD, HEAD)
    with database.admin.connect() as connection:
        assert catalogue.read(connection) == before


# Alembic reads the type's name and compares it all the same.
@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")
def test_the_tables_in_python_are_those_of_the_database(database):
    with database.admin.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_the_catalogue_is_the_one_that_was_reviewed(database):
    with database.admin.connect() as connection:
        found = catalogue.read(connection)
    differences = catalogue.differences(json.loads(catalogue.KEPT.read_text()), found)
    assert not differences, (
        "Functions, policies, grants or triggers are not those of catalogue.json. If you meant it, "
        f"run `{catalogue.RENEW}` and commit the file with the migration:\n"
        + "\n".join(differences)
    )
