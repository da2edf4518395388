"""The tenant's opening hours and weekly days off, and its holidays."""

from sqlalchemy import Column, Date, Table, Text, Time
from sqlalchemy.dialects.postgresql import JSONB

from domain.database import METADATA, tenant_column

calendars = Table(
    "calendars",
    METADATA,
    tenant_column(),
    Column("days_off", JSONB, nullable=False),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
)

holidays = Table(
    "holidays",
    METADATA,
    tenant_column(),
    Column("day", Date, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
)
