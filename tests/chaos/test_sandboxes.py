"""A sandbox is made whole and once, and a reset archives once, wherever the worker dies."""

import asyncio
from typing import Any
from uuid import uuid4

from temporalio.client import Client

from activities.twice import DeliverTwice
from domain.access import passwords, secret
from domain.sandbox.cast import CAST, Tenant
from domain.sandbox.tenants import id_of
from sandbox.auditor import Asked
from tests.chaos.errand import Errand
from tests.chaos.outcomes import all_of
from tests.chaos.test_crash_points import IN_EVERY_EFFECT
from tests.chaos.test_deliveries import DeliverAtOnce
from tests.chaos.world import World, world

OPERATIONS = {"sandbox_tenant": "make_sandbox", "sandbox_reset": "reset_sandbox"}
CASES = [(type, point) for type in OPERATIONS for point in IN_EVERY_EFFECT]
AT_A_TIME = 3
ROWS = """
    SELECT (SELECT count(*) FROM users u WHERE u.tenant_id = t.id AND u.active) AS logins,
        (SELECT count(*) FROM passwords p WHERE p.tenant_id = t.id) AS passwords,
        (SELECT count(*) FROM accounts a WHERE a.tenant_id = t.id) AS accounts,
        (SELECT count(*) FROM periods p WHERE p.tenant_id = t.id) AS periods,
        t.successor
    FROM tenants t WHERE t.id = %s
"""
DESCENDED = "SELECT count(*)::int AS made FROM tenants WHERE origin = %s"


class Founder(Errand):
    """Esha, who has a sandbox made or reset; in a tenant of her own."""

    @classmethod
    async def of(cls, made: World, temporal: Client, queue: str, type: str) -> "Founder":
        """A tenant that this is about alone."""
        own = await asyncio.to_thread(made.opened, Tenant(uuid4()))
        return cls(own, temporal, queue, type=type)

    def input(self, **changed: Any) -> dict[str, Any]:
        """A name or a reason, and the hash of a password."""
        hash = passwords.hashed_alike(secret.fresh(secret.PASSWORD, self.world.tenant.id))
        said = "name" if self.type == "sandbox_tenant" else "reason"
        return {said: "Training", "password_hash": hash}

    def signed(self, who: str, action: str, subject: str, content: Any) -> Any:
        """She asks, whoever would enter an invoice."""
        return super().signed("esha", action, subject, content)

    async def founds(self) -> None:
        """To its end: one whole tenant more, and the old one archived by a reset alone."""
        await self.open()
        await self.stands_at("done")
        await self.closes()
        self.world.asked.append(
            Asked(
                workflow_id=self.workflow_id, stage="done", book={}, entries=0, payments=0,
                amount=None, refused=self.refused, acknowledged=self.acknowledged,
            )
        )  # fmt: skip
        tenant, fresh = self.world.tenant.id, id_of(self.id)
        (before,), (after,) = await self.look(ROWS, tenant), await self.look(ROWS, fresh)
        assert (after["logins"], after["passwords"]) == (len(CAST), len(CAST))
        assert (after["accounts"], after["periods"]) == (before["accounts"], before["periods"])
        is_reset = self.type == "sandbox_reset"
        assert before["successor"] == (fresh if is_reset else None)
        assert before["logins"] == (0 if is_reset else len(CAST))
        assert (await self.look(DESCENDED, tenant))[0]["made"] == 1


async def dies_and_is_taken_over(made: World, temporal: Client, type: str, point: str) -> None:
    """The first worker is killed at the point; another one goes on."""
    armed = f"carry_out.{OPERATIONS[type]}/{point}"
    founder = await Founder.of(made, temporal, f"sandbox {armed}", type)
    async with made.working(founder.task_queue, crash_at=armed) as victim:
        running = asyncio.ensure_future(founder.founds())
        try:
            assert await victim.died(), f"{armed} was never reached, or did not kill"
            async with await made.worker_here(founder.task_queue):
                await running
        finally:
            running.cancel()


def test_a_sandbox_survives_a_crash_at_every_point() -> None:
    async def run(made: World) -> None:
        temporal, some = await made.temporal(), asyncio.Semaphore(AT_A_TIME)

        async def case(type: str, point: str) -> None:
            async with some:
                await dies_and_is_taken_over(made, temporal, type, point)

        await all_of(*(case(*each) for each in CASES))
        assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))


def test_a_sandbox_delivered_twice_is_made_once() -> None:
    async def run(made: World) -> None:
        temporal = await made.temporal()
        for interceptor in (DeliverTwice(), DeliverAtOnce()):
            for type in OPERATIONS:
                queue = f"sandbox {type} {interceptor.__class__.__name__}"
                founder = await Founder.of(made, temporal, queue, type)
                async with await made.worker_here(queue, interceptor):
                    await founder.founds()
        assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))
