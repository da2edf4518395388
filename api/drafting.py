"""Drafts of definitions: begun, changed, looked at. What the edge keeps, proven by the loader.

A draft may be kept with mistakes, which its answer lists; it is not compared, simulated or
submitted until there are none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import StringConstraints
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.answers import answered, quoted, unquoted
from api.bodies import Given
from api.caller import Caller
from api.edge import Edge
from api.once import Once
from api.problems import FieldProblem, Problem, addressed
from api.shapes.definition import DraftBody, difference, draft
from domain.access.idempotency import Entry
from domain.definitions.difference import Difference, differences
from domain.definitions.mistakes import Located
from domain.definitions.model import Definition
from domain.identifiers import written
from domain.processes import opening
from domain.processes.differences import Change
from domain.versions import drafts, proving, versions
from domain.versions.drafts import Draft, NewDraft, Taking
from domain.versions.versions import VERSION

Source = Annotated[str, StringConstraints(min_length=1, max_length=100_000, pattern=r"^[^\x00]*$")]
TypeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=63)]
CHANGE = "definition_change"


class DraftGiven(Given):
    """A definition as it is written in a file, and the type that it is of."""

    type: TypeName
    source: Source


class SourceGiven(Given):
    """The text of a draft, whole."""

    source: Source


@dataclass(frozen=True, slots=True)
class Kept:
    """A text as it is to be kept: what it means, or its mistakes; and what it follows."""

    definition: Definition | None
    mistakes: Sequence[Located]
    follows: UUID | None

    @property
    def hash(self) -> str | None:
        """The hash of what it means."""
        return self.definition.hash if self.definition else None


def examined(edge: Edge, connection: Connection, process_type: str, source: str) -> Kept:
    """A text held against every rule, among the types of the tenant."""
    found = proving.proven(process_type, source, edge.types(connection))
    last = versions.newest(connection, process_type)
    follows = last.id if last else None
    if isinstance(found, Definition):
        return Kept(found, (), follows)
    return Kept(None, found, follows)


def holding(edge: Edge, connection: Connection, found: Draft) -> Definition:
    """What a draft means. Refuses one that has mistakes, with all of them."""
    kept = examined(edge, connection, found.type, found.source)
    if kept.definition is None:
        said = [f"{e.line}:{e.column} {e.what}. {e.cure}." for e in kept.mistakes]
        errors = [FieldProblem("/source", "definition_must_hold", each) for each in said]
        detail = f"{found.written_id} has {len(said)} mistake(s). The first: {said[0]}"
        raise Problem("definition_must_hold", detail, errors=errors)
    return kept.definition


def compared(
    edge: Edge, connection: Connection, found: Draft
) -> tuple[Definition | None, Definition, list[Difference]]:
    """What a draft follows, what it means, and how they differ. Nothing comes before a new type."""
    after = holding(edge, connection, found)
    if found.follows is not None:
        earlier = versions.get(connection, written(VERSION, found.follows))
        before: Definition | None = edge.definition(connection, earlier.hash)
    else:
        before = edge.catalog.definitions.get(found.type)
    return before, after, differences(before, after)


def changes(edge: Edge, connection: Connection, id: str) -> list[Change]:
    """How a draft differs, as whoever decides on it is shown what changed."""
    found = compared(edge, connection, draft_record(connection, id))
    return [Change(each.path, each.before, each.after) for each in found[2]]


def draft_record(connection: Connection, id: str) -> Draft:
    """The draft that a path names."""
    with addressed("draft"):
        return drafts.get(connection, id)


def tag(found: Draft, taken: Taking | None) -> str:
    """What changes with every change of a draft, and when it is submitted."""
    return f"{found.revision}.{taken.state if taken else 'draft'}"


def draft_body(edge: Edge, connection: Connection, caller: Caller, found: Draft) -> DraftBody:
    """A draft with all that is wrong with it."""
    kept = examined(edge, connection, found.type, found.source)
    return draft(caller, found, drafts.taken_by(connection, found), kept.mistakes)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Somebody begins a draft."""

    edge: Edge
    caller: Caller
    body: DraftGiven

    def check(self, again: bool) -> Kept:
        """Whether she may, and what her text means."""
        opening.check_start(self.edge.catalog.get(CHANGE), self.caller.actor)
        with self.edge.reading(self.caller.tenant) as connection:
            return examined(self.edge, connection, self.body.type, self.body.source)

    async def perform(self, kept: Kept, entry: Entry) -> Response:
        """Keep it under the id that all calls under the key agree on."""
        return await run_in_threadpool(self.begin, kept, entry.subject)

    def begin(self, kept: Kept, id: UUID) -> Response:
        """201 with the draft."""
        tenant, person = self.caller.tenant, self.caller.actor.person
        new = NewDraft(
            tenant, id, self.body.type, self.body.source, kept.hash, kept.follows, person
        )
        with self.edge.keeping(tenant) as connection:
            drafts.begin(connection, new)
        return shown(self.edge, self.caller, new.written_id, status=201)


