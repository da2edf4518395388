"""The audit itself: look, check, and look again until the checks hold or patience ends."""

import asyncio
import time
from collections.abc import Callable, Iterator

from sandbox.auditor.asked import asked_is_there
from sandbox.auditor.bank import bank_agrees
from sandbox.auditor.book import book_balances
from sandbox.auditor.bulk import bulk_adds_up
from sandbox.auditor.evidence import evidence_is_untouched, evidence_is_whole
from sandbox.auditor.parts import nothing_hangs, parts_agree
from sandbox.auditor.people import eyes_are_two, repairs_are_by_two
from sandbox.auditor.reading import read_bank, read_database, read_workflows
from sandbox.auditor.seals import seals_hold
from sandbox.auditor.seen import Asked, Places, Seen

CHECKS: tuple[Callable[[Seen], Iterator[str]], ...] = (
    asked_is_there, book_balances, bank_agrees, parts_agree, nothing_hangs, evidence_is_whole,
    evidence_is_untouched, eyes_are_two, repairs_are_by_two, bulk_adds_up, seals_hold,
)  # fmt: skip


async def look(places: Places, asked: list[Asked]) -> Seen:
    """Read everything once; the book after the world outside, which may only be behind it."""
    workflows = await read_workflows(places.temporal, places.namespace, places.tenants.values())
    bank = await asyncio.to_thread(read_bank, places.bank)
    rows = await asyncio.to_thread(read_database, places.database, places.tenants)
    return Seen(rows, bank, workflows, asked)


def findings(seen: Seen) -> list[str]:
    """Everything that does not hold."""
    return [finding for check in CHECKS for finding in check(seen)]


async def audit(
    places: Places, asked: list[Asked], *, patience: float = 20
) -> tuple[list[str], Seen]:
    """All findings, and what was seen; none is what we want. Looks again for `patience` seconds.

    An engine may close a workflow a moment after the record does; what was lost or done twice
    never heals, so waiting hides nothing.
    """
    deadline = time.monotonic() + patience
    while True:
        seen = await look(places, asked)
        found = findings(seen)
        if not found or time.monotonic() > deadline:
            return found, seen
        await asyncio.sleep(1)
