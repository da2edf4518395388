"""What the API says to a process: how it starts, and the updates it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from activities.desk import Instruction
from domain.approvals.deciding import Choice, Decision
from domain.approvals.tending import Wish
from domain.processes.action import Asked
from domain.processes.assigning import Assigned
from domain.processes.exceptions import Choice as Way
from domain.processes.exceptions import Resolved
from domain.processes.proposals import Confirmed, Proposed, Waiting
from domain.processes.said import Said


@dataclass(frozen=True, slots=True)
class StartProcess:
    """A process of one tenant and company about an input, entered by whoever the API signed for.

    One with a `parent` was opened by it: input and maker stand in the record.
    """

    tenant: UUID
    process: UUID
    company: UUID
    definition_hash: str
    input: Mapping[str, Any]
    instruction: Instruction
    request_hash: str
    external_ref: str | None = None
    release: int = 1
    parent: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decide:
    """A decision on a task. `call` names the caller's request, so that a repeat is the same."""

    call: str
    choice: Choice
    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Act:
    """An action on the process: amend, cancel, reverse, pay now, whatever the definition names."""

    call: str
    asked: Asked
    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Tend:
    """What leaves the process where it stands: a claim, a comment, a file."""

    call: str
    wish: Wish
    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Repair:
    """A way out of an exception: retry or cancel."""

    call: str
    exception: UUID
    resolution: str
    reason: str | None
    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Propose:
    """A fix, or that a parked step is left out: another person has to confirm it."""

    call: str
    proposed: Proposed
    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Confirm:
    """What is proposed for an exception, as it was seen, is to be done."""

    call: str
    exception: UUID
    seen: str
    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Assign:
    """Somebody is to look after an exception."""

    call: str
    assigned: Assigned
    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The parent was led away: the record says by whom. `call` names the parent."""

    call: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Bulk work is to begin no further item."""

    call: str
    reason: str | None
    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Told:
    """The update by which a process is told something, and the shape of its answer."""

    name: str
    message: Any
    answer: type[Any]


def told(call: str, said: Said, instruction: Instruction) -> Told:
    """What is said of a task or of a parked step, as the process takes it."""
    match said:
        case Choice():
            return Told("decide", Decide(call, said, instruction), Decision)
        case Way(exception, way, reason):
            return Told("repair", Repair(call, exception, way, reason, instruction), Resolved)
        case Proposed():
            return Told("propose", Propose(call, said, instruction), Waiting)
        case Confirmed(exception, seen):
            return Told("confirm", Confirm(call, exception, seen, instruction), Resolved)
        case Assigned():
            return Told("assign", Assign(call, said, instruction), str)
