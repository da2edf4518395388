"""A vendor's payment: what the bank is asked to do."""

from dataclasses import dataclass

from domain.definitions import journal
from domain.definitions.model import Definition
from domain.processes.record import Facts
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Order:
    """One payment; the amount in minor units."""

    amount: int
    currency: str
    debit_account: str
    beneficiary_name: str
    beneficiary_account: str
    beneficiary_ifsc: str
    reference: str
    narration: str


def order(definition: Definition, facts: Facts, *, total: str) -> Order:
    """The order that pays a total of the document to its party. Refuses one without an account."""
    party = facts.party
    if party is None or not party.bank_account or not party.bank_ifsc:
        raise Refusal(
            "vendor_must_have_bank_account",
            f"{facts.subject} cannot be paid: the vendor has no bank account and IFSC. Add them.",
        )
    amount = journal.total(definition, total, facts.content)
    return Order(
        amount=amount.amount,
        currency=amount.currency,
        debit_account=facts.company.bank_account,
        beneficiary_name=party.name,
        beneficiary_account=party.bank_account,
        beneficiary_ifsc=party.bank_ifsc,
        reference=facts.reference,
        narration=f"{facts.company.name} {facts.subject}"[:100],
    )
