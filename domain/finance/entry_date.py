"""The named check of the day that a document is entered under."""

from domain.definitions import content as reading
from domain.documents.facts import DocumentFacts
from domain.refusal import Refusal


def entry_date_must_not_be_in_future(facts: DocumentFacts) -> None:
    """What is booked has happened: the field `entry_date` is today or earlier."""
    day = reading.day(facts.content, "entry_date")
    if day > facts.today:
        raise Refusal(
            "entry_date_must_not_be_in_future",
            f"The entry is dated {day}, which is after today, {facts.today}. Correct the date, or "
            "wait until then.",
        )


CHECKS = (entry_date_must_not_be_in_future,)
