"""The days that a period of a report spans: a month, a quarter, a fiscal year by its name."""

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from domain.ledger import periods
from domain.refusal import Refusal

WRITTEN = re.compile(
    r"(?P<month>[0-9]{4}-(0[1-9]|1[0-2]))|FY(?P<year>[0-9]{4}-[0-9]{2})(-Q(?P<quarter>[1-4]))?"
)
MONTHS_OF_A_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day."""

    since: date
    until: date


def of_period(connection: Connection, company: UUID, written: str) -> Span:
    """`2026-07` is a month, `FY2026-27` a fiscal year, `FY2026-27-Q1` its first quarter.

    The company's own periods say which days these are. Raises Refusal `period_must_be_readable`
    and `period_must_exist`.
    """
    match = WRITTEN.fullmatch(written)
    if match is None:
        raise Refusal(
            "period_must_be_readable",
            f"{written[:40]!r} is no period. Write 2026-07, FY2026-27 or FY2026-27-Q1.",
        )
    listed = periods.listed(connection, company)
    if match["month"]:
        found = [each for each in listed if each.starts_on.isoformat().startswith(match["month"])]
    else:
        found = [each for each in listed if each.fiscal_year == match["year"]]
    if match["quarter"]:
        first = (int(match["quarter"]) - 1) * MONTHS_OF_A_QUARTER
        found = found[first : first + MONTHS_OF_A_QUARTER]
    if not found:
        raise Refusal(
            "period_must_exist",
            f"The company's book has no period {written}. See /v1/periods for those that it has.",
        )
    return Span(min(each.starts_on for each in found), max(each.ends_on for each in found))
