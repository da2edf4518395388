"""The simulated message gateway as tests run it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.sandbox.partner_process import PartnerProcess


class MessagesProcess(PartnerProcess):
    """A gateway."""

    MODULE = "sandbox.messages"

    def messages(self, **query: str) -> list[dict[str, Any]]:
        """Messages really delivered."""
        return self.told("/v1/messages", **query)


@contextmanager
def running_messages(data: Path) -> Iterator[MessagesProcess]:
    """A gateway for the length of a block."""
    gateway = MessagesProcess(data)
    try:
        yield gateway
    finally:
        gateway.stop()
