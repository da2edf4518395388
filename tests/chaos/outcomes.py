"""Every way a process can go, as a script that drives it there and writes down what must be."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import pytest

from tests.chaos.errand import LARGE, Errand, Refused
from tests.chaos.world import REMINDED, SKIPPABLE
from tests.today import today

Script = Callable[[Errand], Coroutine[Any, Any, None]]


async def paid(errand: Errand) -> None:
    """The maker may not check; another may; it is paid at once."""
    await errand.open()
    with pytest.raises(Refused, match="checker_must_differ_from_maker"):
        await errand.decide("asha", "approve")
    await errand.decide("bina", "approve")
    await errand.ends("paid")


async def approved_by_two(errand: Errand) -> None:
    """A large one needs two."""
    await errand.open()
    await errand.decide("bina", "approve")
    with pytest.raises(Refused, match="checkers_must_be_distinct"):
        await errand.decide("bina", "approve")
    await errand.decide("deepa", "approve")
    await errand.ends("paid")


async def paid_now(errand: Errand) -> None:
    """Due later, paid on request."""
    await errand.open()
    await errand.decide("bina", "approve")
    await errand.stands_at("awaiting_due_date")
    await errand.act("esha", "pay_now")
    await errand.ends("paid")


async def corrected(errand: Errand) -> None:
    """Sent back, corrected, approved."""
    await errand.open()
    await errand.decide("bina", "send_back")
    await errand.amend()
    await errand.decide("bina", "approve")
    await errand.ends("paid")


async def rejected(errand: Errand) -> None:
    """The checker says no."""
    await errand.open()
    await errand.decide("bina", "reject")
    await errand.ends("rejected")


async def cancelled(errand: Errand) -> None:
    """Cancelled before anything was posted."""
    await errand.open()
    await errand.act("asha", "cancel")
    await errand.ends("cancelled")


async def refused_at_receipt(errand: Errand) -> None:
    """A sum that is wrong."""
    await errand.open(lines=[{**errand.input()["lines"][0], "quantity": "2"}])
    await errand.ends("refused")


async def reversed_(errand: Errand) -> None:
    """Cancelled after posting: reversed."""
    await errand.open()
    await errand.decide("bina", "approve")
    await errand.stands_at("awaiting_due_date")
    with pytest.raises(Refused, match="role_must_allow_action"):
        await errand.act("asha", "reverse")
    await errand.act("deepa", "reverse")
    await errand.ends("reversed")


async def refused_then_paid(errand: Errand) -> None:
    """The bank says no; retried as a new business attempt, under a new key."""
    await errand.open()
    await errand.bank_will("refuse")
    await errand.decide("bina", "approve")
    await errand.repair("esha", "retry", cause="payment_refused")
    await errand.ends("paid")


async def refused_then_reversed(errand: Errand) -> None:
    """The bank says no; cancelled and reversed."""
    await errand.open()
    await errand.bank_will("refuse")
    await errand.decide("bina", "approve")
    await errand.repair("esha", "cancel", cause="payment_refused")
    await errand.ends("reversed")


async def parked_by_lock(errand: Errand) -> None:
    """The period is locked before posting; retried in vain, reopened, retried."""
    await errand.open()
    await errand.locked(True)
    await errand.decide("bina", "approve")
    with pytest.raises(Refused, match="cause_not_cleared"):
        await errand.repair("esha", "retry", cause="period_locked")
    await errand.locked(False)
    await errand.repair("esha", "retry", cause="period_locked")
    await errand.ends("paid")


async def refused_twice(errand: Errand) -> None:
    """The bank says no twice: the same exception is open twice, then paid."""
    await errand.open()
    await errand.bank_will("refuse", 2)
    await errand.decide("bina", "approve")
    for _ in range(2):
        await errand.repair("esha", "retry", cause="payment_refused")
    await errand.ends("paid")
    rows = await errand.look("SELECT tries FROM exceptions WHERE process_id = %s", errand.id)
    assert 2 in [row["tries"] for row in rows]


async def assigned(errand: Errand) -> None:
    """Given to others, who retry."""
    await errand.open()
    await errand.bank_will("refuse")
    await errand.decide("bina", "approve")
    await errand.assign("esha", "finance_head", cause="payment_refused")
    await errand.repair("deepa", "retry", cause="payment_refused")
    await errand.ends("paid")


async def fixed(errand: Errand) -> None:
    """The period is locked before posting; two people correct the date."""
    await errand.open()
    await errand.locked(True)
    await errand.decide("bina", "approve")
    given = errand.input(invoice_date=str(today()))
    await errand.propose("esha", "fix", cause="period_locked", given=given)
    with pytest.raises(Refused, match="checker_must_differ_from_maker"):
        await errand.confirm("esha")
    await errand.confirm("deepa")
    await errand.ends("paid")
    await errand.locked(False)


async def period_locked(errand: Errand) -> None:
    """A month is locked by those who may."""
    await errand.open()
    await errand.decide("bina", "approve")
    await errand.ends("done")


async def skipped(errand: Errand) -> None:
    """Its year was closed in the meantime; two people leave the locking out."""
    await errand.open()
    await errand.year_closed()
    await errand.decide("bina", "approve")
    await errand.propose("esha", "skip", cause="period_must_not_be_closed")
    await errand.confirm("deepa")
    await errand.ends("done")


async def parked_then_cancelled(errand: Errand) -> None:
    """The period is locked before posting; nothing was done, so it just ends."""
    await errand.open()
    await errand.locked(True)
    await errand.decide("bina", "approve")
    await errand.repair("esha", "cancel", cause="period_locked")
    await errand.locked(False)
    await errand.ends("cancelled")


async def reminded(errand: Errand) -> None:
    """Nobody decides until the checkers were reminded and the task escalated."""
    await errand.open()
    await errand.waits_for("SELECT 1 FROM tasks WHERE process_id = %s AND escalated_to IS NOT NULL")
    await errand.decide("deepa", "approve")
    await errand.ends("paid")


async def withdrawn(errand: Errand) -> None:
    """Withdrawn where nothing stands that would be undone: it just goes on to its end."""
    await errand.open()
    await errand.act("asha", "withdraw")
    await errand.ends("cancelled")


async def tended(errand: Errand) -> None:
    """Commented on and claimed; then nobody else decides it."""
    await errand.open()
    await errand.tend("asha", "comment", "The original is with me")
    await errand.tend("bina", "claim")
    await errand.decide("bina", "approve")
    await errand.ends("paid")
    (said,) = await errand.look("SELECT words FROM comments WHERE process_id = %s", errand.id)
    assert said["words"] == "The original is with me"


async def answer_lost(errand: Errand) -> None:
    """The bank pays, its answer is lost; it is asked, and not paid again."""
    await errand.open()
    await errand.bank_will("lose_answer")
    await errand.decide("bina", "approve")
    await errand.ends("paid")


OUTCOMES: Mapping[str, tuple[Script, dict[str, Any]]] = {
    "paid": (paid, {}),
    "approved_by_two": (approved_by_two, {"net": LARGE}),
    "paid_now": (paid_now, {"due_in_days": 30}),
    "corrected": (corrected, {}),
    "rejected": (rejected, {}),
    "cancelled": (cancelled, {}),
    "refused_at_receipt": (refused_at_receipt, {}),
    "reversed": (reversed_, {"due_in_days": 30}),
    "refused_then_paid": (refused_then_paid, {}),
    "refused_then_reversed": (refused_then_reversed, {}),
    "parked_by_lock": (parked_by_lock, {"months_ago": 1}),
    "parked_then_cancelled": (parked_then_cancelled, {"months_ago": 2}),
    "refused_twice": (refused_twice, {}),
    "assigned": (assigned, {}),
    "fixed": (fixed, {"months_ago": 3}),
    "period_locked": (period_locked, {"type": "period_state", "months_ago": 4}),
    "skipped": (skipped, {"type": SKIPPABLE, "months_ago": 5}),
    "reminded": (reminded, {"type": REMINDED}),
    "withdrawn": (withdrawn, {"type": REMINDED}),
    "tended": (tended, {}),
    "answer_lost": (answer_lost, {}),
}
# These lock a period that others may be in; run beside others they need a month of their own.
LOCKING = ("parked_by_lock", "parked_then_cancelled", "fixed", "period_locked", "skipped")


async def all_of(*running: Awaitable[None]) -> None:
    """Wait for all, then fail with everything that went wrong."""
    ended = await asyncio.gather(*running, return_exceptions=True)
    wrong = [each for each in ended if isinstance(each, BaseException)]
    assert not wrong, "\n".join(f"{type(each).__name__}: {each}" for each in wrong)
