"""What a report is asked for."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """The parameters of any report; each report takes those that its type names."""

    as_of: date | None = None
    since: date | None = None
    until: date | None = None
    compare: str | None = None
    dimensions: tuple[tuple[str, str], ...] = ()
    by: str | None = None
    layout: str | None = None
    language: str = "en"
    known_at: datetime | None = None
    account: str | None = None
    note: int | None = None
    limit: int = 200
    cursor: str | None = None
