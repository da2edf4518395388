"""A process comes to rest without a further effect."""

from domain.definitions.model import Definition
from domain.processes.effect import Done
from domain.processes.record import arrive


def end(definition: Definition, *, stage: str, reason: str) -> Done[str]:
    """Move to an ending stage. Open tasks are withdrawn, unique keys given back."""
    title = definition.stages[stage].title
    return Done(
        stage,
        title=f"{title}: {reason}",
        event=f"process.{stage}",
        move=arrive(definition, stage, reason=reason),
        outputs={"stage": stage},
    )
