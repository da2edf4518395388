"""The named checks of a vendor's invoice that need no database. Each refuses with its own name.

What they need of the vendor and the company is handed in as `InvoiceFacts`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.finance.gst import TaxableLine, Taxes, taxes
from domain.money import Money, rounded
from domain.parties.gstin import STATES, check_gstin, state_of
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An accepted invoice, and what else the checks must know.

    `vendor_gstin` is None for an unregistered supplier; `today` is the day in the company's zone.
    """

    content: Content
    vendor_gstin: str | None
    vendor_active: bool
    company_gstin: str
    today: date


def check_invoice(names: Iterable[str], facts: InvoiceFacts) -> None:
    """Those of the named checks that are here, in the order named. Raises the first Refusal."""
    for name in names:
        if name in CHECKS:
            CHECKS[name](facts)


def vendor_must_be_active(facts: InvoiceFacts) -> None:
    """No invoice of a vendor that was deactivated."""
    if not facts.vendor_active:
        raise Refusal(
            "vendor_must_be_active",
            f"The vendor {reading.text(facts.content, 'vendor')} is not active. Have the vendor "
            "activated again, or enter the invoice under the vendor that sent it.",
        )


def vendor_gstin_must_be_valid(facts: InvoiceFacts) -> None:
    """Only a registered person may collect tax (CGST Act, 2017, s.32(1)), under its own number."""
    if facts.vendor_gstin is None:
        charged = stated_taxes(facts).total
        if charged:
            raise Refusal(
                "vendor_gstin_must_be_valid",
                f"The invoice charges {rupees(facts, charged)} of tax, but the vendor has no GSTIN "
                "and may charge none. Add the GSTIN to the vendor, or ask for an invoice without "
                "tax.",
            )
        return
    try:
        check_gstin(facts.vendor_gstin)
    except Refusal as refusal:
        raise Refusal("vendor_gstin_must_be_valid", refusal.message, rule=refusal.code) from refusal
    if facts.vendor_gstin == facts.company_gstin:
        raise Refusal(
            "vendor_gstin_must_be_valid",
            f"The vendor's GSTIN {facts.vendor_gstin} is the company's own. Correct the vendor.",
        )


def dates_must_be_in_order(facts: InvoiceFacts) -> None:
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


def arithmetic_must_agree(facts: InvoiceFacts) -> None:
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


def disagreement(facts: InvoiceFacts, what: str, expected: int, stated: int) -> Refusal:
    """The refusal of a sum that comes out otherwise."""
    return Refusal(
        "arithmetic_must_agree",
        f"{what} is stated as {rupees(facts, stated)}, but comes to {rupees(facts, expected)}. "
        "Compare with the paper; if it says the same, send it back to the vendor.",
        expected=str(expected),
        stated=str(stated),
    )


def tax_must_follow_place_of_supply(facts: InvoiceFacts) -> None:
    """Central and state tax within one state, integrated tax between two (IGST Act, s.7, s.8).

    The place of supply to a registered company is taken as its own state (IGST Act, s.10(1)(a) for
    goods delivered there, s.12(2)(a) for services). An unregistered vendor charges nothing.
    """
    stated = stated_taxes(facts)
    if facts.vendor_gstin is None:
        expected, why = Taxes(), "the vendor has no GSTIN"
    else:
        vendor, company = state_of(facts.vendor_gstin), state_of(facts.company_gstin)
        expected = taxes(taxable_lines(facts), within_one_state=vendor == company)
        why = f"the vendor is in {STATES[vendor]}, the company in {STATES[company]}"
    if stated != expected:
        raise Refusal(
            "tax_must_follow_place_of_supply",
            f"The invoice states {described(facts, stated)}; expected are "
            f"{described(facts, expected)}, since {why}. Correct the entry, or send the invoice "
            "back to the vendor.",
        )


def stated_taxes(facts: InvoiceFacts) -> Taxes:
    """The taxes that the invoice states."""
    return Taxes(
        **{
            name: reading.given_money(facts.content, name).amount
            for name in ("cgst", "sgst", "igst")
        }
    )


def taxable_lines(facts: InvoiceFacts) -> list[TaxableLine]:
    """The lines with their rates."""
    return [
        TaxableLine(
            reading.given_money(line, "net").amount, Decimal(reading.text(line, "gst_rate"))
        )
        for line in reading.rows(facts.content, "lines")
    ]


def described(facts: InvoiceFacts, found: Taxes) -> str:
    """`CGST 90.00 INR, SGST 90.00 INR, IGST 0.00 INR`."""
    named = (("CGST", found.cgst), ("SGST", found.sgst), ("IGST", found.igst))
    return ", ".join(f"{name} {rupees(facts, amount)}" for name, amount in named)


def rupees(facts: InvoiceFacts, amount: int) -> str:
    """Minor units as people write them, in the invoice's currency."""
    return str(Money(amount, reading.given_money(facts.content, "total").currency))


CHECKS: Mapping[str, Callable[[InvoiceFacts], None]] = {
    check.__name__: check
    for check in (
        vendor_must_be_active,
        vendor_gstin_must_be_valid,
        dates_must_be_in_order,
        arithmetic_must_agree,
        tax_must_follow_place_of_supply,
    )
}

# Checked against the book when the invoice is taken in, and again by the database at posting.
CHECKED_IN_DATABASE = frozenset({"entry_date_must_be_open"})
CHECK_NAMES = frozenset(CHECKS) | CHECKED_IN_DATABASE
