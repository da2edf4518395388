"""Commands about exceptions: look, group, retry, fix, skip, confirm, assign."""

from typing import Annotated, Any, Final

import typer

from api.cli import pictures
from api.cli.command import command
from api.cli.processes import DryRun, Key, Reason, read_input
from api.cli.session import Session, Usage, new_key, query

PANEL: Final = "Tasks and exceptions"

app = typer.Typer()

Exception_ = Annotated[str, typer.Argument(metavar="EXCEPTION", help="exc_…, see exceptions.")]


@command(app, "exceptions", panel=PANEL)
def exceptions(
    session: Session,
    *,
    state: Annotated[str, typer.Option(help="open, retrying, resolved or all.")] = "open",
    cause: Annotated[str | None, typer.Option(help="Such as period_locked.")] = None,
    step: Annotated[str | None, typer.Option(help="Such as pay_party.")] = None,
    type: Annotated[str | None, typer.Option(help="A process type.")] = None,
    assigned_to: Annotated[
        str | None, typer.Option(metavar="WHO", help="me, a person's per_… or a role.")
    ] = None,
    group_by: Annotated[
        str | None, typer.Option(metavar="WHAT", help="cause, type or step: counts and totals.")
    ] = None,
) -> None:
    """Steps that stand still until a person helps, or groups of them."""
    wanted = dict(
        query(cause=cause, step=step, type=type, assigned_to=assigned_to, group_by=group_by)
    )
    wanted |= {} if state == "all" else {"state": state}
    body = session.client.get("/v1/exceptions", **wanted).body
    draw = pictures.groups if group_by else pictures.exceptions
    session.terminal.show(body, lambda: draw(session.terminal, body["data"]))


@command(app, "retry", panel=PANEL)
def retry(
    session: Session,
    exception: Exception_,
    *,
    reason: Annotated[str | None, typer.Option(help="What was mended.")] = None,
    key: Key = None,
    dry_run: DryRun = False,
) -> None:
    """Try a parked step again. A partner is asked first; nothing is done twice."""
    say(session, exception, "retry", query(reason=reason), key=key, dry_run=dry_run)


@command(app, "fix", panel=PANEL)
def fix(
    session: Session,
    exception: Exception_,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The whole input, corrected.")],
    *,
    reason: Reason,
    key: Key = None,
    dry_run: DryRun = False,
) -> None:
    """Propose a corrected document; another person confirms it, then the step is tried."""
    body = {"input": read_input(file), "reason": reason}
    say(session, exception, "fix", body, key=key, dry_run=dry_run)


@command(app, "skip", panel=PANEL)
def skip(
    session: Session,
    exception: Exception_,
    *,
    reason: Reason,
    key: Key = None,
    dry_run: DryRun = False,
) -> None:
    """Propose to leave a step out, where its definition allows it; another person confirms it."""
    say(session, exception, "skip", {"reason": reason}, key=key, dry_run=dry_run)


@command(app, "confirm", panel=PANEL)
def confirm(
    session: Session,
    exception: Exception_,
    *,
    seen: Annotated[
        str | None,
        typer.Option(
            metavar="HASH",
            help="hash of the proposal you looked at. [default: as it is now]",
            show_default=False,
        ),
    ] = None,
    key: Key = None,
    dry_run: DryRun = False,
) -> None:
    """Do what another person proposed."""
    found = session.client.get(f"/v1/exceptions/{exception}").body["proposal"] or {}
    match = seen or found.get("hash") or "nothing"
    say(session, exception, "confirm", {}, key=key, dry_run=dry_run, seen=match)


@command(app, "assign", panel=PANEL)
def assign(
    session: Session,
    exception: Exception_,
    *,
    reason: Reason,
    person: Annotated[str | None, typer.Option(metavar="PERSON", help="per_….")] = None,
    role: Annotated[str | None, typer.Option(metavar="ROLE", help="Such as operations.")] = None,
    key: Key = None,
    dry_run: DryRun = False,
) -> None:
    """Give it to a person or a role of those who may repair it."""
    if (person is None) == (role is None):
        raise Usage("Say to whom: --person or --role, one of the two.")
    body = query(reason=reason, person=person, role=role)
    say(session, exception, "assign", body, key=key, dry_run=dry_run)


def say(
    session: Session,
    exception: str,
    way: str,
    body: Any,
    *,
    key: str | None,
    dry_run: bool,
    seen: str | None = None,
) -> None:
    """Choose a way out, and show the exception as it then is; or what it would lead to."""
    answer = session.client.post(
        f"/v1/exceptions/{exception}/{way}",
        dict(body),
        key=new_key(key),
        headers={"If-Match": f'"{seen}"'} if seen else None,
        query={"dry_run": "true"} if dry_run else None,
    ).body
    shown = answer["would"] if dry_run else answer
    if dry_run:
        session.terminal.err.print("Nothing was changed. It would be so:")
    session.terminal.show(answer, lambda: pictures.thing(session.terminal, shown))
