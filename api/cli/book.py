"""Commands about the book and about oneself: trial balance, whoami."""

from typing import Annotated

import typer

from api.cli import pictures
from api.cli.command import command
from api.cli.session import Session, query

app = typer.Typer()


@command(app, "trial-balance", panel="Book")
def trial_balance(
    session: Session,
    *,
    as_of: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="At the end of this day.")
    ] = None,
) -> None:
    """Every account's balance; debits and credits are equal."""
    body = session.client.get("/v1/reports/trial-balance", **query(as_of=as_of)).body
    session.terminal.show(body, lambda: pictures.trial_balance(session.terminal, body))


@command(app, "whoami", panel="Book")
def whoami(session: Session) -> None:
    """Who the API takes you for, and what you may do."""
    body = session.client.get("/v1/me").body
    session.terminal.show(body, lambda: pictures.thing(session.terminal, body))
