"""What invoices have in common, received or sent: dates, arithmetic, the tax that they state.

An invoice has rows `lines` (quantity, unit_price, net, gst_rate) and the fields invoice_date,
due_date, cgst, sgst, igst and total.
"""

from decimal import Decimal

from domain.definitions import content as reading
from domain.documents.facts import DocumentFacts
from domain.finance.gst import TaxableLine, Taxes
from domain.money import Money, rounded
from domain.parties.gstin import check_gstin
from domain.refusal import Refusal


def dates_must_be_in_order(facts: DocumentFacts) -> None:
    """An invoice is not of tomorrow, and not due before it was written."""
    invoice_date = reading.day(facts.content, "invoice_date")
    due_date = reading.day(facts.content, "due_date")
    if invoice_date > facts.today:
        raise Refusal(
            "dates_must_be_in_order",
            f"The invoice is dated {invoice_date}, which is after today, {facts.today}. Correct "
            "the date, or wait until then.",
        )
    if due_date < invoice_date:
        raise Refusal(
            "dates_must_be_in_order",
            f"The invoice is due on {due_date}, before its own date {invoice_date}. Correct one "
            "of the two.",
        )


def arithmetic_must_agree(facts: DocumentFacts) -> None:
    """Net is quantity times price, half up to the paisa; the total is all net amounts and taxes."""
    lines = reading.rows(facts.content, "lines")
    for number, line in enumerate(lines, 1):
        price = reading.given_money(line, "unit_price").amount
        expected = rounded(reading.quantity(line, "quantity") * price)
        stated = reading.given_money(line, "net").amount
        if stated != expected:
            raise disagreement(facts, f"The net amount of line {number}", expected, stated)
    net = sum(reading.given_money(line, "net").amount for line in lines)
    expected = net + stated_taxes(facts).total
    stated = reading.given_money(facts.content, "total").amount
    if stated != expected:
        raise disagreement(facts, "The invoice total", expected, stated)


def disagreement(facts: DocumentFacts, what: str, expected: int, stated: int) -> Refusal:
    """The refusal of a sum that comes out otherwise."""
    cure = "Compare with the paper; if it says the same, send it back to the vendor."
    if facts.named_party.kind == "customer":
        cure = "Correct the entry."
    return Refusal(
        "arithmetic_must_agree",
        f"{what} is stated as {rupees(facts, stated)}, but comes to {rupees(facts, expected)}. "
        f"{cure}",
        expected=str(expected),
        stated=str(stated),
    )


def check_registration(facts: DocumentFacts, code: str, gstin: str) -> None:
    """Refuse a party's GSTIN that is mistyped, or the company's own."""
    kind = facts.named_party.kind
    try:
        check_gstin(gstin)
    except Refusal as refusal:
        raise Refusal(code, refusal.message, rule=refusal.code) from refusal
    if gstin == facts.company.gstin:
        raise Refusal(code, f"The {kind}'s GSTIN {gstin} is the company's own. Correct the {kind}.")


def stated_taxes(facts: DocumentFacts) -> Taxes:
    """The taxes that the invoice states."""
    return Taxes(
        **{
            name: reading.given_money(facts.content, name).amount
            for name in ("cgst", "sgst", "igst")
        }
    )


def taxable_lines(facts: DocumentFacts) -> list[TaxableLine]:
    """The lines with their rates."""
    return [
        TaxableLine(
            reading.given_money(line, "net").amount, Decimal(reading.text(line, "gst_rate"))
        )
        for line in reading.rows(facts.content, "lines")
    ]


def described(facts: DocumentFacts, found: Taxes) -> str:
    """`CGST 90.00 INR, SGST 90.00 INR, IGST 0.00 INR`."""
    named = (("CGST", found.cgst), ("SGST", found.sgst), ("IGST", found.igst))
    return ", ".join(f"{name} {rupees(facts, amount)}" for name, amount in named)


def rupees(facts: DocumentFacts, amount: int) -> str:
    """Minor units as people write them, in the invoice's currency."""
    return str(Money(amount, reading.given_money(facts.content, "total").currency))


TAXES = {"cgst": "money", "sgst": "money", "igst": "money", "total": "money"}
TAXED_LINES = {"lines.net": "money", "lines.gst_rate": "choice"}
CHECKS = {
    dates_must_be_in_order: {"invoice_date": "date", "due_date": "date"},
    arithmetic_must_agree: {
        "*": "party", "lines.quantity": "quantity", "lines.unit_price": "money",
        "lines.net": "money", **TAXES,
    },
}  # fmt: skip
