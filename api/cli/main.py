"""Entry point of `kontor`. Help is plain text: drawing it with rich doubles the time of a start."""

from typing import TYPE_CHECKING

import typer
from typer.core import TyperGroup

from api.cli import (
    book,
    bulk,
    definitions,
    ledger,
    naming,
    processes,
    repairs,
    reports,
    signing,
    stack,
    tasks,
    tenants,
    tending,
)

if TYPE_CHECKING:
    from typer._click.core import Context
    from typer._click.formatting import HelpFormatter


class Grouped(TyperGroup):
    """Lists the commands by what they are about."""

    def format_commands(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """A section for each panel."""
        sections: dict[str, list[tuple[str, str]]] = {}
        longest = max(map(len, self.commands))
        width = formatter.width - 6 - longest
        for name, command in self.commands.items():
            panel = str(getattr(command, "rich_help_panel", None) or "Commands")
            sections.setdefault(panel, []).append(
                (name.ljust(longest), command.get_short_help_str(width))
            )
        for panel, rows in sections.items():
            with formatter.section(panel):
                formatter.write_dl(rows)


app = typer.Typer(
    name="kontor",
    cls=Grouped,
    help="Business processes, their approvals and their book.",
    epilog="Begin with 'kontor up', then 'kontor tasks --as bina'. Every command takes --help.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for group in (stack, signing, processes, tasks, tending, repairs, book, reports):
    app.registered_commands += group.app.registered_commands
app.registered_commands += definitions.above.registered_commands
definitions.app.registered_commands += naming.app.registered_commands
app.add_typer(
    definitions.app,
    name="definition",
    help="Files that define processes: check, explain, draw.",
    rich_help_panel=definitions.PANEL,
)
app.add_typer(
    bulk.app,
    name="bulk",
    help="Many at once: select, dry run, go, look, stop.",
    rich_help_panel=tasks.PANEL,
)
app.add_typer(
    ledger.app,
    name="ledger",
    help="The book: accounts, entries, balances, statements.",
    rich_help_panel=reports.PANEL,
)
app.add_typer(
    tenants.app,
    name="tenant",
    help="At the machine: the tenants there are, and a new one.",
    rich_help_panel=tenants.PANEL,
)


def main() -> None:
    """Run the command line."""
    app()
