"""Messages on their way out: taken by one sender at a time, settled by what the gateway said.

A message that was taken and not settled, because its sender died or the answer is missing, is
taken again later and sent under the same key: the gateway delivers it once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.actor import acting_as
from domain.definitions.vocabulary import Role
from domain.notifications.recipients import may_look

# Longer than a call may take, so that nobody else takes it meanwhile.
LEASE_SECONDS: Final = 60
FIRST_PAUSE_SECONDS: Final = 5
LONGEST_PAUSE_SECONDS: Final = 3600
TAKE = text("""
    UPDATE notifications n SET attempts = attempts + 1,
        next_at = clock_timestamp() + make_interval(secs => :lease)
    WHERE n.tenant_id = (SELECT current_tenant()) AND n.id IN (
        SELECT id FROM notifications
        WHERE tenant_id = (SELECT current_tenant()) AND state = 'waiting'
          AND next_at <= clock_timestamp()
        ORDER BY next_at LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING n.id, n.process_id, n.task_id, n.person_id, n.channel, n.address, n.language,
        n.subject, n.body, n.is_html, n.dlt, n.attempts
""")
SETTLE = text("""
    UPDATE notifications SET state = :state, problem = :problem, receipt = :receipt,
        next_at = NULL, give_up_at = NULL, settled_at = clock_timestamp()
    WHERE tenant_id = (SELECT current_tenant()) AND id = :id AND state = 'waiting'
""")
POSTPONE = text("""
    UPDATE notifications SET problem = :problem,
        state = CASE WHEN is_over THEN 'failed' ELSE 'waiting' END,
        next_at = CASE WHEN NOT is_over THEN clock_timestamp() + make_interval(secs => :pause) END,
        settled_at = CASE WHEN is_over THEN clock_timestamp() END,
        give_up_at = CASE WHEN NOT is_over THEN give_up_at END
    FROM (SELECT give_up_at <= clock_timestamp() AS is_over FROM notifications
          WHERE tenant_id = (SELECT current_tenant()) AND id = :id) AS now
    WHERE tenant_id = (SELECT current_tenant()) AND id = :id AND state = 'waiting'
""")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that is to be sent now."""

    id: UUID
    channel: str
    address: str
    language: str
    subject: str | None
    body: str
    is_html: bool
    dlt: str | None
    attempts: int

    @property
    def key(self) -> str:
        """The idempotency key at the gateway: one for ever."""
        return str(self.id)


def take(connection: Connection, roles: Mapping[str, Role], *, most: int) -> list[Outgoing]:
    """The messages that are due, for this sender alone until its lease ends.

    Who has no login in use any more, or may not read the process any more, gets nothing.
    """
    found = []
    for row in connection.execute(TAKE, {"lease": LEASE_SECONDS, "most": most}).all():
        if row.person_id and not is_still_told(connection, roles, row):
            settle(connection, row.id, "skipped", problem="The recipient may not read it any more.")
            continue
        found.append(Outgoing(
            row.id, row.channel, row.address, row.language, row.subject, row.body, row.is_html,
            row.dlt, row.attempts,
        ))  # fmt: skip
    return found


def is_still_told(connection: Connection, roles: Mapping[str, Role], row: Any) -> bool:
    """Whether the recipient may still be told: she is here, and has a role or made it."""
    persons = acting_as(connection, [row.person_id])
    if not persons:
        return False
    (person,) = persons
    if row.task_id and person.stands_in_for:
        return True
    return may_look(connection, roles, row.process_id, person)


def settle(
    connection: Connection,
    id: UUID,
    state: str,
    *,
    problem: str | None = None,
    receipt: str | None = None,
) -> None:
    """The last word about a message. One that has it already keeps it."""
    values = {"id": id, "state": state, "problem": problem, "receipt": receipt}
    connection.execute(SETTLE, values)


def postpone(connection: Connection, message: Outgoing, problem: str) -> None:
    """Try again later, at growing intervals; after some days it has failed, and shows it."""
    pause = min(FIRST_PAUSE_SECONDS * 2 ** (message.attempts - 1), LONGEST_PAUSE_SECONDS)
    connection.execute(POSTPONE, {"id": message.id, "problem": problem, "pause": pause})
