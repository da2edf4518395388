"""The checks of a vendor's invoice, with numbers done by hand.

The company is in Bengaluru (29); asha sells from Bengaluru, bina from Mumbai (27).
"""

from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.definitions.values import LARGEST_QUANTITY
from domain.documents.checks import CHECKS, check_document
from domain.finance.gst import TaxableLine, Taxes, taxes
from domain.money import LARGEST_AMOUNT
from domain.parties.gstin import check_character
from domain.refusal import Refusal
from tests.domain.documents.facts import facts_of
from tests.domain.refused import refused

COMPANY = "29AAGCB7383J1Z4"
NAMES = (
    "vendor_must_be_active",
    "vendor_gstin_must_be_valid",
    "dates_must_be_in_order",
    "arithmetic_must_agree",
    "tax_must_follow_place_of_supply",
    "entry_date_must_be_open",
)
BENGALURU = "29AAPFU0939F1Z" + check_character("29AAPFU0939F1Z")
MUMBAI = "27AAPFU0939F1ZV"
TODAY = date(2026, 7, 16)


def inr(rupees):
    return {"amount": int(Decimal(rupees) * 100), "currency": "INR"}


def line(quantity, unit_price, net, gst_rate):
    return {
        "description": "Audit",
        "expense_account": "professional_fees",
        "quantity": quantity,
        "unit_price": inr(unit_price),
        "net": inr(net),
        "gst_rate": gst_rate,
    }


# 2.5 days at 10,000.00 are 25,000.00; 9 % of it is 2,250.00, for the centre and for the state.
# 3 at 33.33 are 99.99; 2.5 % of it is 2.49975, so 2.50 each.
WITHIN_KARNATAKA = {
    "vendor": "V-001",
    "invoice_number": "INV/117",
    "invoice_date": "2026-07-01",
    "due_date": "2026-07-31",
    "lines": [line("2.5", "10000", "25000", "18"), line("3", "33.33", "99.99", "5")],
    "cgst": inr("2252.50"),
    "sgst": inr("2252.50"),
    "igst": inr("0"),
    "total": inr("29604.99"),
}
# The same from Mumbai: 18 % of 25,000.00 is 4,500.00, 5 % of 99.99 is 4.9995, so 5.00.
FROM_MAHARASHTRA = WITHIN_KARNATAKA | {
    "cgst": inr("0"),
    "sgst": inr("0"),
    "igst": inr("4505"),
}


def facts(content=WITHIN_KARNATAKA, *, vendor_gstin=BENGALURU, active=True, today=TODAY):
    return facts_of(
        deepcopy(content),
        code="V-001",
        gstin=vendor_gstin,
        active=active,
        company=COMPANY,
        today=today,
    )


def run(name, **changes):
    CHECKS[name](facts(**changes))


def changed(**fields):
    return WITHIN_KARNATAKA | fields


@pytest.mark.parametrize(
    "invoice", [facts(), facts(FROM_MAHARASHTRA, vendor_gstin=MUMBAI)], ids=["29", "27"]
)
def test_an_invoice_in_order_passes_every_check(invoice):
    check_document(NAMES, invoice)


def test_the_first_check_named_refuses_first():
    invoice = facts(changed(total=inr("1")), active=False)
    with refused("vendor_must_be_active"):
        check_document(["vendor_must_be_active", "arithmetic_must_agree"], invoice)
    with refused("arithmetic_must_agree"):
        check_document(["arithmetic_must_agree", "vendor_must_be_active"], invoice)


def test_a_vendor_who_was_deactivated_is_refused():
    with refused("vendor_must_be_active", "V-001"):
        run("vendor_must_be_active", active=False)


def test_a_mistyped_gstin_is_refused_and_the_rule_is_named():
    with pytest.raises(Refusal) as caught:
        run("vendor_gstin_must_be_valid", vendor_gstin=BENGALURU[:-1] + "0")
    assert caught.value.code == "vendor_gstin_must_be_valid"
    assert caught.value.facts["rule"] == "gstin_check_character_must_agree"


def test_a_vendor_with_the_companys_own_gstin_is_refused():
    with refused("vendor_gstin_must_be_valid", "company's own"):
        run("vendor_gstin_must_be_valid", vendor_gstin=COMPANY)


