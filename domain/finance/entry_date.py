"""The named checks of the day that a document is entered under, and of the day it is due."""

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


def due_date_must_follow_entry_date(facts: DocumentFacts) -> None:
    """Nothing is due before the day it is booked on; on the same day it may be."""
    entry_date, due_date = (reading.day(facts.content, n) for n in ("entry_date", "due_date"))
    if due_date < entry_date:
        raise Refusal(
            "due_date_must_follow_entry_date",
            f"It is due on {due_date}, before its entry date {entry_date}. Correct one of the two.",
        )


CHECKS = {
    entry_date_must_not_be_in_future: {"entry_date": "date"},
    due_date_must_follow_entry_date: {"entry_date": "date", "due_date": "date"},
}
