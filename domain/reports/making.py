"""What every report is made with: its head, its parameters and what must be said below it."""

from dataclasses import replace
from datetime import UTC

from domain.ledger.figures import Span
from domain.reports.report import Column, Report, Row
from domain.reports.request import Asked


def known(asked: Asked) -> tuple[str, ...]:
    """What must be said of figures as known at a time that may still change."""
    return () if asked.is_final else (asked.say("is_not_final"),)


def spoken(asked: Asked, span: Span) -> tuple[tuple[str, str], ...]:
    """What was asked for, as it is shown above the table."""
    request = asked.request
    until = span.until.isoformat() if span.until else asked.say("everything")
    days = f"{span.since.isoformat()} {asked.say('to')} {until}" if span.since else until
    shown = [(asked.say("period" if span.since else "as_of"), days)]
    shown += list(request.dimensions)
    if request.known_at:
        moment = request.known_at.astimezone(UTC).isoformat(timespec="seconds")
        shown.append((asked.say("known_at"), moment))
    return tuple(shown)


def linked(asked: Asked, span: Span) -> dict[str, str]:
    """The same as a link to the figures carries it."""
    request = asked.request
    found = {"until": span.until.isoformat()} if span.until else {}
    if span.since is None and span.until:
        found = {"as_of": span.until.isoformat()}
    elif span.since:
        found = {"since": span.since.isoformat(), **found}
    found |= {f"dimension.{name}": value for name, value in request.dimensions}
    if request.known_at:
        found["known_at"] = request.known_at.isoformat()
    return found


def report(
    asked: Asked,
    span: Span,
    columns: tuple[Column, ...],
    rows: tuple[Row, ...],
    *,
    said: tuple[tuple[str, str], ...] = (),
    notes: tuple[str, ...] = (),
    next: str | None = None,
) -> Report:
    """The whole; `said` is what else was asked for."""
    return Report(
        asked.name,
        asked.say(asked.name.replace("-", "_")),
        asked.company.id,
        asked.company.name,
        asked.company.base_currency,
        asked.language,
        (*spoken(asked, span), *said),
        columns,
        tuple(filled(row, len(columns)) for row in rows),
        notes,
        next,
    )


def filled(row: Row, width: int) -> Row:
    """A row with a cell for every column: a heading has none of the figures."""
    return replace(row, cells=(*row.cells, *(None,) * (width - len(row.cells))))
