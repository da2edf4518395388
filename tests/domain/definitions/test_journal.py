"""Filling templates: what an accepted invoice posts."""

from copy import deepcopy
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.definitions import journal
from domain.definitions.input import accept
from domain.definitions.schema import example
from domain.ledger import notation
from domain.ledger.entry import Numbering, check_entry, residues
from domain.money import Money

COMPANY, PARTY = UUID(int=1), UUID(int=2)
TODAY = date(2026, 7, 31)


def money(amount):
    return {"amount": amount, "currency": "INR"}


def entry(definition, template, content, **changes):
    return journal.entry(
        definition, template, content, company=COMPANY, today=TODAY, party=PARTY,
        party_code="V-001", **changes,
    )  # fmt: skip


@pytest.fixture
def content(invoice):
    given_input = example(invoice)
    second = deepcopy(given_input["lines"][0])
    second |= {"net": money(100_000), "expense_account": "travel", "gst_rate": "0"}
    given_input["lines"].append(second)
    given_input["total"] = money(3_050_000)
    return accept(invoice, given_input, currency="INR")


def test_an_invoice_posts_each_row_and_leaves_out_what_is_zero(invoice, content):
    posted = entry(invoice, "invoice", content)

    assert notation.write([posted]) == (
        "2026-07-01  Invoice INV/2026/117 of V-001\n"
        "  Dr  professional_fees  25000.00 INR\n"
        "  Dr  travel              1000.00 INR\n"
        "  Dr  input_cgst          2250.00 INR\n"
        "  Dr  input_sgst          2250.00 INR\n"
        "  Cr  vendor_payable     30500.00 INR  party V-001\n"
    )
    assert posted.company == COMPANY
    assert posted.party == PARTY
    assert posted.due_date == date(2026, 7, 31)
    assert posted.numbering == Numbering("purchase_invoice", "PI/{fiscal_year}/{sequence:05}")
    check_entry(posted)


def test_a_payment_is_posted_on_the_day(invoice, content):
    posted = entry(invoice, "payment", content, process=UUID(int=3), document=UUID(int=4))

    assert notation.write([posted]) == (
        "2026-07-31  Payment of invoice INV/2026/117 to V-001\n"
        "  Dr  vendor_payable  30500.00 INR  party V-001\n"
        "  Cr  bank            30500.00 INR\n"
    )
    assert posted.due_date is None
    assert posted.numbering is None
    assert (posted.process, posted.document) == (UUID(int=3), UUID(int=4))


def test_a_template_that_is_not_there_is_a_fault(invoice, content):
    with pytest.raises(LookupError, match="refund"):
        entry(invoice, "refund", content)


def test_totals_add_up_their_parts(invoice, content):
    assert journal.total(invoice, "net", content) == Money(2_600_000, "INR")
    assert journal.total(invoice, "gst", content) == Money(450_000, "INR")
    assert journal.total(invoice, "payable", content) == Money(3_050_000, "INR")
    assert journal.total(invoice, "cgst", content) == Money(225_000, "INR")
    assert journal.total(invoice, "lines.net", content) == Money(2_600_000, "INR")


def test_what_was_left_out_is_zero(invoice, content):
    without = {name: value for name, value in content.items() if name != "igst"}
    assert journal.total(invoice, "igst", without) == Money(0, "INR")
    with pytest.raises(LookupError):
        journal.total(invoice, "igst", {"invoice_number": "117"})


def test_a_subject_says_what_the_process_is_about(invoice, content):
    assert journal.subject(invoice, content) == "V-001 INV/2026/117"


def test_a_value_is_never_read_as_a_placeholder(invoice, content):
    tricky = content | {"invoice_number": "{vendor}{0.__class__}"}
    assert journal.subject(invoice, tricky) == "V-001 {vendor}{0.__class__}"


AMOUNTS = st.integers(0, 10**12)


@given(nets=st.lists(AMOUNTS, min_size=1, max_size=8), taxes=st.tuples(AMOUNTS, AMOUNTS, AMOUNTS))
def test_a_proven_template_balances_whatever_the_amounts(invoice, nets, taxes):
    content = example(invoice)
    row = content["lines"][0]
    content["lines"] = [row | {"net": money(net)} for net in nets]
    content |= {n: money(tax) for n, tax in zip(("cgst", "sgst", "igst"), taxes, strict=True)}

    for template in invoice.journals:
        posted = entry(invoice, template, accept(invoice, content, currency="INR"))
        assert not any(residues(posted).values())
        assert all(posting.amount for posting in posted.postings)
