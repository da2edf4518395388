"""A process comes to rest without a further effect."""

from domain.definitions.model import Definition
from domain.processes.arriving import Arrival
from domain.processes.effect import Done
from domain.processes.record import move_to


def end(definition: Definition, *, stage: str, reason: str) -> Done[Arrival]:
    """Move to an ending stage. Open tasks are withdrawn, unique keys given back."""
    title = definition.stages[stage].title
    return Done(
        Arrival(stage),
        title=f"{title}: {reason}",
        event=f"process.{stage}",
        move=move_to(definition, stage, reason=reason),
        outputs={"stage": stage},
    )
