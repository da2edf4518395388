"""What a case knows of the processes that it started: part of a case at the office."""

import contextlib
import time
from dataclasses import replace
from typing import Any
from uuid import UUID

from temporalio.service import RPCError

from domain.processes.arriving import Arrival
from domain.processes.opening import Opened

PATIENCE = 30
CHILD = """
    SELECT id, type, workflow_id, reference, subject, stage FROM processes
    WHERE parent_id = :id AND child_name = :name AND child_item = :item AND closed_at IS NULL
"""


class Families:
    """The document of a case, and the cases that it started."""

    office: Any
    process: UUID

    @property
    def document(self) -> dict[str, Any]:
        """What it is about, as it stands."""
        asked = "SELECT content FROM documents WHERE process_id = :id"
        return dict(self.office.rows(asked, id=self.process)[0].content)

    def child(self, name: str, item: int = 1) -> Any:
        """The open process that this one started under a name, for a row, once it runs."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for row in self.office.rows(CHILD, id=self.process, name=name, item=item):
                handle = self.office.temporal.get_workflow_handle(row.workflow_id)
                with contextlib.suppress(RPCError):
                    self.office.loop.run(handle.describe())
                    opened = Opened(row.reference, row.subject, Arrival(row.stage))
                    office = replace(self.office, type=row.type)
                    return type(self)(office, row.id, handle, opened)  # type: ignore[call-arg]
            time.sleep(0.05)
        raise AssertionError(f"{self.process} started no {name} {item}.")
