"""Sweeping files that were sent and that nobody attached."""

from uuid import UUID

from sqlalchemy import Engine
from temporalio import activity

from domain.database import transaction
from domain.documents import uploads

AT_A_TIME = 100


class UploadActivities:
    """The sweeper's step. A few at a time, so that nobody waits for it."""

    def __init__(self, engine: Engine, days: int) -> None:
        self.engine = engine
        self.days = days

    @activity.defn
    def sweep_uploads(self, tenant: UUID) -> int:
        """Delete what nobody attached; how many were. Again finds nothing."""
        swept = 0
        while True:
            with transaction(self.engine, tenant) as connection:
                some = uploads.sweep(connection, tenant, days=self.days, limit=AT_A_TIME)
            swept += some
            if some < AT_A_TIME:
                return swept
