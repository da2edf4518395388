"""What a check looks at, made by hand."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.access.company import Company, Party
from domain.documents.facts import DocumentFacts

TODAY = date(2026, 7, 16)


def facts_of(
    content: dict[str, Any],
    *,
    kind: str = "vendor",
    code: str = "V-001",
    gstin: str | None = None,
    active: bool = True,
    company: str | None = "29AAGCB7383J1Z4",
    today: date = TODAY,
) -> DocumentFacts:
    """A document of a party of this kind, to a company in Bengaluru (29) unless it is said."""
    party = Party(UUID(int=1), code, "Sharma and Sons", kind, gstin, active, None, None)
    book = Company(UUID(int=2), "KTR", "Kontor", "INR", company, "50100200300400")
    return DocumentFacts(content, book, party, today)
