"""What a command shows: JSON or tables on standard output, everything said beside it on the other.

`plain` and NO_COLOR mean no colour; `plain` also no lines, no signs beyond ASCII and no redrawing.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

# Where nobody looks, a table is as wide as it must be: nothing is cut off in a pipe.
PIPE_COLUMNS = 240


@dataclass(frozen=True, slots=True)
class Column:
    """A column. An `id` is never wrapped, so that it can be copied, nor a `number` or a `word`."""

    title: str
    kind: str = "text"


@dataclass
class Terminal:
    """Where one command shows its results. `as_json` leaves standard output to JSON alone."""

    as_json: bool = False
    plain: bool = False

    @cached_property
    def out(self) -> "Console":
        """Standard output."""
        return self._console(sys.stdout)

    @cached_property
    def err(self) -> "Console":
        """Standard error."""
        return self._console(sys.stderr)

    @property
    def story(self) -> "Console":
        """Where progress is told: beside the JSON, or in the midst of the rest."""
        return self.err if self.as_json else self.out

    def show(self, document: Any, draw: Callable[[], "RenderableType"]) -> None:
        """The result: as JSON, or as `draw` makes it."""
        if self.as_json:
            self.write_json(document)
        else:
            self.out.print(draw())

    def write_json(self, document: Any) -> None:
        """The document, readable."""
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> "Table":
        """A table; figures stand to the right."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        frame = None if self.plain else box.SIMPLE_HEAD
        made = Table(box=frame, pad_edge=False)
        for column in columns:
            made.add_column(
                column.title,
                justify="right" if column.kind == "number" else "left",
                no_wrap=column.kind != "text",
                overflow="fold",
                style="cyan" if column.kind == "id" else None,
            )
        for row in rows:
            made.add_row(*(Text(cell) for cell in row))
        if not made.row_count:
            made.caption, made.caption_justify = "Nothing here.", "left"
        return made

    def facts(self, facts: Mapping[str, str]) -> "Table":
        """Names and values below each other; those without a value are left out."""
        from rich.table import Table
        from rich.text import Text

        made = Table.grid(padding=(0, 2))
        made.add_column(style="dim", no_wrap=True)
        made.add_column(overflow="fold")
        for name, value in facts.items():
            if value:
                made.add_row(name, Text(value))
        return made

    def tick(self, sentence: str, note: str = "") -> None:
        """Something that went as it should."""
        self._line("ok" if self.plain else "✓", "green", sentence, note)

    def cross(self, sentence: str, note: str = "") -> None:
        """Something that did not."""
        self._line("PROBLEM" if self.plain else "✗", "bold red", sentence, note)

    def note(self, sentence: str) -> None:
        """A remark that is neither."""
        self._line("-" if self.plain else "·", "dim", sentence, "")

    def _line(self, sign: str, style: str, sentence: str, note: str) -> None:
        from rich.text import Text

        line = Text.assemble((sign, style), " ", sentence, ("  " + note if note else "", "dim"))
        line.no_wrap, line.overflow = False, "fold"
        self.story.print(line)

    @contextmanager
    def waiting(self, sentence: str) -> Iterator[None]:
        """A sign of life while something takes its time, where somebody looks."""
        if self.plain or not self.story.is_terminal:
            yield
            return
        with self.story.status(sentence):
            yield

    def _console(self, stream: TextIO) -> "Console":
        from rich.console import Console

        seen = stream.isatty()
        return Console(
            file=stream,
            color_system=None if self.plain or "NO_COLOR" in os.environ else "auto",
            width=None if seen else PIPE_COLUMNS,
            highlight=False,
            soft_wrap=not seen,
        )
