"""What somebody would approve before a document, in a dry run of many: it counts for her day."""

from dataclasses import dataclass, field
from uuid import UUID

from domain.access.limit import Limit
from domain.approvals.policy import Checking


@dataclass(slots=True)
class Ahead:
    """Documents that would be approved by then, each under whoever's limits it counts."""

    documents: dict[tuple[UUID, UUID], Checking] = field(default_factory=dict)

    def note(self, task: Checking, *persons: UUID | None) -> None:
        """The task would be approved by these: the actor and whom she stands in for."""
        self.documents |= {(person, task.process): task for person in persons if person}

    def counted(self, person: UUID, limit: Limit, *, besides: UUID | None) -> int:
        """What a limit of the person counts of them, without the document at hand."""
        return sum(
            task.amount.amount
            for (whose, process), task in self.documents.items()
            if whose == person and process != besides and limit.fits(task.type, task.company)
            if task.amount is not None and task.amount.currency == limit.currency
        )
