"""The named checks of the party that a document deals with, whatever it is about."""

from domain.documents.facts import DocumentFacts
from domain.refusal import Refusal


def party_must_be_active(facts: DocumentFacts) -> None:
    """Nothing new with a party that was deactivated."""
    party = facts.named_party
    if not party.active:
        raise Refusal(
            "party_must_be_active",
            f"{party.name} ({party.code}) is not active. Have the party activated again, or name "
            "another.",
        )


def party_must_be_customer(facts: DocumentFacts) -> None:
    """What is sold, and what is received for it, stands in a customer's account."""
    check_kind(facts, "party_must_be_customer", "customer")


def party_must_be_vendor(facts: DocumentFacts) -> None:
    """What is bought, and what is paid for it, stands in a vendor's account."""
    check_kind(facts, "party_must_be_vendor", "vendor")


def check_kind(facts: DocumentFacts, code: str, wanted: str) -> None:
    """Refuse a party of another kind."""
    party = facts.named_party
    if party.kind != wanted:
        raise Refusal(
            code,
            f"{party.name} ({party.code}) is entered as {party.kind}, but a {wanted} is wanted "
            "here. Name another party.",
            kind=party.kind,
        )


CHECKS = {
    check: {"*": "party"}
    for check in (party_must_be_active, party_must_be_customer, party_must_be_vendor)
}
