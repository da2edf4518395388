"""The refusal that a test expects, by its code."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from domain.refusal import Refusal


@contextmanager
def refused(code: str, *words: str) -> Iterator[None]:
    """The block is refused with this code, in a message that has these words."""
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.code == code
    for word in words:
        assert word in caught.value.message