def test_a_vendor_without_gstin_may_charge_no_tax():
    with refused("vendor_gstin_must_be_valid", "4,505.00 INR"):
        run("vendor_gstin_must_be_valid", vendor_gstin=None)
    untaxed = changed(cgst=inr("0"), sgst=inr("0"), igst=inr("0"), total=inr("25099.99"))
    check_document(NAMES, facts(untaxed, vendor_gstin=None))


def test_an_invoice_of_tomorrow_is_refused():
    run("dates_must_be_in_order", today=date(2026, 7, 1))
    with refused("dates_must_be_in_order", "2026-07-01", "2026-06-30"):
        run("dates_must_be_in_order", today=date(2026, 6, 30))


def test_an_invoice_due_before_its_date_is_refused():
    run("dates_must_be_in_order", content=changed(due_date="2026-07-01"))
    with refused("dates_must_be_in_order", "2026-06-30"):
        run("dates_must_be_in_order", content=changed(due_date="2026-06-30"))


def test_a_net_amount_that_is_not_quantity_times_price_is_refused():
    content = changed(lines=[line("3", "33.33", "100.00", "5")])
    with refused("arithmetic_must_agree", "line 1", "100.00 INR", "99.99 INR"):
        run("arithmetic_must_agree", content=content)


def test_a_net_amount_is_rounded_half_up_to_the_paisa():
    # 0.125 at 0.20 is 0.025: half a paisa goes up.
    lines = [line("0.125", "0.20", "0.03", "0")]
    zero = inr("0")
    content = changed(lines=lines, cgst=zero, sgst=zero, total=inr("0.03"))
    run("arithmetic_must_agree", content=content)


def test_a_total_that_is_out_by_a_paisa_is_refused():
    with refused("arithmetic_must_agree", "29,605.00 INR", "29,604.99 INR"):
        run("arithmetic_must_agree", content=changed(total=inr("29605")))


def test_integrated_tax_within_one_state_is_refused():
    with refused("tax_must_follow_place_of_supply", "CGST 2,252.50 INR", "Karnataka"):
        run("tax_must_follow_place_of_supply", content=FROM_MAHARASHTRA)


def test_central_and_state_tax_between_states_are_refused():
    with refused("tax_must_follow_place_of_supply", "IGST 4,505.00 INR", "Maharashtra"):
        run("tax_must_follow_place_of_supply", vendor_gstin=MUMBAI)


@pytest.mark.parametrize("cgst", ["2252.49", "2252.51"])
def test_tax_that_is_out_by_a_paisa_is_refused(cgst):
    with refused("tax_must_follow_place_of_supply", "expected"):
        run("tax_must_follow_place_of_supply", content=changed(cgst=inr(cgst)))


def test_tax_is_rounded_line_by_line():
    # 2.5 % of 0.20 is half a paisa; on each line it goes up, on the sum it would be a paisa less.
    lines = [TaxableLine(20, Decimal(5))] * 2
    assert taxes(lines, within_one_state=True) == Taxes(cgst=2, sgst=2)
    assert taxes(lines, within_one_state=False) == Taxes(igst=2)


@given(net=st.integers(0, LARGEST_AMOUNT), rate=st.sampled_from(["0", "0.25", "7.5", "18", "40"]))
def test_tax_is_exact_for_every_amount(net, rate):
    whole = taxes([TaxableLine(net, Decimal(rate))], within_one_state=False).igst
    hundredths = int(Decimal(rate) * 100)
    assert whole == (net * hundredths + 5_000) // 10_000


@given(
    thousandths=st.integers(1, LARGEST_QUANTITY * 1_000),
    price=st.integers(0, LARGEST_AMOUNT),
)
def test_net_is_exact_for_every_quantity_and_price(thousandths, price):
    expected = (thousandths * price + 500) // 1_000
    quantity = str(Decimal(thousandths) / 1_000)
    one = line(quantity, "0", "0", "0")
    one |= {"unit_price": {"amount": price, "currency": "INR"}}
    one |= {"net": {"amount": expected, "currency": "INR"}}
    zero = inr("0")
    total = {"amount": expected, "currency": "INR"}
    run("arithmetic_must_agree", content=changed(lines=[one], cgst=zero, sgst=zero, total=total))
