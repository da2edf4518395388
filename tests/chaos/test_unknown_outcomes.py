"""What the bank did is never guessed: each fault ends in one payment or none, and is known."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import Connection, text

from domain.identifiers import new_uuid
from domain.processes import partner
from domain.processes.partner import State
from local.members import BANK
from sandbox.tenant import Tenant
from tests.chaos.errand import Errand, Refused
from tests.chaos.outcomes import all_of
from tests.chaos.world import World, world
from tests.database import Database

QUEUE = "bank"
# Fault, how often it strikes, and what more it is told.
MENDED_BY_ASKING: list[tuple[str, int, dict[str, Any]]] = [
    ("lose_answer", 1, {}),
    ("lose_request", 2, {}),
    ("error_before", 2, {}),
    ("error_after", 1, {}),
    ("slow", 1, {"seconds": 8}),
    ("drip", 1, {"seconds": 0.5}),
    ("garbage", 1, {}),
]


async def approved(errand: Errand) -> None:
    """Received, approved, about to be paid."""
    await errand.open()
    await errand.decide("bina", "approve")


async def paid_once(errand: Errand, fault: str, times: int, more: dict[str, Any]) -> None:
    await errand.open()
    await errand.bank_will(fault, times, **more)
    await errand.decide("bina", "approve")
    await errand.ends("paid")
    assert [call["state"] for call in await errand.calls()] == ["done"]


async def answer_lost_by_account(errand: Errand) -> None:
    """The bank's own account whose first answer is always lost."""
    await errand.open(vendor="V-006")
    await errand.decide("bina", "approve")
    await errand.ends("paid")


async def paid_under_a_new_key(errand: Errand) -> None:
    """Refused twice, so the third business attempt is paid, each under a key of its own."""
    await errand.open()
    await errand.bank_will("refuse", 2)
    await errand.decide("bina", "approve")
    for _ in range(2):
        await errand.repair("esha", "retry", cause="payment_refused")
    await errand.ends("paid")
    calls = await errand.calls()
    assert [call["state"] for call in calls] == ["refused", "refused", "done"]
    assert len({call["effect_key"] for call in calls}) == 3


async def not_cancelled_while_unknown(errand: Errand) -> None:
    """Every order is lost on the way, so nobody knows: it is not cancelled; asked again, it is."""
    await errand.open()
    await errand.bank_will("error_before", 0)
    await errand.decide("bina", "approve")
    with pytest.raises(Refused, match="outcome_must_be_known"):
        await errand.repair("esha", "cancel", cause="payment_outcome_unknown")
    assert [call["state"] for call in await errand.calls()] == ["unknown"]
    # The same fault for the same payment replaces the one that lasts.
    await errand.bank_will("error_before", 1)
    await errand.repair("esha", "retry", cause="payment_outcome_unknown")
    await errand.ends("paid")


async def give_up_on_bank(made: World, errands: list[Errand]) -> None:
    """The bank is dead through every try; one is cancelled, the other paid once it is back."""
    await all_of(*(errand.open() for errand in errands))
    made.stack.kill(BANK)
    await all_of(*(errand.decide("bina", "approve") for errand in errands))
    retried, cancelled = errands
    # Nothing ever left us, so cancelling is safe, and known to be.
    await cancelled.repair("esha", "cancel", cause="bank_unreachable")
    await retried.waits_for("SELECT 1 FROM exceptions WHERE process_id = %s")
    await made.revive(BANK)
    await retried.repair("esha", "retry", cause="bank_unreachable")
    await all_of(retried.ends("paid"), cancelled.ends("reversed"))


async def bank_is_away(made: World, errand: Errand) -> None:
    """503 to everything, so even asking fails; when it is back, retrying pays."""
    await errand.open()
    away = {"fault": "away", "times": 0}
    (await made.bank.put("/v1/faults", json=away)).raise_for_status()
    await errand.decide("bina", "approve")
    with pytest.raises(Refused, match="outcome_must_be_known"):
        await errand.repair("esha", "cancel", cause="payment_outcome_unknown")
    (await made.bank.delete("/v1/faults")).raise_for_status()
    await errand.repair("esha", "retry", cause="payment_outcome_unknown")
    await errand.ends("paid")


def played(play: Callable[[World, Callable[[], Errand]], Awaitable[None]]) -> None:
    """Play in a world of its own with one worker, then audit."""

    async def run(made: World) -> None:
        temporal = await made.temporal()
        async with made.working(QUEUE):
            await play(made, lambda: Errand(made, temporal, QUEUE))
            assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))


def test_each_fault_of_the_bank_ends_in_one_payment() -> None:
    async def play(made: World, errand: Callable[[], Errand]) -> None:
        await made.rows(
            "WITH told AS (SELECT set_config('kontor.tenant', %s, true))"
            " INSERT INTO parties SELECT tenant_id, gen_random_uuid(), 'V-006', name, kind, gstin,"
            " active, '50100200300006', bank_ifsc FROM parties, told WHERE code = 'V-001'"
            " RETURNING 1",
            str(made.tenant.id),
        )
        await all_of(
            *(paid_once(errand(), *fault) for fault in MENDED_BY_ASKING),
            answer_lost_by_account(errand()),
            paid_under_a_new_key(errand()),
            not_cancelled_while_unknown(errand()),
        )
        await all_of(bank_is_away(made, errand()))
        await give_up_on_bank(made, [errand(), errand()])

    played(play)


STATE = text("SELECT state FROM partner_calls WHERE effect_key = 'k'")


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (("intend", "not_sent"), "not_sent"),
        (("intend", "not_sent", "intend"), "sending"),
        (("intend", "intend", "not_sent"), "unknown"),
        (("intend", "unknown", "not_sent"), "unknown"),
        (("intend", "unknown", "intend", "not_sent"), "unknown"),
        (("intend", "unknown", "done", "not_sent"), "done"),
        (("intend", "refused", "unknown"), "refused"),
    ],
)
def test_an_order_that_may_have_left_us_never_counts_as_not_sent(
    database: Database, tenant: Tenant, said: tuple[str, ...], state: State
) -> None:
    with database.admin.connect() as connection:
        # A call belongs to a process; which one does not matter here.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(f"SET LOCAL kontor.tenant = '{tenant.id}'")
        for each in said:
            say(connection, tenant, each)
        assert connection.scalar(STATE) == state
        connection.rollback()


def say(connection: Connection, tenant: Tenant, what: str) -> None:
    """One attempt's word about the call."""
    if what == "intend":
        partner.intend(
            connection, tenant=tenant.id, process=new_uuid(), key="k", partner="bank",
            operation="payment", request={},
        )  # fmt: skip
    else:
        state: State = what  # type: ignore[assignment]
        partner.conclude(connection, tenant=tenant.id, key="k", state=state)
