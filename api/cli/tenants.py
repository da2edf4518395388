"""Commands of whoever maintains the installation: the tenants there are, and a new one.

They go to the database with the login that migrates, not through the API: before its first owners
a tenant has nobody who could ask.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer
from sqlalchemy import Connection, create_engine

import config
from api.cli.command import command
from api.cli.session import Session, Usage
from api.cli.terminal import Column
from config.settings import Mode, Settings
from domain.access import founding
from domain.access.companies import Said
from domain.access.founding import Founding, Owner
from domain.database import transaction
from domain.identifiers import TENANT, written
from domain.ledger import chart
from domain.refusal import Refusal
from local.problem import LocalProblem

PANEL: Final = "Installation"
CHART: Final = Path(config.__file__).parent / "chart_of_accounts.yaml"
NOBODY: Final = UUID(int=0)

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
    said = Said(company, company_name or name, currency, bank_account, gstin, pan)
    settings = Settings()
    live = settings.mode is Mode.PRODUCTION
    asked = Founding(name, live, said, tuple(map(owner_of, owner)))
    with as_owner(settings, asked.id) as connection:
        invited = founding.found(connection, asked, chart.read(CHART))
    body = {
        "tenant": written(TENANT, asked.id),
        "invitations": [
            {"login": each.login, "invitation": each.invitation.text} for each in invited
        ],
    }
    session.terminal.show(
        body,
        lambda: session.terminal.table(
            (Column("Login"), Column("Invitation, for a week and once")),
            [(each.login, each.invitation.text) for each in invited],
        ),
    )
    session.terminal.note(
        f"{name} is {body['tenant']}. Each owner sets a password with her invitation: "
        "POST /v1/invitations/accept."
        if invited
        else f"{name} is {body['tenant']}, and its owners have passwords. Nothing was changed."
    )


@command(app, "list", panel=PANEL)
def list_tenants(session: Session) -> None:
    """Every tenant of the installation."""
    with as_owner(Settings(), NOBODY) as connection:
        found = founding.listed(connection)
    rows = [
        (written(TENANT, each.id), each.name, "live" if each.livemode else "sandbox")
        for each in found
    ]
    names = ("tenant", "name", "mode")
    body = {"data": [dict(zip(names, row, strict=True)) for row in rows]}
    columns = (Column("Tenant"), Column("Name"), Column("Mode"))
    session.terminal.show(body, lambda: session.terminal.table(columns, rows))


def owner_of(text: str) -> Owner:
    """`asha=Asha Rao` as who it is."""
    login, _, name = text.partition("=")
    if not login.strip() or not name.strip():
        raise Usage(f"{text!r} is no owner. Write her login and her name: asha='Asha Rao'.")
    return Owner(login.strip(), name.strip())


@contextmanager
def as_owner(settings: Settings, tenant: UUID) -> Iterator[Connection]:
    """A transaction under the owner's rights. A rule that says no ends the command."""
    if not settings.database_url:
        raise Usage("Set KONTOR_DATABASE_URL to the login that migrates the database.")
    engine = create_engine(settings.database_url)
    try:
        with transaction(engine, tenant) as connection:
            connection.exec_driver_sql("SET LOCAL ROLE kontor_owner")
            yield connection
    except Refusal as refusal:
        raise LocalProblem(refusal.message) from refusal
    finally:
        engine.dispose()
