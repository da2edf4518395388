"""Definitions over the wire: types as they are in force, drafts, versions, what differs."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from api.caller import Caller
from api.shapes.base import Person, Resource, Time, person
from domain.definitions.difference import Difference
from domain.definitions.mistakes import Located
from domain.definitions.model import Definition
from domain.identifiers import PROCESS, written
from domain.versions.drafts import DRAFT, Draft, Taking
from domain.versions.simulation import Outcome, Simulation
from domain.versions.versions import VERSION, Version


class MistakeBody(BaseModel):
    """What is wrong in a source, where, and what to do."""

    line: int
    column: int
    what: str
    cure: str


class DefinitionSummary(BaseModel):
    """What new processes of a type start with: what is shipped, or the tenant's own `version`."""

    type: str
    title: str
    definition: str
    shipped: str | None
    version: str | None
    number: int | None


class Definitions(BaseModel):
    """Every type."""

    data: list[DefinitionSummary]


class DefinitionBody(DefinitionSummary):
    """One type, with the text that a draft may begin from."""

    source: str


class DraftSummary(Resource):
    """A draft in a list. `definition` is null while the source has mistakes.

    `follows` is the tenant's newest version when it was begun; null when that was what is shipped.
    """

    id: str
    type: str
    definition: str | None
    state: str
    process: str | None
    follows: str | None
    revision: int
    made_by: Person
    created_at: Time
    updated_at: Time


class DraftBody(DraftSummary):
    """A draft with its text and everything that is wrong with it."""

    source: str
    mistakes: list[MistakeBody]


class WouldDraft(BaseModel):
    """What a text would mean as a draft, or what is wrong with it."""

    would: dict[str, Any]
    mistakes: list[MistakeBody]


class VersionSummary(Resource):
    """A version that was approved: active, scheduled, superseded or rolled_back."""

    id: str
    type: str
    number: int
    definition: str
    state: str
    active_from: date
    made_by: Person
    approved_by: Person
    process: str
    activated_at: Time
    rolled_back_at: Time | None
    rolled_back_by: str | None


class VersionBody(VersionSummary):
    """A version with its source as it was written."""

    source: str


class Versions(BaseModel):
    """Versions by type, the newest of each first."""

    data: list[VersionSummary]


class DifferenceBody(BaseModel):
    """One key that was added, removed, changed or reordered."""

    part: str
    path: str
    kind: str
    before: Any
    after: Any


class DiffBody(BaseModel):
    """What a draft changes. `before` is null for a type that is new."""

    draft: str
    type: str
    before: str | None
    after: str
    changes: list[DifferenceBody]


class OutcomeBody(BaseModel):
    """What a definition makes of a document. `refused` is the code of the rule that says no."""

    refused: str | None
    message: str | None
    approvers: list[str]
    postings: list[str]


class TriedBody(BaseModel):
    """A process with which it would go otherwise."""

    process: str
    reference: str
    is_closed: bool
    then: OutcomeBody
    now: OutcomeBody


class SimulationBody(BaseModel):
    """What a draft would make of the running processes of its type and of the last completed."""

    draft: str
    type: str
    definition: str
    counts: dict[str, int]
    differences: list[TriedBody]


def mistake(found: Located) -> MistakeBody:
    """A mistake as it goes over the wire."""
    return MistakeBody(line=found.line, column=found.column, what=found.what, cure=found.cure)


def definition(
    found: Definition, shipped: Definition | None, version: Version | None
) -> DefinitionSummary:
    """A type as a list shows it."""
    return DefinitionSummary(
        type=found.process,
        title=found.title,
        definition=found.hash,
        shipped=shipped.hash if shipped else None,
        version=written(VERSION, version.id) if version else None,
        number=version.number if version else None,
    )


def draft_summary(caller: Caller, found: Draft, taken: Taking | None) -> DraftSummary:
    """A draft as a list shows it."""
    return DraftSummary(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(DRAFT, found.id),
        type=found.type,
        definition=found.hash,
        state=taken.state if taken else "draft",
        process=written(PROCESS, taken.process) if taken else None,
        follows=written(VERSION, found.follows) if found.follows else None,
        revision=found.revision,
        made_by=person(found.maker, found.maker_name),
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


def draft(
    caller: Caller, found: Draft, taken: Taking | None, mistakes: Sequence[Located]
) -> DraftBody:
    """A draft with everything."""
    return DraftBody(
        **draft_summary(caller, found, taken).model_dump(),
        source=found.source,
        mistakes=[mistake(each) for each in mistakes],
    )


def version_summary(caller: Caller, found: Version) -> VersionSummary:
    """A version as a list shows it."""
    return VersionSummary(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(VERSION, found.id),
        type=found.type,
        number=found.number,
        definition=found.hash,
        state=found.state,
        active_from=found.active_from,
        made_by=person(found.maker, found.maker_name),
        approved_by=person(found.approver, found.approver_name),
        process=written(PROCESS, found.process),
        activated_at=found.activated_at,
        rolled_back_at=found.rolled_back_at,
        rolled_back_by=written(PROCESS, found.rolled_back_by) if found.rolled_back_by else None,
    )


def version(caller: Caller, found: Version) -> VersionBody:
    """A version with its source."""
    return VersionBody(**version_summary(caller, found).model_dump(), source=found.source)


def difference(found: Difference) -> DifferenceBody:
    """A difference as it goes over the wire."""
    return DifferenceBody(
        part=found.part, path=found.path, kind=found.kind, before=found.before, after=found.after
    )


def simulation(found: Simulation, *, draft: str, definition: Definition) -> SimulationBody:
    """The figures, and each process with which it would go otherwise."""
    return SimulationBody(
        draft=draft,
        type=definition.process,
        definition=definition.hash,
        counts=dict(found.counts),
        differences=[
            TriedBody(
                process=written(PROCESS, each.process),
                reference=each.reference,
                is_closed=each.is_closed,
                then=outcome(each.then),
                now=outcome(each.now),
            )
            for each in found.tried
            if each.differs
        ],
    )


def outcome(found: Outcome) -> OutcomeBody:
    """What a definition makes of a document, as it goes over the wire."""
    return OutcomeBody(
        refused=found.refused,
        message=found.message,
        approvers=list(found.approvers),
        postings=list(found.postings),
    )
