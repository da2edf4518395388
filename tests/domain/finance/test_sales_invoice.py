"""The checks of an invoice to a customer. The company is in Bengaluru (29), as is asha's GSTIN."""

from decimal import Decimal
from pathlib import Path

import pytest

from domain.definitions.source import read
from domain.documents.checks import check_document
from domain.parties.gstin import STATES, check_character
from tests.domain.documents.facts import facts_of
from tests.domain.refused import refused

CONFIG = Path(__file__).parents[3] / "config"
COMPANY = "29AAGCB7383J1Z4"
BENGALURU = "29AAPFU0939F1Z" + check_character("29AAPFU0939F1Z")
TAX = "output_tax_must_follow_place_of_supply"


def inr(rupees):
    return {"amount": int(Decimal(rupees) * 100), "currency": "INR"}


# 18 % of 10,000.00 are 1,800.00; 5 % of 99.99 are 4.9995, so 5.00, and 2.49975, so 2.50 each.
LINES = [
    {"quantity": "8", "unit_price": inr("1250"), "net": inr("10000"), "gst_rate": "18"},
    {"quantity": "3", "unit_price": inr("33.33"), "net": inr("99.99"), "gst_rate": "5"},
]
WITHIN = {"cgst": inr("902.50"), "sgst": inr("902.50"), "igst": inr("0")}
BETWEEN = {"cgst": inr("0"), "sgst": inr("0"), "igst": inr("1805")}


def sale(place="29", taxes=WITHIN, *, gstin=BENGALURU, company=COMPANY, total="11904.99"):
    content = {"place_of_supply": place, "lines": LINES, "total": inr(total), **taxes}
    return facts_of(content, kind="customer", code="C-101", gstin=gstin, company=company)


def test_within_the_companys_state_the_tax_is_of_the_centre_and_the_state():
    check_document(["arithmetic_must_agree", TAX], sale())
    with refused(TAX, "IGST 1,805.00 INR", "Karnataka", "CGST 902.50 INR"):
        check_document([TAX], sale(taxes=BETWEEN))


def test_to_another_state_the_tax_is_integrated():
    check_document(["arithmetic_must_agree", TAX], sale("33", BETWEEN))
    with refused(TAX, "Tamil Nadu", "IGST 1,805.00 INR"):
        check_document([TAX], sale("33"))


def test_the_place_decides_and_not_the_customers_registration():
    check_document([TAX], sale("33", BETWEEN, gstin=BENGALURU))
    check_document([TAX], sale("33", BETWEEN, gstin=None))


def test_a_company_without_gstin_charges_no_tax():
    with refused(TAX, "the company has no GSTIN"):
        check_document([TAX], sale(company=None))
    nothing = {name: inr("0") for name in WITHIN}
    check_document([TAX], sale(taxes=nothing, company=None))


def test_a_wrong_total_of_our_own_is_corrected_and_not_sent_back():
    with refused("arithmetic_must_agree", "11,904.98 INR", "Correct the entry"):
        check_document(["arithmetic_must_agree"], sale(total="11904.98"))


@pytest.mark.parametrize(("gstin", "said"), [(BENGALURU[:-1] + "0", "mistyped"), (COMPANY, "own")])
def test_a_customers_gstin_is_valid_and_not_the_companys(gstin, said):
    check_document(["customer_gstin_must_be_valid"], sale())
    check_document(["customer_gstin_must_be_valid"], sale(gstin=None))
    with refused("customer_gstin_must_be_valid", said):
        check_document(["customer_gstin_must_be_valid"], sale(gstin=gstin))


def test_the_places_of_supply_are_the_states_of_gstins_now_in_use():
    shipped = read(CONFIG / "processes" / "sales" / "sales_invoice.yaml").content
    assert set(shipped["fields"]["place_of_supply"]["choices"]) == set(STATES) - {"25", "28"}
