"""The inbox as one would read it by hand: the rows of a page under the same rules, by psycopg.

Row-level security binds it as it binds us. It knows no delegations, since whoever reads has none.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

COLUMNS = """
    SELECT t.id, t.process_id, t.kind, t.title, t.role, t.escalated_to, t.subject_hash, t.state,
        t.stage, t.round, t.level, t.levels, t.amount, t.currency, t.opened_at, t.due_at,
        t.reminders, t.claimed_by, t.claimed_at, t.claimed_until, s.name, p.reference, p.subject,
        p.workflow_id, p.definition_hash, p.created_by, p.makers, p.concerned, p.type,
        p.company_id,
        ARRAY(SELECT e.person_id FROM decisions e JOIN tasks o
              ON o.tenant_id = e.tenant_id AND o.id = e.task_id
              WHERE e.tenant_id = t.tenant_id AND e.process_id = t.process_id
                AND o.round = t.round) AS earlier_checkers
    FROM tasks t
    JOIN processes p ON p.tenant_id = t.tenant_id AND p.id = t.process_id
    LEFT JOIN persons s ON s.tenant_id = t.tenant_id AND s.id = t.claimed_by
    WHERE t.tenant_id = (SELECT current_tenant()) AND t.state = 'open'
"""
IN_ROLE = "AND (t.role = ANY(%(roles)s) OR coalesce(t.escalated_to, '') = ANY(%(roles)s))"
HERS = f"""
    {IN_ROLE} AND NOT p.makers @> ARRAY[%(person)s] AND NOT p.concerned @> ARRAY[%(person)s]
    AND NOT EXISTS (SELECT FROM decisions e JOIN tasks o
        ON o.tenant_id = e.tenant_id AND o.id = e.task_id
        WHERE e.tenant_id = t.tenant_id AND e.process_id = t.process_id AND o.round = t.round
          AND %(person)s IN (e.person_id, e.on_behalf_of))
    AND (t.claimed_by IS NULL OR t.claimed_by = %(person)s
         OR t.claimed_until <= (SELECT business_now()))
    AND NOT EXISTS (SELECT FROM task_snoozes z WHERE z.tenant_id = t.tenant_id
        AND z.task_id = t.id AND z.person_id = %(person)s AND z.until > (SELECT business_now()))
"""
FIRST = "ORDER BY t.opened_at DESC, t.id DESC LIMIT 51"
PAGES = {
    "mine": f"{COLUMNS} {HERS} {FIRST}",
    "team": f"{COLUMNS} {IN_ROLE} {FIRST}",
    "all": f"{COLUMNS} {FIRST}",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and in which tenant."""

    tenant: UUID
    person: UUID
    roles: tuple[str, ...]

    def page(self, connection: Connection[Any], scope: str) -> list[tuple[Any, ...]]:
        """The rows of the first page, in a transaction of its own."""
        with connection.transaction():
            connection.execute(f"SET LOCAL kontor.tenant = '{self.tenant.hex}'".encode())
            values = {"person": self.person, "roles": list(self.roles)}
            asked = PAGES[scope].encode()
            return connection.execute(asked, values, prepare=True).fetchall()
