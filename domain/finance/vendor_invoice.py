"""The named checks of an invoice that a vendor sent. Each refuses with its own name."""

from domain.documents.facts import DocumentFacts
from domain.finance.gst import Taxes, taxes
from domain.finance.invoice import (
    TAXED_LINES,
    TAXES,
    check_registration,
    described,
    rupees,
    stated_taxes,
    taxable_lines,
)
from domain.parties.gstin import STATES, state_of
from domain.refusal import Refusal


def vendor_must_be_active(facts: DocumentFacts) -> None:
    """No invoice of a vendor that was deactivated."""
    if not facts.named_party.active:
        raise Refusal(
            "vendor_must_be_active",
            f"The vendor {facts.named_party.code} is not active. Have the vendor "
            "activated again, or enter the invoice under the vendor that sent it.",
        )


def vendor_gstin_must_be_valid(facts: DocumentFacts) -> None:
    """Only a registered person may collect tax (CGST Act, 2017, s.32(1)), under its own number."""
    gstin = facts.named_party.gstin
    if gstin is None:
        charged = stated_taxes(facts).total
        if charged:
            raise Refusal(
                "vendor_gstin_must_be_valid",
                f"The invoice charges {rupees(facts, charged)} of tax, but the vendor has no GSTIN "
                "and may charge none. Add the GSTIN to the vendor, or ask for an invoice without "
                "tax.",
            )
        return
    check_registration(facts, "vendor_gstin_must_be_valid", gstin)


def tax_must_follow_place_of_supply(facts: DocumentFacts) -> None:
    """Central and state tax within one state, integrated tax between two (IGST Act, s.7, s.8).

    The place of supply to a registered company is taken as its own state (IGST Act, s.10(1)(a) for
    goods delivered there, s.12(2)(a) for services). An unregistered vendor charges nothing.
    """
    stated, gstin = stated_taxes(facts), facts.named_party.gstin
    if gstin is None:
        expected, why = Taxes(), "the vendor has no GSTIN"
    else:
        vendor, company = state_of(gstin), state_of(facts.company.gstin or "")
        expected = taxes(taxable_lines(facts), within_one_state=vendor == company)
        why = f"the vendor is in {STATES[vendor]}, the company in {STATES[company]}"
    if stated != expected:
        raise Refusal(
            "tax_must_follow_place_of_supply",
            f"The invoice states {described(facts, stated)}; expected are "
            f"{described(facts, expected)}, since {why}. Correct the entry, or send the invoice "
            "back to the vendor.",
        )


CHECKS = {
    vendor_must_be_active: {"*": "party"},
    vendor_gstin_must_be_valid: {"*": "party", **TAXES},
    tax_must_follow_place_of_supply: {"*": "party", **TAXED_LINES, **TAXES},
}
