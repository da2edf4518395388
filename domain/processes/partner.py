"""What was asked of a partner: intent before the call, outcome after it, unknown in between."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.database import with_json

State = Literal["sending", "not_sent", "unknown", "done", "refused"]

INTEND = with_json("""
    INSERT INTO partner_calls AS c (tenant_id, effect_key, process_id, partner, operation, state,
        request, intended_at)
    VALUES (:tenant, :key, :process, :partner, :operation, 'sending', :request, clock_timestamp())
    ON CONFLICT (tenant_id, effect_key) DO UPDATE
        SET state = CASE c.state WHEN 'not_sent' THEN 'sending' ELSE 'unknown' END
        WHERE c.state NOT IN ('done', 'refused')
    RETURNING state = 'sending'
""", "request")  # fmt: skip
CONCLUDE = text("""
    UPDATE partner_calls SET state = :state, answer = :answer, answered_at = clock_timestamp()
    WHERE tenant_id = :tenant AND effect_key = :key AND state NOT IN ('done', 'refused')
        AND (:state <> 'not_sent' OR state = 'sending')
""").bindparams(bindparam("answer", type_=JSONB(none_as_null=True)))


def intend(
    connection: Connection,
    *,
    tenant: UUID,
    process: UUID,
    key: str,
    partner: str,
    operation: str,
    request: Mapping[str, Any],
) -> bool:
    """Record that a call is about to be made. False: one may have been made; ask before sending.

    From then on it is unknown: with two attempts under way, neither knows that nothing was sent.
    """
    values = {"tenant": tenant, "process": process, "key": key, "partner": partner}
    row = connection.execute(INTEND, {**values, "operation": operation, "request": request})
    return bool(row.scalar_one_or_none())


def conclude(
    connection: Connection, *, tenant: UUID, key: str, state: State, answer: Any = None
) -> None:
    """Record what is known of the call now. A definite outcome is never taken back.

    `not_sent` counts from the only attempt alone; after another it stays unknown.
    """
    values = {"tenant": tenant, "key": key, "state": state, "answer": answer}
    connection.execute(CONCLUDE, values)
