"""A report laid out for a page: every cell a text, every column a side. PDF and HTML show it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from domain.reports import wording
from domain.reports.rendering.cover import Cover
from domain.reports.report import Column, Report, Row
from domain.reports.wording import Scale

# What fits beside each other on A4 upright at nine points, and from where a text is broken.
LETTERS_UPRIGHT = 112
LETTERS_OF_A_TEXT = 42
Cell = str | int | date | None


@dataclass(frozen=True, slots=True)
class Head:
    """A column's title, its side, its width in letters; the `wide` one takes what is left."""

    title: str
    align: str
    wide: bool
    letters: int


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row: how it reads, its cells as text, and which of them stands in by the level."""

    kind: str
    level: int
    indented: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that stands on the page, in its language."""

    language: str
    company: str
    title: str
    parameters: tuple[tuple[str, str], ...]
    unit: str
    landscape: bool
    heads: tuple[Head, ...]
    rows: tuple[ShownRow, ...]
    notes_title: str
    notes: tuple[str, ...]
    none: str
    footer: str
    page_of_pages: str

    @property
    def texts(self) -> Iterator[str]:
        """Every text that is set."""
        yield from (self.company, self.title, self.unit, self.footer, *self.notes)
        yield from (part for pair in self.parameters for part in pair)
        yield from (head.title for head in self.heads)
        yield from (cell for row in self.rows for cell in row.cells)


def laid_out(report: Report, cover: Cover) -> Page:
    """The report as a page; what the page must explain about its amounts is added to the notes."""
    said = wording.words(report.language)
    day = wording.day_in(report.language, cover.taken_on)
    footer = said.taken_out.format(who=cover.taken_by, day=day)
    rows = tuple(shown(row, report, cover.scale) for row in report.rows)
    heads = headed(report.columns, rows)
    return Page(
        language=report.language,
        company=report.company_name,
        title=report.title,
        parameters=report.parameters,
        unit=unit(report, cover.scale),
        landscape=sum(each.letters + 2 for each in heads) > LETTERS_UPRIGHT,
        heads=heads,
        rows=rows,
        notes_title=said.notes,
        notes=(*report.notes, *about_amounts(report, cover.scale)),
        none=said.none,
        footer=f"{footer} · {cover.tenant}",
        page_of_pages=said.page,
    )


def unit(report: Report, scale: Scale) -> str:
    """The unit of the amounts; nothing where a report has none."""
    if all(column.holds != "amount" for column in report.columns):
        return ""
    return wording.unit(report.language, report.currency, scale)


def about_amounts(report: Report, scale: Scale) -> tuple[str, ...]:
    """What a reader must know of the unit: rounding, and currencies that stay in full."""
    said, found = wording.words(report.language), []
    if scale is not Scale.UNITS:
        unit = wording.scale_in(report.language, scale)
        found.append(said.rounded.format(scale=unit))
    if any(is_foreign(row, report) for row in report.rows):
        found.append(said.other_currencies)
    return tuple(found)


def is_foreign(row: Row, report: Report) -> bool:
    """Whether an amount of the row stands with the code of its currency."""
    cells = zip(row.cells, report.columns, strict=True)
    return any(
        value and column.holds == "amount" and column.currency_of(row) != report.currency
        for value, column in cells
    )


def headed(columns: tuple[Column, ...], rows: tuple[ShownRow, ...]) -> tuple[Head, ...]:
    """Texts stand left and figures right; the text with the most letters takes what is left."""
    longest = [max((len(row.cells[at]) for row in rows), default=0) for at in range(len(columns))]
    texts = [at for at, column in enumerate(columns) if column.holds == "text"]
    widest = max(texts, key=lambda at: longest[at], default=None)
    return tuple(
        Head(
            title=column.title,
            align="left" if column.holds in ("text", "date") else "right",
            wide=at == widest,
            letters=min(max(longest[at], len(column.title)), LETTERS_OF_A_TEXT),
        )
        for at, column in enumerate(columns)
    )


def shown(row: Row, report: Report, scale: Scale) -> ShownRow:
    """A row with its cells as text."""
    cells = zip(row.cells, report.columns, strict=True)
    texts = tuple(text(value, column, row, of=report, scale=scale) for value, column in cells)
    return ShownRow(row.kind.value, row.level, indented(row, report.columns), texts)


def indented(row: Row, columns: tuple[Column, ...]) -> int:
    """The cell that stands in by the row's level: the first text that there is."""
    cells = enumerate(zip(row.cells, columns, strict=True))
    return next((at for at, (value, of) in cells if value and of.holds == "text"), 0)


def text(value: Cell, column: Column, row: Row, *, of: Report, scale: Scale) -> str:
    """A cell as a person reads it; nothing for None."""
    match value:
        case None:
            return ""
        case str():
            return value
        case date():
            return short_day(value)
    currency = column.currency_of(row)
    match column.holds:
        case "amount" if value and currency != of.currency:
            return f"{currency} {wording.figure(value, currency)}"
        case "amount":
            return wording.figure(value, currency, scale)
        case "percent":
            return wording.percent(value)
    return str(value)


def short_day(day: date) -> str:
    """`16-07-2026`, as Indian books write it."""
    return day.strftime("%d-%m-%Y")
