"""The named checks of an invoice that the company sends to a customer.

Exports and supplies to special economic zones, which are zero-rated, are not known here.
"""

from domain.definitions import content as reading
from domain.documents.facts import DocumentFacts
from domain.finance.gst import Taxes, taxes
from domain.finance.invoice import (
    TAXED_LINES,
    TAXES,
    check_registration,
    described,
    stated_taxes,
    taxable_lines,
)
from domain.parties.gstin import STATES, state_of
from domain.refusal import Refusal


def customer_gstin_must_be_valid(facts: DocumentFacts) -> None:
    """A registered customer's GSTIN stands on the invoice (CGST Rules, 2017, rule 46(d))."""
    gstin = facts.named_party.gstin
    if gstin is not None:
        check_registration(facts, "customer_gstin_must_be_valid", gstin)


def output_tax_must_follow_place_of_supply(facts: DocumentFacts) -> None:
    """Central and state tax when the place of supply is the company's state, else integrated tax.

    IGST Act, 2017, s.7 and s.8. The place is stated as a state's code: where goods arrive
    (s.10(1)(a)), or where the recipient of a service is (s.12(2)). A company without GSTIN charges
    nothing (CGST Act, 2017, s.32(1)).
    """
    place = reading.text(facts.content, "place_of_supply")
    stated = stated_taxes(facts)
    if facts.company.gstin is None:
        expected, why = Taxes(), "the company has no GSTIN"
    else:
        company = state_of(facts.company.gstin)
        expected = taxes(taxable_lines(facts), within_one_state=place == company)
        why = f"the company is in {STATES[company]}, the place of supply is {STATES[place]}"
    if stated != expected:
        raise Refusal(
            "output_tax_must_follow_place_of_supply",
            f"The invoice states {described(facts, stated)}; expected are "
            f"{described(facts, expected)}, since {why}. Correct the taxes or the place.",
        )


CHECKS = {
    customer_gstin_must_be_valid: {"*": "party"},
    output_tax_must_follow_place_of_supply: {"place_of_supply": "choice", **TAXED_LINES, **TAXES},
}
