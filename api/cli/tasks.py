"""Commands about tasks: the inbox, and the decision."""

from enum import StrEnum
from typing import Annotated, Final

import typer

from api.cli import pictures
from api.cli.command import command
from api.cli.processes import Key, Reason
from api.cli.session import Session, new_key, query

PANEL: Final = "Tasks and exceptions"

app = typer.Typer()

Task = Annotated[str, typer.Argument(metavar="TASK", help="tsk_…, see 'kontor tasks'.")]
Seen = Annotated[
    str | None,
    typer.Option(
        metavar="HASH",
        help="subject_hash of what you looked at. [default: as the task is now]",
        show_default=False,
    ),
]


class Scope(StrEnum):
    """Whose tasks."""

    MINE = "mine"
    TEAM = "team"
    ALL = "all"


class State(StrEnum):
    """Which tasks."""

    OPEN = "open"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    ALL = "all"


@command(app, "tasks", panel=PANEL)
def tasks(
    session: Session,
    *,
    scope: Annotated[Scope, typer.Option(help="Whose.")] = Scope.MINE,
    state: Annotated[State, typer.Option(help="Which.")] = State.OPEN,
) -> None:
    """What waits for you."""
    body = session.client.get("/v1/tasks", scope=scope.value, state=state.value).body
    session.terminal.show(body, lambda: pictures.tasks(session.terminal, body["data"]))


@command(app, "approve", panel=PANEL)
def approve(
    session: Session,
    task: Task,
    *,
    reason: Annotated[str | None, typer.Option(help="A remark.")] = None,
    seen: Seen = None,
    key: Key = None,
) -> None:
    """Approve."""
    decide(session, task, "approve", reason=reason, seen=seen, key=key)


@command(app, "reject", panel=PANEL)
def reject(
    session: Session, task: Task, *, reason: Reason, seen: Seen = None, key: Key = None
) -> None:
    """Reject; the process ends without effect."""
    decide(session, task, "reject", reason=reason, seen=seen, key=key)


@command(app, "send-back", panel=PANEL)
def send_back(
    session: Session, task: Task, *, reason: Reason, seen: Seen = None, key: Key = None
) -> None:
    """Send back to the maker for correction."""
    decide(session, task, "send-back", reason=reason, seen=seen, key=key)


def decide(
    session: Session, task: str, verb: str, *, reason: str | None, seen: str | None, key: str | None
) -> None:
    """Decide on what was seen; without a hash on the task as the API shows it now."""
    match = f'"{seen}"' if seen else session.client.get(f"/v1/tasks/{task}").headers["etag"]
    body = session.client.post(
        f"/v1/tasks/{task}/{verb}",
        dict(query(reason=reason)),
        key=new_key(key),
        headers={"If-Match": match},
    ).body
    session.terminal.show(body, lambda: pictures.thing(session.terminal, body))
