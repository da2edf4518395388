"""What `kontor tenant` does: loaded when it is called, since it loads what talks to a database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, create_engine

import config
from api.cli.session import Usage
from config.settings import Mode, Settings
from domain.access import founding
from domain.access.companies import Said
from domain.access.founding import Founding, Owner, TenantRow
from domain.database import transaction
from domain.identifiers import TENANT, written
from domain.ledger import chart
from domain.refusal import Refusal
from local.problem import LocalProblem

CHART: Final = Path(config.__file__).parent / "chart_of_accounts.yaml"
NOBODY: Final = UUID(int=0)


def founded(name: str, company: Said, owners: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
    """The tenant's id, and each login that has no password yet with its invitation."""
    settings = Settings()
    live = settings.mode is Mode.PRODUCTION
    asked = Founding(name, live, company, tuple(map(owner_of, owners)))
    with as_owner(settings, asked.id) as connection:
        invited = founding.found(connection, asked, chart.read(CHART))
    return written(TENANT, asked.id), [(each.login, each.invitation.text) for each in invited]


def listed() -> list[tuple[str, str, str]]:
    """Id, name and mode of every tenant."""
    with as_owner(Settings(), NOBODY) as connection:
        return [
            (written(TENANT, each.id), each.name, mode_of(each))
            for each in founding.listed(connection)
        ]


def mode_of(tenant: TenantRow) -> str:
    """Live, a sandbox, or one in whose place there is another."""
    if tenant.livemode:
        return "live"
    return "archived" if tenant.is_archived else "sandbox"


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
