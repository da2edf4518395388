"""What a rendering says beside the report itself: who took it out, when, in which unit."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from domain.reports.wording import Scale


@dataclass(frozen=True, slots=True)
class Cover:
    """`taken_on` is the tenant's business day, so the bytes of a file are one for a whole day."""

    taken_by: str
    tenant: str
    taken_on: date
    scale: Scale = Scale.UNITS

    @property
    def made_at(self) -> datetime:
        """The creation time that a file states: the start of the day, in UTC."""
        return datetime(self.taken_on.year, self.taken_on.month, self.taken_on.day, tzinfo=UTC)

    @property
    def watermark(self) -> str:
        """Whose copy it is."""
        return f"{self.taken_by}, {self.tenant}, {self.taken_on.isoformat()}"
