"""The table of a day's exchange rates: of each pair and kind the one that serves on that day."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from domain.ledger.quotation import Version
from domain.ledger.rates import MAX_AGE_DAYS, version

# As `rates.rate` finds one: the newest day, then the company's own before the tenant's, then the
# last correction.
IN_FORCE = text("""
    SELECT DISTINCT ON (base_currency, quote_currency, kind) *
    FROM exchange_rates
    WHERE tenant_id = (SELECT current_tenant()) AND rate_date BETWEEN :since AND :on
      AND (company_id IS NULL OR company_id = :company)
      AND (CAST(:kind AS text) IS NULL OR kind = :kind)
      AND (CAST(:known_at AS timestamptz) IS NULL OR recorded_at <= CAST(:known_at AS timestamptz))
    ORDER BY base_currency, quote_currency, kind, rate_date DESC, company_id, version DESC
""")


def in_force(
    connection: Connection,
    company: UUID,
    on: date,
    *,
    kind: str | None = None,
    known_at: datetime | None = None,
    max_age_days: int = MAX_AGE_DAYS,
) -> tuple[Version, ...]:
    """Every rate that a company may use on a day, by pair and kind, as it was stated.

    `known_at` reads as of a time: corrections recorded later are not seen.
    """
    since = on - timedelta(days=max_age_days)
    values = {"company": company, "since": since, "on": on, "kind": kind, "known_at": known_at}
    return tuple(version(row) for row in connection.execute(IN_FORCE, values))
