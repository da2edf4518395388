"""Commands about the servers of this machine: up, demo, reset."""

from typing import Annotated, Final

import typer

from api.cli.command import PROBLEM, command
from api.cli.session import Session

PANEL: Final = "This machine"

app = typer.Typer()


@command(app, "up", panel=PANEL)
def up(
    session: Session,
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="And show one invoice from receipt to payment.")
    ] = False,
) -> None:
    """Start everything and stay until Ctrl-C. What was under way goes on."""
    from api.cli.definitions import stop_at_mistakes
    from api.cli.running import run_until_stopped

    stop_at_mistakes(session)
    if not run_until_stopped(session, demo=demo):
        raise typer.Exit(PROBLEM)


@command(app, "demo", panel=PANEL)
def demo(
    session: Session,
    *,
    throw_away: Annotated[
        bool, typer.Option("--throw-away", help="On servers of its own, gone afterwards.")
    ] = False,
) -> None:
    """Show the main job and check it aloud. From entry to payment, and what may go wrong."""
    from api.cli.demo.script import perform
    from api.cli.running import links, thrown_away

    if throw_away:
        with thrown_away(session) as own:
            held = perform(own)
        session.terminal.note("Nothing of it is left. 'make run' starts one that stays.")
    else:
        held = perform(session)
        links(session)
    if not held:
        raise typer.Exit(PROBLEM)


@command(app, "doctor", panel=PANEL)
def doctor(session: Session) -> None:
    """What this machine has, what is missing, and the cure."""
    from api.cli.doctor import findings, show

    found = findings(session)
    show(session.terminal, found)
    if any(each.is_problem for each in found):
        raise typer.Exit(PROBLEM)


@command(app, "reset", panel=PANEL)
def reset(
    session: Session,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget the data of this home. Book, processes, keys, tokens and logs."""
    from local.reset import reset as forget

    home = session.options.home.absolute()
    if not home.exists():
        session.terminal.note(f"There is nothing to forget in {home}.")
        return
    if not yes:
        typer.confirm(f"Forget everything in {home}: book, processes, keys, logs?", abort=True)
    forget(home)
    session.terminal.tick(f"Forgotten: {home}")
