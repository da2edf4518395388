"""Where a page of entries or postings ends, as text that only we write."""

from datetime import date
from uuid import UUID

from domain.ledger.entries import Place
from domain.refusal import Refusal


def write(place: Place) -> str:
    """The cursor after a posting."""
    return f"{place.entry_date.isoformat()}.{place.entry.hex}.{place.line}"


def read(cursor: str) -> Place:
    """The posting a page ended with. Raises Refusal `cursor_must_be_ours`."""
    try:
        day, entry, line = cursor.split(".")
        return Place(date.fromisoformat(day), UUID(hex=entry), int(line))
    except ValueError:
        raise Refusal(
            "cursor_must_be_ours",
            f"{cursor!r} is no cursor. Use the one that came with the page before.",
        ) from None
