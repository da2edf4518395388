"""Today where the company of the tests is: `date.today()` is the machine's, half a day behind."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Kolkata")


def today() -> date:
    """The business day, as the database says it (`business_today`)."""
    return datetime.now(ZONE).date()
