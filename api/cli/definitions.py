"""Commands about definition files: check, explain, diff, graph, schema, a new one. No server."""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli.command import PROBLEM, command
from api.cli.session import Session, Usage

if TYPE_CHECKING:
    from domain.definitions.checking import Checked
    from domain.definitions.mistakes import Located
    from domain.definitions.model import Definition

PANEL: Final = "Definitions"
HERE: Final = Path("config", "processes")
SCENARIOS: Final = "tests/scenarios"
ROLES: Final = "roles.yaml"
CHART: Final = "chart_of_accounts.yaml"

app = typer.Typer(no_args_is_help=True)
above = typer.Typer()


class Drawing(StrEnum):
    """What a graph can be written as."""

    MERMAID = "mermaid"
    DOT = "dot"


Type = Annotated[str, typer.Argument(metavar="TYPE", help="A process type, or its file.")]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--in",
        metavar="FOLDER",
        help="Where definitions are. [default: config/processes here, else the shipped ones]",
        show_default=False,
    ),
]
To = Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Where it goes; else out.")]


@command(app, "check", panel=PANEL)
def check(
    session: Session,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH…]", help="Files or folders.")
    ] = None,
) -> None:
    """Every mistake of every file, with its place and its cure."""
    files = files_of(paths or [folder_of(None)])
    if played := next((file for file in files if "scenarios" in file.parts), None):
        raise Usage(f"{played} holds scenarios. Tests play them: python -m pytest {SCENARIOS}.")
    found = checked(files)
    for error in () if session.terminal.as_json else found.errors:
        typer.echo(str(error))
    if session.terminal.as_json:
        errors = [asdict(error) for error in found.errors]
        session.terminal.write_json({"hold": len(found.definitions), "errors": errors})
    tell(session, found)
    if found.errors:
        raise typer.Exit(PROBLEM)


@command(app, "explain", panel=PANEL)
def explain(session: Session, type: Type, *, folder: Folder = None) -> None:
    """A process type in words: fields, who may do what, approvals, journals."""
    from domain.definitions.explanation import explained

    definition, found = one(session, type, folder)
    lines = explained(definition, found.roles)
    if session.terminal.as_json:
        session.terminal.write_json({"type": definition.process, "explanation": lines})
        return
    typer.echo("\n".join(lines))


@command(app, "diff", panel=PANEL)
def diff(
    session: Session,
    before: Type,
    after: Annotated[str, typer.Argument(metavar="OTHER", help="Another type, or its file.")],
    *,
    folder: Folder = None,
) -> None:
    """What differs between two definitions, by meaning: each key that came, went or changed."""
    from domain.definitions.difference import differences

    (earlier, _), (later, _) = (one(session, each, folder) for each in (before, after))
    found = differences(earlier, later)
    if session.terminal.as_json:
        session.terminal.write_json({"changes": [asdict(each) for each in found]})
        return
    for each in found:
        typer.echo(str(each))
    session.terminal.tick(f"{len(found)} difference{'' if len(found) == 1 else 's'}")


@command(app, "graph", panel=PANEL)
def graph(
    session: Session,
    type: Type,
    *,
    form: Annotated[
        Drawing, typer.Option("--format", help="A flowchart of Mermaid, or DOT of Graphviz.")
    ] = Drawing.MERMAID,
    to: To = None,
    folder: Folder = None,
) -> None:
    """Stages and the ways between them, as text that is drawn elsewhere."""
    from domain.definitions.graph import dot, mermaid

    definition, _ = one(session, type, folder)
    drawn = dot(definition) if form is Drawing.DOT else mermaid(definition)
    deliver(session, drawn, to)


@command(app, "schema", panel=PANEL)
def schema(session: Session, *, to: To = None) -> None:
    """The JSON Schema of definition files, for editors."""
    import json

    from domain.definitions.schema_of_files import schema_of_definitions

    deliver(session, json.dumps(schema_of_definitions(), indent=2, ensure_ascii=False) + "\n", to)


