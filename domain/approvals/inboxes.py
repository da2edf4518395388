"""Inboxes: which tasks are whose, in pages. A statement's text is made once for each shape."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from domain.access.actor import Actor
from domain.access.delegator import RoleHolder
from domain.approvals.task_records import (
    EARLIER_CHECKERS,
    NEWEST_FIRST,
    TASKS,
    TaskRecord,
    finding,
    found,
    task_of,
)
from domain.database import by_driver, rows_at_once
from domain.listing import Page

# For a person and each whom she stands in for: whether roles count at some branch alone.
Limited = tuple[bool, ...]
# The role of a correction, which waits for one person.
MAKER = "maker"
# Planning a page takes longer than reading it, so a connection does it once. Until the transaction
# ends; what a better plan would have to know is written into the statement.
KEEP_PLANS = "SELECT set_config('plan_cache_mode', 'force_generic_plan', true)"
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
    statement = page_of(scope, state, shape(actor), page.limit + 1, goes_on=after is not None)
    values = hers(actor)
    if after is not None:
        values |= {"after": after.at, "after_id": after.id}
    _, rows = rows_at_once(connection, (KEEP_PLANS, {}), (statement, values))
    return [task_of(row) for row in rows]


def count(connection: Connection, actor: Actor, *, scope: str, state: str) -> int:
    """How many tasks an inbox has."""
    condition = inbox(scope, state, shape(actor))
    counting = f"SELECT count(*) {TASKS} AND {condition}"
    total: int = by_driver(connection, counting, hers(actor)).fetchall()[0][0]
    return total


def selected(
    connection: Connection, actor: Actor, *, scope: str, process_type: str | None, limit: int
) -> list[TaskRecord]:
    """The open approvals of an inbox, newest first; of one process type when it is named."""
    condition = f"{inbox(scope, 'open', shape(actor))} AND t.kind = 'approval'"
    if process_type is not None:
        condition += " AND p.type = %(type)s"
    ids = f"SELECT t.id {TASKS} AND {condition} {NEWEST_FIRST} LIMIT %(limit)s"
    statement = finding(ids, are_open=True)
    return found(connection, statement, hers(actor) | {"type": process_type, "limit": limit})


@lru_cache(maxsize=256)
def page_of(scope: str, state: str, limited: Limited, rows: int, *, goes_on: bool) -> str:
    """The statement of a page. Its number of rows and state are written into it: what the planner
    knows, a plan that is kept can use.
    """
    condition = inbox(scope, state, limited)
    if goes_on:
        condition += " AND (t.opened_at, t.id) < (%(after)s, %(after_id)s)"
    first = f"{NEWEST_FIRST} LIMIT {int(rows)}"
    are_open = state == "open"
    if scope == "all" or not are_open:
        ids = f"SELECT t.id {TASKS} AND {condition} {first}"
        return finding(ids, are_open=are_open)
    # Few tasks are escalated. When a page is full without them, only the newer ones are looked at.
    escalated = f"t.opened_at >= (SELECT opened_at FROM since) AND {condition}"
    ids = f"""
        WITH by_role AS MATERIALIZED (
            SELECT t.* FROM ({newest_by("role", condition, first)}) AS t {first}
        ), since AS (
            SELECT CASE WHEN count(*) < {int(rows)} THEN '-infinity' ELSE min(t.opened_at) END
                AS opened_at FROM by_role t
        )
        SELECT t.id FROM (SELECT t.* FROM by_role t
                    UNION {newest_by("escalated_to", escalated, first)}) AS t {first}
    """
    return finding(ids, are_open=True)


def newest_by(column: str, condition: str, first: str) -> str:
    """The first of each role that she has to do with, along the index of the column.

    Between 50,000 tasks of others her own few would be found by reading them all. `OFFSET 0` keeps
    the planner from reading all processes first, which it would while there are some thousand.
    """
    return f"""
        SELECT c.opened_at, c.id FROM unnest(%(asked)s::text[]) AS a (role) CROSS JOIN LATERAL (
            SELECT t.opened_at, t.id FROM tasks t CROSS JOIN LATERAL (SELECT * FROM processes p
                WHERE p.tenant_id = t.tenant_id AND p.id = t.process_id OFFSET 0) AS p
            WHERE t.tenant_id = (SELECT current_tenant()) AND t.{column} = a.role AND {condition}
            {first}) AS c
    """


def inbox(scope: str, state: str, limited: Limited) -> str:
    """The tasks of a scope in a state; `all` leaves either out."""
    parts = {"mine": mine(limited), "team": waits_for("roles", limited[0]), "all": "true"}
    in_state = {"all": "true"} | {each: f"t.state = '{each}'" for each in STATES}
    return f"{in_state[state]} AND {parts[scope]}"


def mine(limited: Limited) -> str:
    """What waits for a person: approvals the ladder lets her decide, her own corrections.

    Without what she put off for now.
    """
    lent = [covered(number, is_limited) for number, is_limited in enumerate(limited[1:])]
    own = waits_for("roles", limited[0])
    asked = " OR ".join([own, *lent])
    one = [f"AND NOT ({each} AND {was_in_it(f'lender{n}')})" for n, each in enumerate(lent)]
    return f"""
        CASE t.kind
            WHEN 'approval' THEN ({asked}) AND {UNCLAIMED} AND NOT {was_in_it("person")}
                {" ".join(one)}
            WHEN 'correction' THEN p.created_by = %(person)s
            WHEN 'action' THEN {own}
        END
        AND NOT {PUT_OFF}
    """


def waits_for(roles: str, is_limited: bool) -> str:
    """Tasks of one of the roles, or escalated to one; and those of roles held at their branch."""
    either = f"t.role = ANY(%({roles})s) OR coalesce(t.escalated_to, '') = ANY(%({roles})s)"
    if is_limited:
        either += f"""
            OR EXISTS (SELECT FROM unnest(%(at_{roles})s::text[], %(of_{roles})s::text[])
                AS b (role, branch)
                WHERE b.branch = p.branch AND b.role IN (t.role, coalesce(t.escalated_to, '')))
        """
    return f"({either})"


def covered(lender: int, is_limited: bool) -> str:
    """Tasks that a delegation covers. No types means every type."""
    of_type = f"(%(types{lender})s::text[] = '{{}}' OR p.type = ANY(%(types{lender})s))"
    return f"({of_type} AND {waits_for(f'roles{lender}', is_limited)})"


def was_in_it(person: str) -> str:
    """Tasks whose document a person made, that she checked before, or that are about her."""
    who = f"ARRAY[%({person})s]"
    return f"(p.makers @> {who} OR p.concerned @> {who} OR {EARLIER_CHECKERS} @> {who})"


def shape(actor: Actor) -> Limited:
    """What her statement must ask: whether roles of hers, and of each lender, are of a branch."""
    return tuple(bool(each.at_branches) for each in everybody(actor))


def everybody(actor: Actor) -> tuple[RoleHolder, ...]:
    """She, and whom she stands in for."""
    return (actor, *actor.stands_in_for)


def hers(actor: Actor) -> dict[str, Any]:
    """What the conditions ask of a person and of whom she stands in for."""
    values: dict[str, Any] = {"person": actor.person, **held("roles", actor)}
    for number, each in enumerate(actor.stands_in_for):
        values |= {f"lender{number}": each.person, **held(f"roles{number}", each)}
        values |= {f"types{number}": [*each.types]}
    known = (each.roles_somewhere for each in everybody(actor))
    return values | {"asked": sorted({MAKER}.union(*known))}


def held(name: str, who: RoleHolder) -> dict[str, list[str]]:
    """The roles that count everywhere, and the others side by side with their branches."""
    limited = sorted(who.at_branches)
    return {
        name: [*who.roles],
        f"at_{name}": [role for role, _ in limited],
        f"of_{name}": [branch for _, branch in limited],
    }
