"""Main: the worker. Registers every process and activity, and refuses to start when it must not."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self, TypedDict

from joserfc.jwk import OKPKey
from temporalio.client import Client
from temporalio.worker import Interceptor, Worker

from activities.approvals import ApprovalActivities
from activities.bulk import BulkActivities
from activities.children import ChildActivities
from activities.clock import ClockActivities
from activities.crash import CrashPoints
from activities.deadlines import DeadlineActivities
from activities.desk import Desk
from activities.effects import Effects
from activities.exceptions import ExceptionActivities
from activities.histories import HistoryActivities
from activities.integrity import IntegrityActivities, Sealing
from activities.ledger import LedgerActivities
from activities.migrations import MigrationActivities
from activities.notifications import NotificationActivities
from activities.operations import OperationActivities
from activities.partners.bank import Bank
from activities.partners.messages import Gateway
from activities.payments import PaymentActivities
from activities.processes import ProcessActivities
from activities.stuck import StuckActivities
from activities.tending import TendingActivities
from activities.twice import DeliverTwice
from activities.uploads import UploadActivities
from config import database, keys
from config.settings import Mode, Settings
from domain.definitions.catalog import Catalog
from domain.ledger.sealing.seals import Signer
from domain.processes import release
from domain.refusal import Refusal
from workflows import archive, catalog, client, ledger_care, notifications, stuck, uploads
from workflows.kit.configuration import Configuration, configure
from workflows.kit.options import ITEMS_QUEUE, MESSAGES_QUEUE, lifecycles
from workflows.lifecycle import Lifecycle
from workflows.roads import Roads
from workflows.sandboxing import runner

ACTIVITY_SLOTS = 16
ITEM_SLOTS = 4
# One turn of telling, one of sending.
MESSAGE_SLOTS = 2
# What runs again and again beside the ledger's care.
ON_SCHEDULE = (
    archive.ArchiveHistories, stuck.WatchProcesses, uploads.SweepUploads, notifications.TellPeople,
)  # fmt: skip


class Tuning(TypedDict):
    """How much one worker process does at once, and how it ends. The floor is run with the same."""

    max_concurrent_activities: int
    max_concurrent_workflow_tasks: int
    max_concurrent_workflow_task_polls: int
    max_concurrent_activity_task_polls: int
    graceful_shutdown_timeout: timedelta
    build_id: str


TUNING = Tuning(
    max_concurrent_activities=ACTIVITY_SLOTS,
    max_concurrent_workflow_tasks=8,
    max_concurrent_workflow_task_polls=2,
    max_concurrent_activity_task_polls=2,
    graceful_shutdown_timeout=timedelta(seconds=5),
    # Without a name of ours every start hashes each loaded module: two seconds of CPU.
    build_id=f"kontor-{version('kontor')}",
)


@dataclass(frozen=True, slots=True)
class Workers:
    """One that runs every coded process and activity, one that interprets definitions, one for
    activities that wait for other processes, and one that tells people."""

    coded: Worker
    interpreter: Worker
    items: Worker
    messages: Worker

    async def __aenter__(self) -> Self:
        await self.coded.__aenter__()
        await self.interpreter.__aenter__()
        await self.items.__aenter__()
        await self.messages.__aenter__()
        return self

    async def __aexit__(self, *fault: Any) -> None:
        await self.messages.__aexit__(*fault)
        await self.items.__aexit__(*fault)
        await self.interpreter.__aexit__(*fault)
        await self.coded.__aexit__(*fault)

    async def run(self) -> None:
        """Run until shut down."""
        await asyncio.gather(
            self.coded.run(), self.interpreter.run(), self.items.run(), self.messages.run()
        )

    async def shutdown(self) -> None:
        """Take no more work, and finish what is under way."""
        await asyncio.gather(
            self.coded.shutdown(), self.interpreter.shutdown(), self.items.shutdown(),
            self.messages.shutdown(),
        )  # fmt: skip


def worker(
    temporal: Client,
    task_queue: str,
    desk: Desk,
    bank: Bank,
    *,
    interceptors: list[Interceptor],
    sealing: Sealing | None = None,
    gateway: Gateway | None = None,
    links: str = "",
    upload_days: int = 30,
) -> Workers:
    """The workers of one task queue and of its interpreter's, with every process and activity.

    Without `sealing` it leaves the ledger's care to another one; without a `gateway` no message
    leaves. `links` is where the links in messages lead. Uploads are swept after `upload_days`.
    """
    engine = desk.effects.engine
    roads = Roads(temporal, task_queue)
    bulk, migrations = BulkActivities(desk, roads), MigrationActivities(desk, roads)
    children = ChildActivities(desk, roads)
    groups: tuple[object, ...] = (
        ProcessActivities(desk),
        ApprovalActivities(desk),
        TendingActivities(desk),
        DeadlineActivities(desk),
        LedgerActivities(desk),
        PaymentActivities(desk, bank),
        ExceptionActivities(desk),
        OperationActivities(desk),
        migrations,
        HistoryActivities(engine, temporal),
        StuckActivities(engine, temporal),
        ClockActivities(desk, temporal),
        UploadActivities(engine, upload_days),
        children,
        *([IntegrityActivities(engine, sealing)] if sealing else []),
    )
    care = ledger_care.WORKFLOWS if sealing else ()
    configure(Configuration(desk.catalog, desk.actor_key))
    return Workers(
        Worker(
            temporal,
            task_queue=task_queue,
            workflows=[*catalog.PROCESSES.values(), *ON_SCHEDULE, *care],
            # A stop must not wait behind the items that it stops.
            activities=[
                *(method for group in groups for method in activities_of(group)),
                bulk.stop_items,
            ],
            activity_executor=ThreadPoolExecutor(ACTIVITY_SLOTS),
            workflow_runner=runner(),
            interceptors=interceptors,
            **TUNING,
        ),
        interpreter(temporal, task_queue),
        Worker(
            temporal,
            task_queue=task_queue + ITEMS_QUEUE,
            activities=[*activities_of(bulk), migrations.move_process, children.withdraw_children],
            activity_executor=ThreadPoolExecutor(ITEM_SLOTS),
            interceptors=interceptors,
            **TUNING | {"max_concurrent_activities": ITEM_SLOTS},
        ),
        messenger(temporal, task_queue, NotificationActivities(desk, gateway, links=links)),
    )


def interpreter(temporal: Client, task_queue: str) -> Worker:
    """The worker of processes that are not code."""
    return Worker(
        temporal,
        task_queue=lifecycles(task_queue),
        workflows=[Lifecycle],
        workflow_runner=runner(),
        **TUNING,
    )


def messenger(temporal: Client, task_queue: str, telling: NotificationActivities) -> Worker:
    """The worker that tells people, apart from those that processes wait for."""
    return Worker(
        temporal,
        task_queue=task_queue + MESSAGES_QUEUE,
        activities=activities_of(telling),
        activity_executor=ThreadPoolExecutor(MESSAGE_SLOTS),
        **TUNING | {"max_concurrent_activities": MESSAGE_SLOTS},
    )


def activities_of(group: object) -> list[Callable[..., Any]]:
    """The methods of a group that are activities."""
    methods = (getattr(group, name) for name in dir(group) if not name.startswith("_"))
    return [method for method in methods if hasattr(method, "__temporal_activity_definition")]


def check_settings(settings: Settings) -> None:
    """Refuse tools of testing in production."""
    if settings.mode is Mode.PRODUCTION and (settings.crash_at or settings.deliver_twice):
        raise Refusal(
            "production_must_not_be_tampered_with",
            "KONTOR_CRASH_AT or KONTOR_DELIVER_TWICE is set. They belong to tests; unset them.",
        )


async def main(settings: Settings) -> None:
    """Run until asked to stop."""
    check_settings(settings)
    own = keys.load(settings)
    engine = database.engine(settings, "kontor_app", pool=ACTIVITY_SLOTS + 2)
    definitions: Catalog = release.load(engine, catalog.definitions(settings.definitions))
    temporal = await client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        payload_key=own.payload,
    )
    desk = Desk(
        Effects(engine, CrashPoints(settings.crash_at)),
        definitions,
        OKPKey.import_key(own.actor_public),
    )
    interceptors: list[Interceptor] = [DeliverTwice()] if settings.deliver_twice else []
    running = worker(
        temporal,
        settings.task_queue,
        desk,
        Bank(settings.bank_url),
        interceptors=interceptors,
        sealing=Sealing(Signer(own.seal_private), settings.seal_folder),
        gateway=Gateway(settings.messages_url) if settings.messages_url else None,
        links=f"{settings.api_url}/v1",
        upload_days=settings.upload_days,
    )
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with running:
        await archive.schedule(temporal, settings.task_queue)
        await stuck.schedule(temporal, settings.task_queue)
        await uploads.schedule(temporal, settings.task_queue)
        await ledger_care.schedule(temporal, settings.task_queue)
        await notifications.schedule(temporal, settings.task_queue)
        announce(settings.home)
        await stop.wait()


def announce(home: Path) -> None:
    """Say that instructions are taken: a file with our process id."""
    ready = home / "run" / os.environ.get("KONTOR_READY_FILE", "worker.ready")
    ready.parent.mkdir(parents=True, exist_ok=True)
    ready.write_text(str(os.getpid()))


if __name__ == "__main__":
    try:
        asyncio.run(main(Settings()))
    except Refusal as refusal:
        sys.exit(refusal.message)
