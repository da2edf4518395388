"""The command line as tests call it. Its sixty commands are made once: that takes 70 ms."""

from functools import cache
from typing import Any

from typer import testing

from api.cli.main import app

testing._get_command = cache(testing._get_command)


def run(*arguments: object, **more: Any) -> testing.Result:
    """What a command says, and how it ends."""
    return testing.CliRunner().invoke(app, [str(each) for each in arguments], **more)
