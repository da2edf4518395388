"""Commands about bulk work: select, see what it would come to, go, look, stop."""

from typing import Annotated, Any, Final

import typer

from api.cli import pictures
from api.cli.command import command
from api.cli.processes import Key, Reason, known, show
from api.cli.session import Session, Usage, new_key, query

PANEL: Final = "Bulk work"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Resource = Annotated[str, typer.Argument(metavar="tasks|exceptions", help="What is selected.")]
Bulk = Annotated[str, typer.Argument(metavar="PROCESS", help="prc_… or BULK-…")]


@command(app, "select", panel=PANEL)
def select(
    session: Session,
    resource: Resource,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="These; else by the options.")
    ] = None,
    *,
    type: Annotated[str | None, typer.Option(help="Of a process type.")] = None,
    scope: Annotated[str | None, typer.Option(help="Of tasks: mine or team.")] = None,
    cause: Annotated[str | None, typer.Option(help="Of exceptions: such as period_locked.")] = None,
    step: Annotated[str | None, typer.Option(help="Of exceptions: such as pay_party.")] = None,
    assigned_to: Annotated[
        str | None, typer.Option(metavar="WHO", help="Of exceptions: me, per_… or a role.")
    ] = None,
    proposed_by: Annotated[
        str | None, typer.Option(metavar="PROCESS", help="What this bulk work proposed to skip.")
    ] = None,
    key: Key = None,
) -> None:
    """Freeze tasks or exceptions as they are now; what is done later is about these alone."""
    bulk = known(session, proposed_by) if proposed_by else None
    asked = dict(
        query(type=type, scope=scope, cause=cause, step=step, assigned_to=assigned_to, bulk=bulk)
    )
    if ids and asked:
        raise Usage("Give either ids or options, not both.")
    wanted: dict[str, Any] = {"ids": ids} if ids else {"query": asked}
    body = session.client.post(
        "/v1/selections", {"resource": resource, **wanted}, key=new_key(key)
    ).body
    session.terminal.show(body, lambda: pictures.thing(session.terminal, body))


@command(app, "go", panel=PANEL)
def go(
    session: Session,
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION",
            help="Of tasks approve, reject, send_back; of exceptions retry, cancel, skip, "
            "confirm, assign.",
        ),
    ],
    selection: Annotated[str, typer.Argument(metavar="SELECTION", help="sel_…, of select.")],
    *,
    reason: Annotated[str | None, typer.Option(help="Why; kept with each item.")] = None,
    person: Annotated[str | None, typer.Option(help="To assign: per_….")] = None,
    role: Annotated[str | None, typer.Option(help="To assign: such as operations.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what each would come to; change nothing.")
    ] = False,
    key: Key = None,
) -> None:
    """Do one thing to everything that was selected. 'kontor watch PROCESS' follows it."""
    params = dict(query(reason=reason, person=person, role=role))
    asked = {"action": action, "selection": selection, "params": params}
    wanted = {"dry_run": "true"} if dry_run else {}
    body = session.client.post("/v1/bulk", asked, key=new_key(key), query=wanted).body
    if not dry_run:
        show(session, body)
        return
    session.terminal.show(body, lambda: pictures.would_bulk(session.terminal, body))


@command(app, "items", panel=PANEL)
def items(
    session: Session,
    process: Bulk,
    *,
    status: Annotated[
        str | None,
        typer.Option(help="done, failed, parked, under_way, not_done or pending."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
) -> None:
    """What became of each item, and which rule said no."""
    path = f"/v1/processes/{known(session, process)}/items"
    body = session.client.get(path, **query(status=status, limit=str(limit))).body
    session.terminal.show(body, lambda: pictures.items(session.terminal, body["data"]))


@command(app, "stop", panel=PANEL)
def stop(session: Session, process: Bulk, *, reason: Reason, key: Key = None) -> None:
    """Begin no further item; what is under way comes to its end."""
    path = f"/v1/bulk/{known(session, process)}/stop"
    show(session, session.client.post(path, {"reason": reason}, key=new_key(key)).body)
