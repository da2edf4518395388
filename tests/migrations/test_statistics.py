"""In a database that has seen no row yet, a look-up by key uses the key's own index."""

import pytest
from sqlalchemy import Connection, text

from tests.database import Database

KEYS = text("""
    SELECT c.relname AS table, i.relname AS index,
        array_agg(a.attname || ' = $' || k.place || '::' || format_type(a.atttypid, NULL)
                  ORDER BY k.place) AS terms,
        pg_get_expr(x.indpred, x.indrelid) AS part
    FROM pg_index x
    JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_class i ON i.oid = x.indexrelid
    CROSS JOIN LATERAL unnest(x.indkey::smallint[]) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
    WHERE x.indisunique AND c.relnamespace = 'public'::regnamespace
    GROUP BY c.relname, i.relname, x.indpred, x.indrelid
    HAVING bool_or(a.attname = 'tenant_id')
    ORDER BY 1, 2
""")


def plan(connection: Connection, table: str, terms: list[str]) -> str:
    """The plan that serves any values, as a session keeps it."""
    asked = f"EXPLAIN (GENERIC_PLAN) SELECT 1 FROM {table} WHERE {' AND '.join(terms)}"
    return "\n".join(connection.exec_driver_sql(asked).scalars())


def test_a_look_up_by_key_uses_the_keys_own_index(database: Database):
    with database.admin.connect() as connection:
        keys = connection.execute(KEYS).all()
        astray = [
            f"{key.index}: {found}"
            for key in keys
            # A key of a part of the table serves who asks for that part.
            for terms in [[*key.terms, *([key.part] if key.part else [])]]
            if f" {key.index} " not in (found := plan(connection, key.table, terms))
        ]
    assert len(keys) > 20
    assert astray == []


@pytest.mark.parametrize("table", ["journal_entries", "processes", "effects"])
def test_the_tenant_alone_is_known_to_select_nothing(database: Database, table: str):
    with database.admin.connect() as connection:
        known = connection.execute(
            text("SELECT n_distinct FROM pg_stats WHERE tablename = :t AND attname = 'tenant_id'"),
            {"t": table},
        ).scalar_one()
    assert known == 1
