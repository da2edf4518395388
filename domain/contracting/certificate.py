"""The named checks of a certificate by which a contractor is paid for works done so far."""

from decimal import Decimal

from domain.definitions import content as reading
from domain.documents.facts import DocumentFacts
from domain.money import Money, rounded
from domain.refusal import Refusal


def billing_period_must_run_forward(facts: DocumentFacts) -> None:
    """A certificate is for works of a period that begins before it ends, or of one day."""
    start = reading.day(facts.content, "billing_period_start")
    end = reading.day(facts.content, "billing_period_end")
    if end < start:
        raise Refusal(
            "billing_period_must_run_forward",
            f"The billing period ends on {end}, before it starts on {start}. Correct one of the "
            "two.",
        )


def retention_must_agree(facts: DocumentFacts) -> None:
    """What is retained is the rate (per cent) of the gross amount, half up to the paisa.

    Without a rate nothing is retained.
    """
    gross = reading.given_money(facts.content, "gross")
    stated = reading.given_money(facts.content, "retention_deducted")
    rate = Decimal(reading.text(facts.content, "retention_rate") or 0)
    expected = Money(rounded(gross.amount * rate / 100), gross.currency)
    if stated != expected:
        raise Refusal(
            "retention_must_agree",
            f"The retention is stated as {stated}, but {rate} % of {gross} comes to {expected}. "
            "Correct the rate or the amount, as the contract says.",
            expected=str(expected.amount),
            stated=str(stated.amount),
        )


CHECKS = {
    billing_period_must_run_forward: {
        "billing_period_start": "date", "billing_period_end": "date"
    },
    retention_must_agree: {
        "gross": "money", "retention_deducted": "money", "retention_rate?": "quantity"
    },
}  # fmt: skip