@command(above, "new-process", panel=PANEL)
def new_process(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="AREA/TYPE", help="people/vehicle_request")],
    *,
    folder: Annotated[
        Path, typer.Option("--in", metavar="FOLDER", help="Above config and tests.")
    ] = Path(),
) -> None:
    """Begin a process type. Writes a definition and its scenarios; overwrites nothing."""
    from domain.definitions.skeleton import check_name, skeleton

    area, _, type = name.partition("/")
    home = folder / HERE
    files = home / area / f"{type}.yaml", folder / "tests" / "scenarios" / area / f"{type}.yaml"
    try:
        for part in (area, type):
            check_name(part)
        written = skeleton(type, taken=prefixes_in(home))
    except ValueError as error:
        raise Usage(str(error)) from None
    standing = [*files, *sorted(home.rglob(f"{type}.yaml"))]
    if there := next((file for file in standing if file.exists()), None):
        raise Usage(f"{there} is there already. Nothing was written; choose another name.")
    for file, text in zip(files, (written.definition, written.scenarios), strict=True):
        deliver(session, text, file)


def checked(files: Iterable[Path]) -> "Checked":
    """Each file held against the roles and the chart that are nearest to it."""
    from domain.definitions.checking import Checked
    from domain.definitions.checking import check as check_files
    from workflows.catalog import surroundings

    groups: dict[tuple[Path, Path], list[Path]] = {}
    for file in files:
        groups.setdefault((nearest(file, ROLES), nearest(file, CHART)), []).append(file)
    parts = [
        check_files(group, surroundings(roles, chart)) for (roles, chart), group in groups.items()
    ]
    return Checked(
        {file: each for part in parts for file, each in part.definitions.items()},
        [error for part in parts for error in part.errors],
        {name: role for part in parts for name, role in part.roles.items()},
        {name: account for part in parts for name, account in part.accounts.items()},
    )


def nearest(file: Path, name: str) -> Path:
    """The file of this name in the closest folder above; else the one that is shipped."""
    for folder in file.absolute().parents:
        if (folder / name).is_file():
            return folder / name
    return shipped().parent / name


def shipped() -> Path:
    """The definitions of the installation."""
    from config.settings import Settings

    return Settings().definitions


def folder_of(given: Path | None) -> Path:
    """Where definitions are, when no file was named."""
    return given or (HERE if HERE.is_dir() else shipped())


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files, and those below folders. Raises Usage for what is not there or holds none."""
    found: list[Path] = []
    for path in paths:
        below = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        if not below or not below[0].exists():
            raise Usage(f"There is no definition (*.yaml) at {path}.")
        found += below
    return list(dict.fromkeys(found))


def one(session: Session, type: str, folder: Path | None) -> tuple["Definition", "Checked"]:
    """The definition of a type or a file. What is wrong with its file is told, and ends it."""
    found = checked([file_of(type, folder_of(folder))])
    for definition in found.definitions.values():
        return definition, found
    show(found.errors)
    raise typer.Exit(PROBLEM)


def file_of(type: str, folder: Path) -> Path:
    """The file of a type. Raises Usage with those that there are."""
    if type.endswith(".yaml"):
        return files_of([Path(type)])[0]
    known = {file.stem: file for file in files_of([folder])}
    if type not in known:
        raise Usage(f"There is no {type!r} in {folder}. There are: {', '.join(known)}.")
    return known[type]


def prefixes_in(folder: Path) -> set[str]:
    """The prefixes that references already begin with, of files that hold together or not."""
    from domain.definitions.source import read

    contents = [read(file).content for file in sorted(folder.rglob("*.yaml"))]
    return {
        str(each["reference_prefix"])
        for each in contents
        if isinstance(each, dict) and "reference_prefix" in each
    }


def show(errors: Iterable["Located"]) -> None:
    """Mistakes beside the result."""
    for error in errors:
        typer.echo(str(error), err=True)


def stop_at_mistakes(session: Session) -> None:
    """End here when a definition of the installation does not hold: no worker would begin."""
    found = checked(files_of([shipped()]))
    if found.errors:
        show(found.errors)
        tell(session, found)
        raise typer.Exit(PROBLEM)


def tell(session: Session, found: "Checked") -> None:
    """How many hold, and how many mistakes there are."""
    count, wrong = len(found.definitions), len(found.errors)
    hold = f"{count} definition{'s hold' if count != 1 else ' holds'}"
    if wrong:
        session.terminal.cross(f"{hold}; {wrong} mistake{'s' if wrong > 1 else ''}")
    else:
        session.terminal.tick(hold)


def deliver(session: Session, text: str, to: Path | None) -> None:
    """To a file, whose folders are made, or to standard output."""
    if to is None:
        sys.stdout.write(text)
        return
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Usage(f"{to} cannot be written ({error.strerror}).") from None
    session.terminal.tick(f"Written: {to}")