async def begin(edge: Edge, caller: Caller, request: Request, body: DraftGiven) -> Response:
    """Begin a draft once under the caller's key."""
    beginning = Beginning(edge, caller, body)
    asked: Any = {"draft": body.model_dump()}
    return await Once(edge, caller, asked, beginning.check, beginning.perform).answer(request)


def shown(edge: Edge, caller: Caller, id: str, *, status: int = 200) -> Response:
    """The draft as it now stands."""
    with edge.reading(caller.tenant) as connection:
        found = draft_record(connection, id)
        body = draft_body(edge, connection, caller, found)
        entity = quoted(tag(found, drafts.taken_by(connection, found)))
    headers = {"ETag": entity, "Location": f"/v1/config/definitions/drafts/{id}"}
    return answered(body, status, headers)


@dataclass(frozen=True, slots=True)
class Changing:
    """Somebody puts another text in a draft's place. `seen` is the tag of what she looked at."""

    edge: Edge
    caller: Caller
    id: str
    source: str
    seen: str

    def check(self) -> tuple[Draft, Kept]:
        """The draft that she may change, and what her text means. Refuses a stale one."""
        with self.edge.reading(self.caller.tenant) as connection:
            found = draft_record(connection, self.id)
            kept = examined(self.edge, connection, found.type, self.source)
            drafts.check_maker(found, self.caller.actor.person)
            drafts.check_free(connection, found)
            if self.seen != tag(found, None):
                raise changed(self.edge, connection, found, kept.definition)
        return found, kept

    def perform(self) -> Response:
        """The draft as it now stands, changed if it was still the one that she looked at."""
        found, kept = self.check()
        tenant = self.caller.tenant
        with self.edge.keeping(tenant) as connection:
            done = drafts.change(connection, tenant, found, source=self.source, hash=kept.hash)
        if not done:
            self.check()
        return shown(self.edge, self.caller, self.id)


def seen_of(request: Request) -> str:
    """The tag of what the caller looked at."""
    given = request.headers.get("if-match")
    if given is None:
        raise Problem(
            "if_match_missing",
            "Send If-Match with the draft's ETag, so that you change what you saw.",
        )
    return unquoted(given)


def changed(edge: Edge, connection: Connection, found: Draft, yours: Definition | None) -> Problem:
    """Somebody changed the draft in the meantime: what it is now, and how yours differs."""
    theirs = proving.proven(found.type, found.source, edge.types(connection))
    differing = differences(theirs, yours) if isinstance(theirs, Definition) and yours else []
    return Problem(
        "draft_changed",
        f"{found.written_id} is at revision {found.revision} now. Look at it again.",
        more={
            "current": tag(found, None),
            "changes": [difference(each).model_dump() for each in differing],
        },
    )
