"""Telling people: events become messages, and messages leave. Each runs for a while, in turns.

Both go on for minutes in one activity and look every moment, which costs the engine nothing; a
worker that dies is noticed by its heartbeat, and another takes over. Neither holds up a process.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from temporalio import activity

from activities.crash import CrashPoints
from activities.desk import Desk
from activities.partners.messages import Gateway, NotKnown, NotTaken, Sent
from domain.database import transaction
from domain.notifications import sending, telling
from domain.notifications.sending import Outgoing
from domain.notifications.telling import Telling
from domain.processes import archive

LOOK_EVERY = timedelta(seconds=1)
AT_ONCE = 20
SENDERS = 4
STEP = "send_message"


class NotificationActivities:
    """The two turns, and what each does for one tenant."""

    def __init__(self, desk: Desk, gateway: Gateway | None, *, links: str = "") -> None:
        self.desk = desk
        self.gateway = gateway
        self.telling = Telling(desk.catalog, links)

    @property
    def engine(self) -> Engine:
        """The database."""
        return self.desk.effects.engine

    @property
    def crash(self) -> CrashPoints:
        """Where tests let a worker die."""
        return self.desk.effects.crash

    @activity.defn
    def tell_in_turn(self, seconds: float) -> int:
        """Turn events into messages, tenant by tenant, for so long; how many events were read."""
        return self.in_turn(seconds, self.tell)

    @activity.defn
    def send_in_turn(self, seconds: float) -> int:
        """Send messages that are due, tenant by tenant, for so long; how many were tried."""
        return self.in_turn(seconds, self.send)

    def in_turn(self, seconds: float, work: Callable[[UUID], int]) -> int:
        """Go round all tenants until the time is over or the worker ends."""
        until, done = time.monotonic() + seconds, 0
        while True:
            busy = 0
            for tenant in archive.tenants(self.engine):
                activity.heartbeat()
                if activity.is_worker_shutdown():
                    return done
                busy += self.turn(tenant, work)
            done += busy
            if time.monotonic() >= until:
                return done
            if not busy:
                activity.wait_for_worker_shutdown_sync(LOOK_EVERY)

    def turn(self, tenant: UUID, work: Callable[[UUID], int]) -> int:
        """One tenant's turn. One whose work breaks keeps nobody else from theirs."""
        try:
            return work(tenant)
        except OperationalError:
            raise
        except Exception as fault:
            activity.logger.error("Tenant %s was not told: %s", tenant, fault)
            return 0

    def tell(self, tenant: UUID) -> int:
        """Write the messages of the next events of a tenant."""
        self.crash.reach("tell", "before-tx")
        with transaction(self.engine, tenant) as connection:
            read = telling.tell(connection, self.telling)
            self.crash.reach("tell", "in-tx")
        self.crash.reach("tell", "after-commit-before-return")
        return read

    def send(self, tenant: UUID) -> int:
        """Send a tenant's messages that are due."""
        with transaction(self.engine, tenant) as connection:
            due = sending.take(connection, self.desk.catalog.roles, most=AT_ONCE)
        if not due:
            return 0
        with ThreadPoolExecutor(SENDERS) as senders:
            list(senders.map(lambda message: self.send_one(tenant, message), due))
        return len(due)

    def send_one(self, tenant: UUID, message: Outgoing) -> None:
        """Call the gateway, then note what it said. What is not known is sent again, same key."""
        if self.gateway is None:
            said = "No gateway is configured (KONTOR_MESSAGES_URL)."
            with transaction(self.engine, tenant) as connection:
                sending.settle(connection, message.id, "not_configured", problem=said)
            return
        self.crash.reach(STEP, "before-call")
        outcome = self.gateway.send(message)
        self.crash.reach(STEP, "after-call-before-record")
        with transaction(self.engine, tenant) as connection:
            match outcome:
                case Sent():
                    sending.settle(connection, message.id, "sent", receipt=outcome.message_id)
                case NotTaken():
                    sending.settle(connection, message.id, "failed", problem=outcome.reason)
                case NotKnown():
                    sending.postpone(connection, message, outcome.message)
