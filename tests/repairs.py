"""What two people say of a parked step, as the API would send it: part of a case at the office."""

from typing import Any
from uuid import UUID

from domain.identifiers import EXCEPTION, written
from domain.processes import assigning, proposals
from domain.processes.assigning import Assigned
from domain.processes.proposals import Proposed
from workflows.kit.messages import Assign, Confirm, Propose


class Repairs:
    """Proposals, confirmations and assignments of a case."""

    office: Any
    process: UUID
    call: Any
    send: Any
    exception: Any

    def propose(
        self, by: str, way: str, reason: str | None = "Wrong", given: Any = None
    ) -> dict[str, Any]:
        """Propose a fix, or to skip the parked step; what waits for a second person."""
        proposed = Proposed(self.exception().id, way, reason, given)
        subject = written(EXCEPTION, proposed.exception)
        instruction = self.office.signed(by, way, subject, proposals.content(proposed))
        return self.send("propose", Propose(self.call(), proposed, instruction), dict[str, Any])

    def confirm(self, by: str, seen: str) -> dict[str, Any]:
        """Confirm what is proposed, by the hash that was seen."""
        exception = self.exception().id
        subject = written(EXCEPTION, exception)
        instruction = self.office.signed(by, "confirm", subject, {"seen": seen})
        message = Confirm(self.call(), exception, seen, instruction)
        return self.send("confirm", message, dict[str, Any])

    def assign(self, by: str, reason: str = "Hers", **to: Any) -> str:
        """Give the exception to a `person` or a `role`."""
        assigned = Assigned(self.exception().id, reason, **to)
        subject = written(EXCEPTION, assigned.exception)
        instruction = self.office.signed(by, "assign", subject, assigning.content(assigned))
        return self.send("assign", Assign(self.call(), assigned, instruction), str)

    def exceptions(self) -> list[tuple[str, str | None, int]]:
        """State, way and tries of each exception it ever had."""
        rows = self.office.rows(
            "SELECT state, resolution, tries FROM exceptions WHERE process_id = :id "
            "ORDER BY opened_at, id",
            id=self.process,
        )
        return [tuple(row) for row in rows]
