"""Who calls: the person behind a bearer token or key, with the rights she has now."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from api.bearing import shown
from api.edge import AtHand, Edge
from api.problems import Problem
from domain.access import reading
from domain.access.actor import Actor
from domain.access.reading import Area, check_reads
from domain.access.token import NO_MEANS, Means
from domain.identifiers import TENANT, written
from workflows.instructions import Speaker


@dataclass(frozen=True, slots=True)
class Caller:
    """A person in a tenant. `livemode` is false for a sandbox tenant.

    `session` is the one she signed in to; `means` go with every instruction of hers.
    """

    tenant: UUID
    livemode: bool
    actor: Actor
    session: UUID | None = None
    means: Means = NO_MEANS

    @property
    def tenant_id(self) -> str:
        """The tenant's id as people see it."""
        return tenant_written(self.tenant)

    def speaker(self, call: str) -> Speaker:
        """She as who instructs a process, under the name of a call."""
        return Speaker(self.tenant, self.actor.user, call, self.means)


@lru_cache(maxsize=1024)
def tenant_written(tenant: UUID) -> str:
    """The id as people see it; it stands in every object of a list."""
    return written(TENANT, tenant)


def caller_of(request: Request, edge: AtHand) -> Caller:
    """The caller. Refuses a token that is not ours or no longer holds, and a login that is off."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        raise Problem(
            "token_must_be_given", "Say who you are: Authorization: Bearer and your token."
        )
    bearer = shown(edge, given.strip())
    with edge.reading(bearer.tenant) as connection:
        actor, livemode = reading.caller(connection, bearer.user, bearer.means)
    return Caller(bearer.tenant, livemode, actor, bearer.session, bearer.means)


TheCaller = Annotated[Caller, Depends(caller_of)]


class Reads:
    """The caller, refused unless one of her roles reads the area."""

    def __init__(self, area: Area) -> None:
        self.area = area

    async def __call__(self, caller: TheCaller, edge: AtHand) -> Caller:
        """As a dependency."""
        allow(edge, caller, self.area)
        return caller


def allow(edge: Edge, caller: Caller, area: Area) -> None:
    """Refuse a caller none of whose roles reads the area."""
    check_reads(edge.catalog.roles, caller.actor, area)


ReadsProcesses = Annotated[Caller, Depends(Reads("processes"))]
ReadsTasks = Annotated[Caller, Depends(Reads("tasks"))]
ReadsExceptions = Annotated[Caller, Depends(Reads("exceptions"))]
ReadsLedger = Annotated[Caller, Depends(Reads("ledger"))]
ReadsPeople = Annotated[Caller, Depends(Reads("people"))]
ReadsAudit = Annotated[Caller, Depends(Reads("audit"))]
ReadsEngine = Annotated[Caller, Depends(Reads("engine"))]
