"""The simulated bank as tests run it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.sandbox.partner_process import PartnerProcess


class BankProcess(PartnerProcess):
    """A bank."""

    MODULE = "sandbox.bank"

    def effects(self, **query: str) -> list[dict[str, Any]]:
        """The bank's own log of payments really made."""
        return self.told("/v1/effects", **query)


@contextmanager
def running_bank(data: Path) -> Iterator[BankProcess]:
    """A bank for the length of a block."""
    bank = BankProcess(data)
    try:
        yield bank
    finally:
        bank.stop()
