"""The arithmetic of limits: never more than the limit in a document or a day, and all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access.limit import Limit
from domain.approvals.allowance import Allowance, check_amount
from domain.approvals.limits import holding
from domain.money import Money
from domain.refusal import Refusal
from tests.domain.approvals.people import person
from tests.domain.refused import refused

TITLE = "Vendor invoice approval: V-001 INV/1"
PAISE = st.integers(min_value=0, max_value=10**12)


def inr(amount: int) -> Money:
    return Money(amount, "INR")


def passes(amount: int, allowance: Allowance) -> bool:
    try:
        check_amount(TITLE, inr(amount), allowance)
    except Refusal:
        return False
    return True


def test_the_limit_belongs_to_what_it_allows():
    fifty = Allowance("You", inr(50_000_00), None, inr(0))
    assert passes(50_000_00, fifty)
    assert not passes(50_000_01, fifty)


def test_a_refusal_names_the_limit_and_what_was_approved():
    found = Allowance("Deepa Menon", None, inr(50_000_00), inr(29_500_00))
    words = ("Deepa Menon", "50,000.00 INR in one day", "29,500.00 INR were approved today")
    with refused("limit_exceeded", *words):
        check_amount(TITLE, inr(29_500_00), found)


@given(st.lists(PAISE, max_size=30), PAISE, st.none() | PAISE)
def test_what_passes_never_adds_up_to_more_than_the_day(amounts, per_day, per_document):
    approved = 0
    most = inr(per_document) if per_document is not None else None
    for amount in amounts:
        found = Allowance("You", most, inr(per_day), inr(approved))
        left = found.left
        assert left is not None
        assert passes(amount, found) == (amount <= left.amount)
        if passes(amount, found):
            approved += amount
        assert approved <= per_day


def limit(role: str | None = None, process_type: str | None = None, currency: str = "INR") -> Limit:
    return Limit(role, process_type, None, currency, Money(1, currency), None)


def test_her_own_limits_take_the_place_of_those_of_her_roles():
    role, own = limit("finance_approver"), limit(process_type="payment")
    assert holding([role, own], "payment", None, "INR") == [own]
    assert holding([role, own], "invoice_approval", None, "INR") == [role]


def test_every_scope_that_fits_must_be_kept():
    wide, narrow = limit("finance_approver"), limit("finance_approver", "payment")
    other = limit("finance_approver", "leave_request")
    assert holding([wide, narrow, other], "payment", None, "INR") == [wide, narrow]


def test_a_limit_of_a_company_is_of_no_other():
    found = Limit(None, None, person("Mysuru"), "INR", inr(1), None)
    assert holding([found], "payment", person("Mysuru"), "INR") == [found]
    assert holding([found], "payment", person("Salem"), "INR") == []


@pytest.mark.parametrize("limits", [[limit()], [limit("finance_head")]])
def test_amounts_of_two_currencies_are_not_compared(limits):
    with refused("limit_must_be_in_currency_of_document", "USD", "INR"):
        holding(limits, "payment", None, "USD")


def test_a_scope_may_speak_of_several_currencies():
    rupees, dollars = limit(), limit(currency="USD")
    assert holding([rupees, dollars], "payment", None, "USD") == [dollars]
