"""Inboxes: which tasks are whose, in pages. A statement's text is made once for each shape."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain.access.actor import Actor
from domain.approvals.task_records import (
    EARLIER_CHECKERS,
    NEWEST_FIRST,
    TASKS,
    TaskRecord,
    finding,
    found,
)
from domain.database import by_driver
from domain.listing import Page

# The role of a correction, which waits for one person.
MAKER = "maker"
# Planning a page takes longer than reading it, so a connection does it once. Until the transaction
# ends; what a better plan would have to know is written into the statement.
KEEP_PLANS = "SET LOCAL plan_cache_mode = force_generic_plan"
STATES = ("open", "decided", "withdrawn")
UNCLAIMED = """
    (t.claimed_by IS NULL OR t.claimed_by = %(person)s
     OR t.claimed_until <= (SELECT business_now()))
"""
# What she does not want to see before a time that is still to come.
PUT_OFF = """
    EXISTS (SELECT FROM task_snoozes z WHERE z.tenant_id = t.tenant_id AND z.task_id = t.id
        AND z.person_id = %(person)s AND z.until > (SELECT business_now()))
"""


def listed(
    connection: Connection, actor: Actor, *, scope: str, state: str, page: Page
) -> list[TaskRecord]:
    """A page of an inbox (`mine`, `team`, `all`), and one row more when there is another."""
    after = page.after
    statement = page_of(
        scope, state, len(actor.stands_in_for), page.limit + 1, goes_on=after is not None
    )
    values = hers(actor)
    if after is not None:
        values |= {"after": after.at, "after_id": after.id}
    by_driver(connection, KEEP_PLANS)
    return found(connection, statement, values)


def count(connection: Connection, actor: Actor, *, scope: str, state: str) -> int:
    """How many tasks an inbox has."""
    condition = inbox(scope, state, len(actor.stands_in_for))
    counting = f"SELECT count(*) {TASKS} AND {condition}"
    total: int = by_driver(connection, counting, hers(actor)).fetchall()[0][0]
    return total


def selected(
    connection: Connection, actor: Actor, *, scope: str, process_type: str | None, limit: int
) -> list[TaskRecord]:
    """The open approvals of an inbox, newest first; of one process type when it is named."""
    condition = f"{inbox(scope, 'open', len(actor.stands_in_for))} AND t.kind = 'approval'"
    if process_type is not None:
        condition += " AND p.type = %(type)s"
    statement = finding(f"SELECT t.id {TASKS} AND {condition} {NEWEST_FIRST} LIMIT %(limit)s")
    return found(connection, statement, hers(actor) | {"type": process_type, "limit": limit})


@lru_cache(maxsize=256)
def page_of(scope: str, state: str, lenders: int, rows: int, *, goes_on: bool) -> str:
    """The statement of a page. Its number of rows and state are written into it: what the planner
    knows, a plan that is kept can use.
    """
    condition = inbox(scope, state, lenders)
    if goes_on:
        condition += " AND (t.opened_at, t.id) < (%(after)s, %(after_id)s)"
    first = f"{NEWEST_FIRST} LIMIT {int(rows)}"
    if scope == "all" or state != "open":
        return finding(f"SELECT t.id {TASKS} AND {condition} {first}")
    return finding(f"""
        SELECT t.id FROM ({newest_by("role", condition, first)}
                    UNION {newest_by("escalated_to", condition, first)}) AS t {first}
    """)


def newest_by(column: str, condition: str, first: str) -> str:
    """The first of each role that she has to do with, along the index of the column.

    Between 50,000 tasks of others her own few would be found by reading them all.
    """
    return f"""
        SELECT c.opened_at, c.id FROM unnest(%(asked)s::text[]) AS a (role) CROSS JOIN LATERAL (
            SELECT t.opened_at, t.id {TASKS} AND t.{column} = a.role AND {condition} {first}) AS c
    """


def inbox(scope: str, state: str, lenders: int) -> str:
    """The tasks of a scope in a state; `all` leaves either out."""
    parts = {"mine": mine(lenders), "team": waits_for("roles"), "all": "true"}
    in_state = {"all": "true"} | {each: f"t.state = '{each}'" for each in STATES}
    return f"{in_state[state]} AND {parts[scope]}"


def mine(lenders: int) -> str:
    """What waits for a person: approvals the ladder lets her decide, her own corrections.

    Without what she put off for now.
    """
    lent = [covered(number) for number in range(lenders)]
    asked = " OR ".join([waits_for("roles"), *lent])
    one = [f"AND NOT ({each} AND {was_in_it(f'lender{n}')})" for n, each in enumerate(lent)]
    return f"""
        CASE t.kind
            WHEN 'approval' THEN ({asked}) AND {UNCLAIMED} AND NOT {was_in_it("person")}
                {" ".join(one)}
            WHEN 'correction' THEN p.created_by = %(person)s
            WHEN 'action' THEN t.role = ANY(%(roles)s)
        END
        AND NOT {PUT_OFF}
    """


def waits_for(roles: str) -> str:
    """Tasks of one of the roles, or escalated to one."""
    either = f"t.role = ANY(%({roles})s) OR coalesce(t.escalated_to, '') = ANY(%({roles})s)"
    return f"({either})"


def covered(lender: int) -> str:
    """Tasks that a delegation covers. No types means every type."""
    of_type = f"(%(types{lender})s::text[] = '{{}}' OR p.type = ANY(%(types{lender})s))"
    return f"({of_type} AND {waits_for(f'roles{lender}')})"


def was_in_it(person: str) -> str:
    """Tasks whose document a person made, that she checked before, or that are about her."""
    who = f"ARRAY[%({person})s]"
    return f"(p.makers @> {who} OR p.concerned @> {who} OR {EARLIER_CHECKERS} @> {who})"


def hers(actor: Actor) -> dict[str, Any]:
    """What the conditions ask of a person and of whom she stands in for."""
    values: dict[str, Sequence[str] | UUID] = {"person": actor.person, "roles": [*actor.roles]}
    for number, each in enumerate(actor.stands_in_for):
        values |= {f"lender{number}": each.person, f"roles{number}": [*each.roles]}
        values |= {f"types{number}": [*each.types]}
    lent = (each.roles for each in actor.stands_in_for)
    return values | {"asked": sorted(actor.roles.union({MAKER}, *lent))}
