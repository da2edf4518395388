"""How a function becomes a command: the options that all have, and the exit codes.

0 done, 1 refused or a problem, 2 called wrongly, 3 not reachable, 130 stopped by Ctrl-C.
"""

import functools
import inspect
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli import refused
from api.cli.client import NotReachable, Problem
from api.cli.session import Options, Session, Usage
from local.problem import LocalProblem

PROBLEM: Final = 1
USAGE: Final = 2
NOT_REACHABLE: Final = 3
INTERRUPTED: Final = 130


class Output(StrEnum):
    """How a result is shown."""

    TABLE = "table"
    JSON = "json"


GLOBAL = "Options of every command"


def shared(
    *,
    caller: Annotated[
        str | None,
        typer.Option(
            "--as",
            envvar="KONTOR_AS",
            metavar="NAME",
            help="Who calls: a member of the cast. [default: who signed in]",
            rich_help_panel=GLOBAL,
        ),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="KONTOR_TOKEN",
            help="Or a bearer token.",
            rich_help_panel=GLOBAL,
            metavar="TOKEN",
        ),
    ] = None,
    api: Annotated[
        str | None,
        typer.Option(
            envvar="KONTOR_API_URL",
            help="Address of the API. [default: the one running on the home]",
            rich_help_panel=GLOBAL,
            metavar="URL",
        ),
    ] = None,
    home: Annotated[
        Path,
        typer.Option(
            envvar="KONTOR_HOME",
            help="Data, keys, tokens and logs.",
            rich_help_panel=GLOBAL,
            metavar="FOLDER",
        ),
    ] = Path(".kontor"),
    output: Annotated[
        Output, typer.Option("--output", "-o", help="How to show.", rich_help_panel=GLOBAL)
    ] = Output.TABLE,
    curl: Annotated[
        bool | None,
        typer.Option(
            "--curl/--no-curl",
            help="The request as curl, on standard error. [default: on a terminal]",
            rich_help_panel=GLOBAL,
            show_default=False,
        ),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="No colour, no drawing.", rich_help_panel=GLOBAL)
    ] = False,
) -> Options:
    """What every command takes."""
    return Options(
        caller=caller,
        token=token,
        api=api,
        home=home,
        output=output.value,
        curl=curl,
        plain=plain,
    )


SHARED = inspect.signature(shared).parameters


def command(
    app: typer.Typer, name: str, *, panel: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function whose first parameter is the Session as a command of this name."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function).parameters.values())[1:]

        @functools.wraps(function)
        def run(**given: Any) -> None:
            options = shared(**{each: given.pop(each) for each in SHARED})
            carry_out(Session(options), functools.partial(function, **given))

        parameters = [*(each.replace(kind=each.KEYWORD_ONLY) for each in own), *SHARED.values()]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        app.command(name, rich_help_panel=panel)(run)
        return function

    return register


def carry_out(session: Session, work: Callable[[Session], None]) -> None:
    """Run a command; what stops it becomes words on standard error and an exit code."""
    terminal = session.terminal
    try:
        work(session)
    except Problem as problem:
        refused.show_problem(terminal, problem)
        raise typer.Exit(PROBLEM) from None
    except LocalProblem as problem:
        refused.show_sentence(terminal, problem.message)
        raise typer.Exit(PROBLEM) from None
    except Usage as usage:
        refused.show_sentence(terminal, str(usage))
        raise typer.Exit(USAGE) from None
    except NotReachable as away:
        refused.show_not_reachable(terminal, away)
        raise typer.Exit(NOT_REACHABLE) from None
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
