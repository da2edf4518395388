"""A comment over the wire."""

from api.caller import Caller
from api.shapes.base import Person, Resource, Time, person
from domain.identifiers import COMMENT, PROCESS, TASK, written
from domain.processes.comments import Comment


class CommentBody(Resource):
    """What somebody said at a process, or at one of its tasks."""

    id: str
    process: str
    task: str | None
    by: Person
    at: Time
    text: str


def comment(caller: Caller, found: Comment) -> CommentBody:
    """A comment as it goes over the wire."""
    return CommentBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(COMMENT, found.id),
        process=written(PROCESS, found.process),
        task=written(TASK, found.task) if found.task else None,
        by=person(found.person, found.name),
        at=found.at,
        text=found.words,
    )
