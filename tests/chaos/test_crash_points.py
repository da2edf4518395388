"""Each activity dies once at each of its labelled points; another worker takes over.

A case has a task queue of its own. Its first worker is armed and serves until the point kills it;
a second one without the point then brings the process to its end. Many cases run at a time, since
most of each is waiting for the engine to notice the loss.
"""

import asyncio
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from temporalio.client import Client

import activities
from activities import effects, notifications, payments
from activities.approvals import ApprovalActivities
from activities.bulk import BulkActivities
from activities.children import ChildActivities
from activities.clock import ClockActivities
from activities.crash import Point
from activities.deadlines import DeadlineActivities
from activities.exceptions import ExceptionActivities
from activities.histories import HistoryActivities
from activities.integrity import IntegrityActivities
from activities.ledger import LedgerActivities
from activities.migrations import MigrationActivities
from activities.notifications import NotificationActivities
from activities.operations import OperationActivities
from activities.payments import PaymentActivities
from activities.processes import ProcessActivities
from activities.stuck import StuckActivities
from activities.tending import TendingActivities
from activities.uploads import UploadActivities
from tests.chaos.errand import Errand
from tests.chaos.outcomes import LOCKING, OUTCOMES, all_of
from tests.chaos.world import World, world
from workflows import worker

AT_A_TIME = 20
GROUPS = (
    ProcessActivities, ApprovalActivities, LedgerActivities, PaymentActivities, ExceptionActivities,
    OperationActivities, TendingActivities,
)  # fmt: skip
# The modules that reach points.
OF_POINTS = ("effects.py", "payments.py", "notifications.py")
IN_EVERY_EFFECT: tuple[Point, ...] = ("before-tx", "in-tx", "after-commit-before-return")
MORE: dict[str, tuple[Point, ...]] = {"pay_party": ("before-call", "after-call-before-record")}

# Which outcome leads past each step.
LEADS_PAST = {
    "open_process": "cancelled",
    "decide_task": "approved_by_two",
    "take_action": "cancelled",
    "remind_task": "reminded",
    "tend_process": "tended",
    "move_on": "withdrawn",
    "post_journal.invoice": "paid_now",
    "post_journal.payment": "paid_now",
    "pay_party": "paid",
    "reverse_entry.invoice": "reversed",
    "park_step": "refused_then_paid",
    "resolve_exception": "refused_then_reversed",
    "assign_exception": "assigned",
    # Twelve cases that lock a month, one after the other: each has one of the last twelve.
    "end_process": "parked_then_cancelled",
    "carry_out.set_period": "period_locked",
    "propose_repair": "fixed",
    "confirm_repair": "skipped",
}
CASES = [(step, point) for step in LEADS_PAST for point in (*IN_EVERY_EFFECT, *MORE.get(step, ()))]


def registered(group: type[Any]) -> set[str]:
    """The names of a group's activities."""
    return {each.__name__ for each in worker.activities_of(group)}


def points_in(module: Any) -> Iterator[str]:
    """The points that a module's source reaches."""
    yield from re.findall(r'reach\([^,]+, "([a-z-]+)"\)', inspect.getsource(module))


def test_no_activity_and_no_point_is_forgotten() -> None:
    every = {name for group in GROUPS for name in registered(group)}
    assert {step.partition(".")[0] for step in LEADS_PAST} == every

    # The archiver's, the sealer's, the watcher's and the sweeper's are no step of a process: what
    # was lost is made the next time.
    assert registered(HistoryActivities) == {"tenants", "archive"}
    assert registered(IntegrityActivities) == {"ledger_tenants", "seal_tenant", "verify_tenant"}
    assert registered(StuckActivities) == {"watch"}
    assert registered(UploadActivities) == {"sweep_uploads"}
    # Those of bulk work, of migrations and of processes that start others have their own files.
    assert registered(MigrationActivities) == {"move_process", "take_version"}
    # It asks and writes nothing; and telling again only makes a process look again.
    assert registered(DeadlineActivities) == {"pace_process"}
    assert registered(ClockActivities) == {"tell_processes"}
    # No step of a process; what becomes of messages at each point is in tests/activities.
    assert registered(NotificationActivities) == {"tell_in_turn", "send_in_turn"}
    assert {*points_in(notifications)} == {*get_args(Point)}
    source = Path(inspect.getfile(worker)).read_text()
    assert sorted(re.findall(r"\b(\w+Activities)\(", source)) == sorted(
        group.__name__
        for group in (
            *GROUPS,
            BulkActivities,
            ChildActivities,
            ClockActivities,
            DeadlineActivities,
            HistoryActivities,
            IntegrityActivities,
            MigrationActivities,
            NotificationActivities,
            StuckActivities,
            UploadActivities,
        )
    )

    assert tuple(points_in(effects)) == IN_EVERY_EFFECT
    assert tuple(points_in(payments)) == MORE["pay_party"]
    assert {*IN_EVERY_EFFECT, *MORE["pay_party"]} == {*get_args(Point)}
    elsewhere = [
        file.name
        for file in Path(activities.__file__).parent.rglob("*.py")
        if ".reach(" in file.read_text() and file.name not in OF_POINTS
    ]
    assert elsewhere == []


async def dies_and_is_taken_over(
    made: World, temporal: Client, armed: str, errand: Errand, outcome: str
) -> None:
    queue = errand.task_queue
    async with made.working(queue, crash_at=armed) as victim:
        running = asyncio.create_task(OUTCOMES[outcome][0](errand))
        try:
            assert await victim.died(), f"{armed} was never reached, or did not kill"
            async with await made.worker_here(queue):
                await running
        except AssertionError as wrong:
            raise AssertionError(f"{armed} in {outcome}: {wrong}") from wrong
        finally:
            running.cancel()


async def every_case(made: World) -> None:
    temporal = await made.temporal()
    some = asyncio.Semaphore(AT_A_TIME)

    async def case(number: int, step: str, point: str) -> None:
        outcome = LEADS_PAST[step]
        about = OUTCOMES[outcome][1]
        if outcome in LOCKING:
            about = {**about, "months_ago": number % 12 + 1}
        async with some:
            errand = Errand(made, temporal, f"{step}/{point}", **about)
            await dies_and_is_taken_over(made, temporal, f"{step}/{point}", errand, outcome)

    await all_of(*(case(number, *each) for number, each in enumerate(CASES)))
    assert len(made.asked) == len(CASES)
    assert (await made.findings()) == []


def test_a_process_survives_a_crash_at_every_point() -> None:
    with world() as made:
        asyncio.run(every_case(made))
