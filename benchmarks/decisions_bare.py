"""A decision as one would write it by hand: lock, check, write five rows, commit, by psycopg.

It knows the maker, the role and the state of a task, and nothing of limits, delegations, claims,
levels, seats, earlier checkers or a second delivery. Row-level security binds it as it binds us.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from domain.identifiers import new_uuid

LOCK = b"""
    SELECT t.state, t.role, t.subject_hash, p.created_by, p.subject
    FROM tasks t JOIN processes p ON p.tenant_id = t.tenant_id AND p.id = t.process_id
    WHERE t.tenant_id = %(tenant)s AND t.id = %(task)s FOR UPDATE OF t
"""
MAY = b"""
    SELECT u.person_id FROM users u JOIN role_grants g
        ON g.tenant_id = u.tenant_id AND g.person_id = u.person_id AND g.revoked_at IS NULL
    WHERE u.tenant_id = %(tenant)s AND u.id = %(user)s AND u.active AND g.role = %(role)s
"""
DECIDE = b"""
    INSERT INTO decisions (tenant_id, task_id, process_id, action, person_id, user_id,
        subject_hash, decided_at)
    VALUES (%(tenant)s, %(task)s, %(process)s, 'approve', %(person)s, %(user)s, %(seen)s, now())
"""
CLOSE = b"""
    UPDATE tasks SET state = 'decided', closed_at = now(), sequence = 2
    WHERE tenant_id = %(tenant)s AND id = %(task)s
"""
MOVE = b"""
    UPDATE processes SET stage = 'posting', status = 'running', stage_since = now(),
        waiting_for = NULL, due_at = NULL, sequence = 2, updated_at = now()
    WHERE tenant_id = %(tenant)s AND id = %(process)s
"""
PROVE = b"""
    INSERT INTO evidence (tenant_id, id, process_id, sequence, step, title, effect_key, person_id,
        user_id, inputs, outputs, digest, business_at)
    VALUES (%(tenant)s, %(evidence)s, %(process)s, 2, 'decide', %(title)s, %(key)s, %(person)s,
        %(user)s, %(inputs)s, %(outputs)s, '', now())
"""
TELL = b"""
    INSERT INTO events (tenant_id, id, process_id, sequence, type, payload)
    VALUES (%(tenant)s, %(event)s, %(process)s, 2, 'task.approve', %(payload)s)
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that waits, the process it is of, and the hash of what was seen of it."""

    task: UUID
    process: UUID
    seen: str


def approve(connection: Connection[Any], tenant: UUID, user: UUID, on: Waiting) -> None:
    """Approve one task in a transaction of its own."""
    with connection.transaction():
        connection.execute(f"SET LOCAL kontor.tenant = '{tenant.hex}'".encode())
        values: dict[str, Any] = {"tenant": tenant, "user": user, "task": on.task}
        task = connection.execute(LOCK, values).fetchone()
        assert task
        state, role, subject_hash, maker, subject = task
        holder = connection.execute(MAY, values | {"role": role}).fetchone()
        assert holder
        assert state == "open"
        assert subject_hash == on.seen
        assert holder[0] != maker
        title = f"Approved {subject}"
        values |= {"process": on.process, "seen": on.seen, "person": holder[0], "title": title}
        values |= {"evidence": new_uuid(), "event": new_uuid(), "key": f"bare/{on.task}"}
        values |= {"inputs": Jsonb({"task": str(on.task), "seen": on.seen})}
        values |= {"outputs": Jsonb({"verdict": "approved"}), "payload": Jsonb({"title": title})}
        for statement in (DECIDE, CLOSE, MOVE, PROVE, TELL):
            connection.execute(statement, values)
