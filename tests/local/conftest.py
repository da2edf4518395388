"""A home per test that PostgreSQL's account can reach, also when the tests run as root."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.home import temporary
from local.ports import Ports
from local.stack import Stack

NewStack = Callable[..., Stack]


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary() as folder:
        yield folder


@pytest.fixture
def new_stack(home: Path) -> Iterator[NewStack]:
    """Makes stacks on this home; whatever still runs at the end is stopped."""
    made: list[Stack] = []
    ports = Ports.free()

    def make(*members: str, **options: object) -> Stack:
        given = {"ports": ports, "members": members, **options}
        made.append(Stack(home, **given))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for stack in made:
        stack.down()
