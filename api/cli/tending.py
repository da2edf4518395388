"""Commands that leave a task or process waiting: claim, put off, comment, attach, escalate."""

import mimetypes
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli import pictures
from api.cli.command import command
from api.cli.processes import Id, Key, Reason, known, show
from api.cli.session import Session, Usage, new_key, query
from api.cli.tasks import PANEL, Task

app = typer.Typer()

UNKNOWN_KIND: Final = "application/octet-stream"


@command(app, "claim", panel=PANEL)
def claim(session: Session, task: Task, *, key: Key = None) -> None:
    """Have a task to yourself for some hours; until then nobody else decides it."""
    tend(session, f"/v1/tasks/{task}/claim", {}, key=key)


@command(app, "release", panel=PANEL)
def release(session: Session, task: Task, *, key: Key = None) -> None:
    """Let the others have a claimed task again."""
    tend(session, f"/v1/tasks/{task}/release", {}, key=key)


@command(app, "snooze", panel=PANEL)
def snooze(
    session: Session,
    task: Task,
    until: Annotated[
        str, typer.Argument(metavar="UNTIL", help="Such as 2026-07-16T10:00:00+05:30.")
    ],
    *,
    key: Key = None,
) -> None:
    """Hide a task from your own inbox until a time."""
    tend(session, f"/v1/tasks/{task}/snooze", {"until": until}, key=key)


@command(app, "escalate", panel=PANEL)
def escalate(session: Session, task: Task, *, reason: Reason, key: Key = None) -> None:
    """Ask at once whom the deadline would have asked."""
    tend(session, f"/v1/tasks/{task}/escalate", {"reason": reason}, key=key)


@command(app, "comment", panel=PANEL)
def comment(
    session: Session,
    id: Annotated[str, typer.Argument(metavar="TASK|PROCESS", help="tsk_…, prc_… or BILL-….")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What you say.")],
    *,
    key: Key = None,
) -> None:
    """Say something at a task or a process."""
    is_task = id.startswith("tsk_")
    path = f"/v1/tasks/{id}/comment" if is_task else f"/v1/processes/{known(session, id)}/comments"
    tend(session, path, {"text": text}, key=key)


@command(app, "attach", panel=PANEL)
def attach(
    session: Session,
    process: Id,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A PDF, a picture, a sheet.")],
    *,
    title: Annotated[str | None, typer.Option(help="What it is called there.")] = None,
    key: Key = None,
) -> None:
    """Attach a file to a process."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Usage(f"{file} cannot be read ({error.strerror}).") from None
    kind = mimetypes.guess_type(file.name)[0] or UNKNOWN_KIND
    once = new_key(key)
    sent = session.client.upload(
        "/v1/uploads", content, kind, file=str(file), name=file.name, key=f"{once}.upload"
    )
    body = {"upload": sent.body["id"], **query(title=title)}
    tend(session, f"/v1/processes/{known(session, process)}/documents", body, key=once)


@command(app, "withdraw", panel=PANEL)
def withdraw(
    session: Session,
    process: Id,
    *,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    key: Key = None,
) -> None:
    """Take back what you entered yourself, while nothing is posted."""
    path = f"/v1/processes/{known(session, process)}/withdraw"
    show(session, session.client.post(path, dict(query(reason=reason)), key=new_key(key)).body)


def tend(session: Session, path: str, body: dict[str, Any], *, key: str | None) -> None:
    """Ask for it, and show what there is then."""
    answer = session.client.post(path, body, key=new_key(key)).body
    session.terminal.show(answer, lambda: pictures.thing(session.terminal, answer))
