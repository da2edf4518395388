"""What a named check looks at: an accepted document, its company, its party, and the day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from domain.access.company import Company, Party
from domain.definitions.content import Content
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """Content that its definition accepted, and what else the checks must know.

    `party` is None where the document names none; `today` is the day in the company's zone.
    """

    content: Content
    company: Company
    party: Party | None
    today: date

    @property
    def named_party(self) -> Party:
        """The party of a document that needs one. Refuses `party_must_be_named`."""
        if self.party is None:
            raise Refusal("party_must_be_named", "The document names no party. Name one.")
        return self.party


Check = Callable[[DocumentFacts], None]
