"""Commands of whoever maintains the installation: the tenants there are, and a new one.

They go to the database with the login that migrates, not through the API: before its first owners
a tenant has nobody who could ask.
"""

from typing import Annotated, Final

import typer

from api.cli.command import command
from api.cli.session import Session
from api.cli.terminal import Column

PANEL: Final = "Installation"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@command(app, "create", panel=PANEL)
def create(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the tenant is called.")],
    *,
    company: Annotated[str, typer.Option(metavar="CODE", help="Its first company.")],
    bank_account: Annotated[
        str, typer.Option(metavar="NUMBER", help="What the company pays from.")
    ],
    owner: Annotated[
        list[str],
        typer.Option(metavar="LOGIN=NAME", help="An owner: asha='Asha Rao'. Name two."),
    ],
    company_name: Annotated[str, typer.Option(help="[default: the tenant's name]")] = "",
    currency: Annotated[str, typer.Option(help="Of its book.")] = "INR",
    gstin: Annotated[str | None, typer.Option(help="Where it is registered.")] = None,
    pan: Annotated[str | None, typer.Option(help="Where it has no GSTIN.")] = None,
) -> None:
    """Make a tenant with a company and two owners. Again invites who has no password yet."""
    from api.cli.maintaining import founded
    from domain.access.companies import Said

    said = Said(company, company_name or name, currency, bank_account, gstin, pan)
    tenant, invited = founded(name, said, owner)
    body = {
        "tenant": tenant,
        "invitations": [{"login": login, "invitation": text} for login, text in invited],
    }
    columns = (Column("Login"), Column("Invitation, for a week and once"))
    session.terminal.show(body, lambda: session.terminal.table(columns, invited))
    session.terminal.note(
        f"{name} is {tenant}. Each owner sets a password with her invitation: "
        "POST /v1/invitations/accept."
        if invited
        else f"{name} is {tenant}, and its owners have passwords. Nothing was changed."
    )


@command(app, "list", panel=PANEL)
def list_tenants(session: Session) -> None:
    """Every tenant of the installation."""
    from api.cli.maintaining import listed

    rows = listed()
    names = ("tenant", "name", "mode")
    body = {"data": [dict(zip(names, row, strict=True)) for row in rows]}
    columns = (Column("Tenant"), Column("Name"), Column("Mode"))
    session.terminal.show(body, lambda: session.terminal.table(columns, rows))
