"""What stands on an invoice of the tests: amounts on the wire, and days."""

from datetime import date
from typing import Any


def money(amount: int) -> dict[str, Any]:
    """Paise on the wire."""
    return {"amount": amount, "currency": "INR"}


def months_before(day: date, months: int) -> date:
    """The first of an earlier month; the day itself for none."""
    if not months:
        return day
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
