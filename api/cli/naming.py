"""Commands that list what definition files may name: roles, accounts, checks. No server."""

from collections.abc import Mapping
from typing import Any

import typer

from api.cli.command import command
from api.cli.definitions import PANEL, Folder, checked, files_of, folder_of
from api.cli.session import Session
from api.cli.terminal import Column
from api.cli.wording import words

app = typer.Typer()


def listed(session: Session, columns: list[str], known: Mapping[str, Mapping[str, Any]]) -> None:
    """Names with what is known of each, as a table or as JSON."""
    heads = [Column(columns[0], "id"), *(Column(each) for each in columns[1:])]
    rows = ((name, *map(words, each.values())) for name, each in known.items())
    data = [{"name": name, **each} for name, each in known.items()]
    session.terminal.show({"data": data}, lambda: session.terminal.table(heads, rows))


@command(app, "roles", panel=PANEL)
def roles(session: Session, *, folder: Folder = None) -> None:
    """The roles, what each may read, and who of the sandbox holds it."""
    from sandbox.tenant import CAST

    found = checked(files_of([folder_of(folder)])).roles
    known = {
        name: {
            "title": role.title,
            "reads": list(role.reads),
            "sandbox": [person for person, (_, held) in CAST.items() if name in held],
        }
        for name, role in found.items()
    }
    listed(session, ["Role", "Title", "Reads", "In the sandbox"], known)


@command(app, "accounts", panel=PANEL)
def accounts(session: Session, *, folder: Folder = None) -> None:
    """The accounts of the chart that a company starts with."""
    found = checked(files_of([folder_of(folder)])).accounts
    known = {
        name: {"title": account.title, "kind": account.kind} for name, account in found.items()
    }
    listed(session, ["Account", "Title", "Kind"], known)


@command(app, "checks", panel=PANEL)
def checks(session: Session) -> None:
    """The coded checks that `checks` may name, with the fields that each reads and their types."""
    from domain.documents.checks import CHECK_NEEDS

    known = {
        name: {"fields": [f"{path}: {kind}" for path, kind in needs.items()]}
        for name, needs in CHECK_NEEDS.items()
    }
    listed(session, ["Check", "Fields"], known)
