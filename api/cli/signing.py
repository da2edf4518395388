"""Commands about who calls: sign in, prove it again, sign out. A password is asked for, not given.

What the API is asked here is never shown as curl: it holds a password or the token to be ended.
"""

import sys
from typing import Annotated, Final

import typer

from api.cli import signed_in
from api.cli.client import Client
from api.cli.command import command
from api.cli.curl import Request
from api.cli.session import Session, Usage
from api.cli.signed_in import SignedIn

PANEL: Final = "Who calls"

app = typer.Typer()


@command(app, "sign-in", panel=PANEL)
def sign_in(
    session: Session,
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="Your login.")],
    *,
    tenant: Annotated[
        str | None, typer.Option(metavar="TENANT", help="tnt_…, where there are several.")
    ] = None,
) -> None:
    """Sign in with your password; later commands without --as are yours."""
    given = {"login": login, "password": password()} | ({"tenant": tenant} if tenant else {})
    body = Client(session.api, "").post("/v1/sessions", given).body
    found = signed_in.of(session.api, login, body)
    signed_in.keep(found)
    session.terminal.show(
        {"login": login, "api": session.api, "session": body["session"]},
        lambda: f"Signed in as {login}. 'kontor sign-out' ends it.",
    )


@command(app, "step-up", panel=PANEL)
def step_up(session: Session) -> None:
    """Give your password again, for decisions that want it given lately."""
    found = here()
    bearer = signed_in.bearer(found.api)
    body = Client(found.api, bearer).post("/v1/sessions/step-up", {"password": password()}).body
    signed_in.renew(found.api, body)
    session.terminal.show(
        {"login": found.login, "authenticated_at": body["authenticated_at"]},
        lambda: "Your password is known to be yours. Decide now.",
    )


@command(app, "sign-out", panel=PANEL)
def sign_out(session: Session) -> None:
    """End the session; its tokens are refused at once."""
    found = here()
    bearer = signed_in.bearer(found.api)
    Client(found.api, bearer).send(Request("DELETE", "/v1/sessions/current"))
    signed_in.forget()
    session.terminal.show({"login": found.login}, lambda: f"{found.login} is signed out.")


def here() -> SignedIn:
    """Who is signed in on this machine. Raises Usage when nobody is."""
    found = signed_in.read()
    if found is None:
        raise Usage("Nobody is signed in here. Sign in: kontor sign-in LOGIN")
    return found


def password() -> str:
    """Typed without being shown; a line of standard input where nobody types."""
    if sys.stdin.isatty():
        found: str = typer.prompt("Password", hide_input=True, err=True)
        return found
    return sys.stdin.readline().rstrip("\r\n")
