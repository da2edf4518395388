"""Commands about reports: which there are, and one of them as a table or a file."""

import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli import sheets
from api.cli.command import command
from api.cli.session import Session, Usage, query

PANEL: Final = "Book"

app = typer.Typer()


class FileFormat(StrEnum):
    """What a report can be saved as."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    HTML = "html"


Company = Annotated[str | None, typer.Option(metavar="cmp_…", help="When there are several.")]
AsOf = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="At the end of this day.")]
Since = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="From this day on.")]
Until = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Up to this day.")]
KnownAt = Annotated[
    str | None, typer.Option(metavar="TIME", help="As known then: 2026-07-16T09:00:00Z.")
]
Format = Annotated[FileFormat | None, typer.Option("--format", help="A file in place of a table.")]
To = Annotated[
    Path | None, typer.Option("--to", metavar="FILE", help="Where the file goes; else out.")
]
Language = Annotated[str | None, typer.Option(metavar="en|hi", help="Of titles and words.")]
Scale = Annotated[
    str | None, typer.Option(metavar="UNIT", help="thousands, lakhs, crores, …, for PDF and XLSX.")
]


@command(app, "reports", panel=PANEL)
def reports(session: Session, *, language: Language = None) -> None:
    """The reports that there are, and what each takes."""
    body = session.client.get("/v1/reports", **query(language=language)).body
    session.terminal.show(body, lambda: sheets.catalog(session.terminal, body["data"]))


@command(app, "report", panel=PANEL)
def report(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="See 'kontor reports'.")],
    *,
    as_of: AsOf = None,
    since: Since = None,
    until: Until = None,
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="2026-07, FY2026-27 or FY2026-27-Q1.")
    ] = None,
    compare: Annotated[
        str | None, typer.Option(metavar="WITH", help="previous_year, previous_period, or days.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="DIMENSION", help="A column of each: branch, month, …")
    ] = None,
    dimension: Annotated[
        list[str] | None,
        typer.Option("--dimension", metavar="NAME=VALUE", help="Only this; may be repeated."),
    ] = None,
    account: Annotated[str | None, typer.Option(metavar="CODE", help="Of this account.")] = None,
    layout: Annotated[str | None, typer.Option(metavar="LAYOUT", help="See reports.")] = None,
    party: Annotated[str | None, typer.Option(metavar="PARTY", help="Its code or pty_….")] = None,
    control: Annotated[str | None, typer.Option(help="receivable or payable.")] = None,
    basis: Annotated[str | None, typer.Option(help="Ages from due_date or entry_date.")] = None,
    buckets: Annotated[str | None, typer.Option(metavar="DAYS", help="Such as 30,60,90.")] = None,
    levels: Annotated[
        str | None, typer.Option(metavar="DAYS", help="Of reminders, such as 7,21,45.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Of a rate: closing, spot, …")] = None,
    pivot: Annotated[
        str | None, typer.Option(metavar="CURRENCY", help="Where two rates meet.")
    ] = None,
    fiscal_year: Annotated[str | None, typer.Option(metavar="2026-27")] = None,
    budget: Annotated[str | None, typer.Option(metavar="NAME", help="Of this budget.")] = None,
    version: Annotated[int | None, typer.Option(help="Of the budget; else the active.")] = None,
    known_at: KnownAt = None,
    language: Language = None,
    scale: Scale = None,
    company: Company = None,
    format: Format = None,
    to: To = None,
) -> None:
    """A report: trial-balance, balance-sheet, ageing, open-items, … as a table or a file."""
    asked = query(
        as_of=as_of, since=since, until=until, period=period, compare=compare, by=by,
        account=account, layout=layout, known_at=known_at, language=language, scale=scale,
        company=company, party=party, control=control, basis=basis, buckets=buckets,
        levels=levels, kind=kind, pivot=pivot, fiscal_year=fiscal_year,
        budget=budget, version=str(version) if version is not None else None,
    )  # fmt: skip
    show(session, name, {**asked, **dimensions(dimension or [])}, format=format, to=to)


def show(
    session: Session,
    name: str,
    asked: Mapping[str, str],
    *,
    format: FileFormat | None = None,
    to: Path | None = None,
) -> None:
    """A report as a table, or as a file on standard output or where `to` says."""
    path = f"/v1/reports/{name}"
    if format is None and to is None:
        body = session.client.get(path, **asked).body
        session.terminal.show(body, lambda: sheets.report(session.terminal, body))
        return
    wanted = format or of_name(to)
    if to is None and wanted in (FileFormat.PDF, FileFormat.XLSX) and sys.stdout.isatty():
        raise Usage(f"{wanted.upper()} is no text. Say where it goes: --to {name}.{wanted}")
    content = session.client.file(path, **asked, format=wanted.value)
    if to is None:
        sys.stdout.buffer.write(content)
        return
    try:
        to.write_bytes(content)
    except OSError as error:
        raise Usage(f"{to} cannot be written ({error.strerror}).") from None
    session.terminal.tick(f"{to} is written.", f"{len(content):,} bytes")


def of_name(to: Path | None) -> FileFormat:
    """The format that a file's name ends with. Raises Usage when it is none of ours."""
    ending = to.suffix.removeprefix(".").lower() if to else ""
    if ending not in list(FileFormat):
        raise Usage(f"{to} does not say its format. Add --format: {', '.join(FileFormat)}.")
    return FileFormat(ending)


def dimensions(given: list[str]) -> Mapping[str, str]:
    """`branch=BLR` as the query has it. Raises Usage without an equals sign."""
    for each in given:
        if "=" not in each:
            raise Usage(f"{each!r} is no dimension. Write it as branch=BLR.")
    return {f"dimension.{each.partition('=')[0]}": each.partition("=")[2] for each in given}
