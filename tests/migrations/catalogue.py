"""What the database's catalogue says of the schema, in a form that can be kept and compared.

Alembic compares tables and columns; functions, policies, grants and triggers only show here.
`python -m tests.migrations.catalogue` writes the kept one anew.
"""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from tests import database as databases

KEPT = Path(__file__).parent / "catalogue.json"
RENEW = "python -m tests.migrations.catalogue"

PARTS = {
    "functions": """
        SELECT p.oid::regprocedure::text AS name, concat_ws(' ',
            'owner', pg_get_userbyid(proowner),
            CASE WHEN prosecdef THEN 'definer' ELSE 'invoker' END,
            array_to_string(proconfig, '; '), 'source', md5(prosrc)) AS said
        FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
    """,
    "execute": """
        SELECT name, string_agg(login, ', ' ORDER BY login) AS said
        FROM (
            SELECT p.oid::regprocedure::text AS name,
                   coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC') AS login
            FROM pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS a
            WHERE pronamespace = 'public'::regnamespace
        ) AS granted GROUP BY name
    """,
    "tables": """
        SELECT relname AS name, concat_ws(' ', 'owner', pg_get_userbyid(relowner),
            CASE WHEN relrowsecurity THEN 'row security' END,
            CASE WHEN relforcerowsecurity THEN 'forced' END,
            array_to_string(reloptions, ', ')) AS said
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    """,
    "constraints": """
        SELECT conrelid::regclass || '.' || conname AS name,
               pg_get_constraintdef(oid) AS said
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    """,
    "policies": """
        SELECT tablename || '.' || policyname AS name, concat_ws(' ',
            permissive, cmd, 'to', array_to_string(roles, ', '), 'using', qual, 'check', with_check)
            AS said
        FROM pg_policies WHERE schemaname = 'public'
    """,
    "grants": """
        SELECT relname || ' to ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC') AS name,
               string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) AS said
        FROM pg_class, aclexplode(relacl) AS a
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
          AND a.grantee <> relowner
        GROUP BY 1
    """,
    "triggers": """
        SELECT tgrelid::regclass || '.' || tgname AS name, pg_get_triggerdef(t.oid) AS said
        FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
        WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace
    """,
    "logins": """
        SELECT rolname AS name, concat_ws(' ',
            CASE WHEN rolcanlogin THEN 'logs in' END, CASE WHEN rolsuper THEN 'superuser' END,
            CASE WHEN rolbypassrls THEN 'past row security' END,
            CASE WHEN rolcreaterole THEN 'creates roles' END,
            CASE WHEN rolcreatedb THEN 'creates databases' END,
            array_to_string(rolconfig, '; ')) AS said
        FROM pg_roles WHERE rolname LIKE 'kontor\\_%'
    """,
}


def read(connection: Connection) -> dict[str, Any]:
    """Each part by name; nothing in it depends on the machine or on the order of creation."""
    found = {}
    for part, query in PARTS.items():
        rows = connection.execute(text(query)).all()
        found[part] = dict(
            sorted((row.name, row.said) for row in rows if row.name != "alembic_version")
        )
    return found


def differences(kept: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """A line for everything that is new, gone or other."""
    lines = []
    for part in sorted(kept.keys() | found.keys()):
        before, after = kept.get(part, {}), found.get(part, {})
        for name in sorted(before.keys() | after.keys()):
            was, now = before.get(name, "nothing"), after.get(name, "nothing")
            if was != now:
                lines.append(f"{part}: {name}: was {was}; is {now}")
    return lines


def write(engine: Engine) -> None:
    """Keep what the catalogue says now."""
    with engine.connect() as connection:
        kept = json.dumps(read(connection), indent=1, sort_keys=True)
    KEPT.write_text(f"{kept}\n")


if __name__ == "__main__":
    with databases.servers(), databases.database() as made:
        write(made.admin)
    print(f"{KEPT.name} is what the migrations make now. Read its diff before you commit it.")
