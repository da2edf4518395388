"""Masters on the wire: as they stand, as they were, and as somebody asks them to be."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from api.bodies import Given
from api.caller import Caller
from api.shapes.base import Person, Resource, Time, person
from domain.identifiers import PROCESS, written
from domain.masters.reading import Master, MasterVersion, Named

# Who does not make or check such masters sees no more than tells them apart.
SECRET = ("bank_account", "pan")
SHOWN = 4


class MasterBody(Resource):
    """A customer, vendor, employee, product or branch as it stands."""

    kind: str
    code: str
    version: int
    active: bool
    known: dict[str, str] = Field(description="Name, GSTIN and what else its kind has.")
    links: dict[str, str]


class VersionBody(BaseModel):
    """What it was from a moment on. Nobody made what was there before masters had versions."""

    version: int
    content: dict[str, Any]
    effective_at: Time
    made_by: Person | None
    checked_by: Person | None
    process: str | None


class MasterWithVersions(MasterBody):
    """A master with everything it was, the last version first."""

    versions: list[VersionBody]


class AskedBody(Given):
    """What a master is to be. A change says what differs; null takes away what was known."""

    reason: str
    name: str | None = None
    gstin: str | None = None
    pan: str | None = None
    bank_account: str | None = None
    bank_ifsc: str | None = None
    nature: str | None = None
    unit: str | None = None
    hsn: str | None = None
    distinct_from: list[str] = Field(default=[], description="Codes of those that only look alike.")
    company: str | None = None

    @property
    def said(self) -> dict[str, str | None]:
        """What is said of the master itself."""
        besides = {"reason", "distinct_from", "company", "code", "active"}
        return self.model_dump(exclude_unset=True, exclude=besides)

    @property
    def beside(self) -> dict[str, Any]:
        """What is said beside it, as the document of the process has it."""
        distinct = [{"code": code} for code in self.distinct_from]
        return {"reason": self.reason, **({"distinct_from": distinct} if distinct else {})}


class NewMasterBody(AskedBody):
    """A master that is to be added."""

    code: str


class ChangeBody(AskedBody):
    """A change. `active` is asked for by itself, and so is a bank account with its IFSC."""

    active: bool | None = None


def master(caller: Caller, found: Master, *, is_whole: bool) -> dict[str, Any]:
    """The members of a master; numbers that steal money are shown whole to few."""
    return {
        "tenant": caller.tenant_id,
        "livemode": caller.livemode,
        "kind": found.kind.name,
        "code": found.code,
        "version": found.version,
        "active": found.is_active,
        "known": masked(found.known, is_whole=is_whole),
        "links": {"self": f"/v1/masters/{found.kind.name}/{found.code}"},
    }


def version(found: MasterVersion, *, is_whole: bool) -> VersionBody:
    """One version."""
    return VersionBody(
        version=found.version,
        content=masked(found.content, is_whole=is_whole),
        effective_at=found.effective_at,
        made_by=somebody(found.made_by),
        checked_by=somebody(found.checked_by),
        process=written(PROCESS, found.process) if found.process else None,
    )


def somebody(found: Named | None) -> Person | None:
    """A human, where one is known."""
    return person(found.id, found.name) if found else None


def masked(known: Mapping[str, Any], *, is_whole: bool) -> dict[str, Any]:
    """What is known, of secret numbers only the end."""
    return {
        name: f"…{value[-SHOWN:]}" if name in SECRET and not is_whole else value
        for name, value in known.items()
    }
