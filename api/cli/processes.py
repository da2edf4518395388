"""Commands about processes: start, look, follow, correct, act, cancel."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli import pictures
from api.cli.command import command
from api.cli.session import Session, Usage, new_key, query
from api.cli.wording import ENDED, addressed

PANEL: Final = "Processes"
POLL_SECONDS: Final = 1.0

app = typer.Typer()

Key = Annotated[
    str | None,
    typer.Option(metavar="KEY", help="Idempotency key; the same key never does it twice."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")]
Id = Annotated[str, typer.Argument(metavar="PROCESS", help="prc_…, BILL-… or PI/…")]
Reason = Annotated[str, typer.Option(help="Why; it is kept as evidence.")]


@command(app, "types", panel=PANEL)
def types(session: Session) -> None:
    """What kinds of process there are."""
    body = session.client.get("/v1/process-types").body
    session.terminal.show(body, lambda: pictures.types(session.terminal, body["data"]))


@command(app, "start", panel=PANEL)
def start(
    session: Session,
    type: Annotated[str, typer.Argument(metavar="TYPE", help="See 'kontor types'.")],
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE|-]", help="The input as JSON; - reads it.")
    ] = None,
    *,
    example: Annotated[
        bool, typer.Option("--example", help="Print an input to begin with; start nothing.")
    ] = False,
    key: Key = None,
    dry_run: DryRun = False,
    external_ref: Annotated[
        str | None, typer.Option(metavar="REF", help="Your own reference, unique for ever.")
    ] = None,
) -> None:
    """Start a process. 'kontor start TYPE --example > input.json' makes an input to change."""
    if example:
        session.terminal.write_json(session.client.get(f"/v1/process-types/{type}").body["example"])
        return
    body = {"type": type, "input": read_input(file), **query(external_ref=external_ref)}
    wanted = {"dry_run": "true"} if dry_run else {}
    answer = session.client.post("/v1/processes", body, key=new_key(key), query=wanted)
    if dry_run:
        session.terminal.show(answer.body, lambda: pictures.would(session.terminal, answer.body))
        return
    if "idempotent-replayed" in answer.headers:
        session.terminal.note("Started before under this key; this is that process.")
    show(session, answer.body)


@command(app, "get", panel=PANEL)
def get(
    session: Session,
    id: Annotated[str, typer.Argument(metavar="ID", help="prc_…, tsk_…, exc_…, jrn_…, BILL-…")],
    *,
    steps: Annotated[bool, typer.Option("--steps", help="What happened, step by step.")] = False,
) -> None:
    """Show a process, a task, an exception or a journal entry."""
    places = {"tsk_": "tasks", "exc_": "exceptions", "jrn_": "ledger/entries"}
    place = places.get(id[:4], "processes")
    body = session.client.get(f"/v1/{place}/{addressed(id)}").body
    if place == "ledger/entries":
        session.terminal.show(body, lambda: pictures.entry(session.terminal, body))
        return
    if place != "processes":
        session.terminal.show(body, lambda: pictures.thing(session.terminal, body))
        return
    if not steps:
        show(session, body)
        return
    done = session.client.get(f"/v1/processes/{body['id']}/steps").body
    session.terminal.show(
        {**body, "steps": done["data"]},
        lambda: pictures.story(session.terminal, body, done["data"]),
    )


@command(app, "list", panel=PANEL)
def list_(
    session: Session,
    *,
    status: Annotated[str | None, typer.Option(help="running, waiting, exception, …")] = None,
    type: Annotated[str | None, typer.Option(help="A process type.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 20,
) -> None:
    """The processes, newest first."""
    given = query(status=status, type=type, limit=str(limit))
    body = session.client.get("/v1/processes", **given).body
    session.terminal.show(body, lambda: pictures.processes(session.terminal, body["data"]))


@command(app, "amend", panel=PANEL)
def amend(
    session: Session,
    process: Id,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The whole input, corrected.")],
    *,
    key: Key = None,
) -> None:
    """Correct a process that was sent back."""
    path = f"/v1/processes/{known(session, process)}/amend"
    show(session, session.client.post(path, {"input": read_input(file)}, key=new_key(key)).body)


@command(app, "act", panel=PANEL)
def act(
    session: Session,
    process: Id,
    action: Annotated[str, typer.Argument(metavar="ACTION", help="Such as pay_now.")],
    *,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    file: Annotated[
        str | None,
        typer.Option("--input", metavar="FILE|-", help="The whole document, for one that edits."),
    ] = None,
    key: Key = None,
) -> None:
    """Take an action, such as pay_now."""
    path = f"/v1/processes/{known(session, process)}/actions/{action}"
    asked = dict(query(reason=reason)) | ({"input": read_input(file)} if file else {})
    show(session, session.client.post(path, asked, key=new_key(key)).body)


@command(app, "cancel", panel=PANEL)
def cancel(
    session: Session,
    id: Annotated[str, typer.Argument(metavar="PROCESS", help="A process, or an exception exc_….")],
    *,
    reason: Reason,
    reverse: Annotated[
        bool, typer.Option("--reverse", help="Undo what was posted, by a reversal.")
    ] = False,
    key: Key = None,
) -> None:
    """Cancel a process or an exception. What was posted is undone by a reversal."""
    if id.startswith("exc_"):
        path = f"/v1/exceptions/{id}/cancel"
        body = session.client.post(path, {"reason": reason}, key=new_key(key)).body
        session.terminal.show(body, lambda: pictures.thing(session.terminal, body))
        return
    path = f"/v1/processes/{known(session, id)}/cancel"
    asked = {"reason": reason, "reverse": reverse}
    show(session, session.client.post(path, asked, key=new_key(key)).body)


@command(app, "watch", panel=PANEL)
def watch(
    session: Session,
    id: Annotated[
        str | None, typer.Argument(metavar="[PROCESS]", help="One process; else the newest.")
    ] = None,
) -> None:
    """Follow a process until it ends. Without one: the newest, until Ctrl-C."""
    from api.cli.watching import follow, follow_all

    if id is None:
        follow_all(session, every=POLL_SECONDS)
    else:
        follow(session, known(session, id), every=POLL_SECONDS, until=ENDED)


def show(session: Session, process: dict[str, Any]) -> None:
    """A process."""
    session.terminal.show(process, lambda: pictures.process(session.terminal, process))


def known(session: Session, id: str) -> str:
    """The prc_ id behind whatever names the process."""
    if id.startswith("prc_"):
        return id
    return str(session.client.get(f"/v1/processes/{addressed(id)}").body["id"])


def read_input(file: str | None) -> Any:
    """The JSON of a file or of standard input. Raises Usage when it is none."""
    if file is None:
        raise Usage("Name the file with the input, or - to read it; --example prints one.")
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
        return json.loads(text)
    except OSError as error:
        raise Usage(f"{file} cannot be read ({error.strerror}).") from None
    except ValueError as error:
        raise Usage(f"{file} is not JSON: {error}.") from None
