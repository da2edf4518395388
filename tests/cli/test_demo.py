"""The demo's own arithmetic, and that a claim which does not hold ends it."""

import pytest

from api.cli.client import Answer, Problem
from api.cli.demo.balances import changed, net_of
from api.cli.demo.invoice import Invoices
from api.cli.demo.proof import Proof, Unmet
from api.cli.terminal import Terminal


def book(**balances):
    def money(amount):
        return {"amount": amount, "currency": "INR"}

    return {
        "lines": [
            {"account": code, "debit": money(max(sum_, 0)), "credit": money(max(-sum_, 0))}
            for code, sum_ in balances.items()
        ]
    }


@pytest.fixture
def proof():
    return Proof(Terminal(plain=True))


def test_only_what_moved_is_told():
    before, after = book(bank=-100, sales=-50), book(bank=-300, sales=-50, travel=200)

    assert changed(before, after) == {"bank": -200, "travel": 200}


def test_movements_that_cancel_each_other_are_none():
    assert net_of({"vendor_payable": -295, "travel": 295}, {"vendor_payable": 295}) == {
        "travel": 295
    }


def test_each_invoice_has_a_number_of_its_own():
    invoices = [Invoices().new("Audit", net=100), *(i.new("x", net=1) for i in [Invoices()] * 2)]

    assert all(len(each.number) <= 16 for each in invoices)
    assert invoices[1].number != invoices[2].number


def test_the_movements_of_an_invoice_balance():
    invoice = Invoices().new("Audit of the first quarter", net=2_500_000)

    assert invoice.total == 2_950_000
    assert sum(invoice.movements.values()) == 0


def test_a_claim_that_holds_is_counted_and_ticked(proof, capsys):
    proof.equal("One is one", 1, 1)

    assert proof.held == 1
    assert "ok One is one" in capsys.readouterr().out


def test_a_claim_that_does_not_hold_says_what_was_found(proof):
    with pytest.raises(Unmet, match="One is two"):
        proof.equal("One is two", 1, 2)


def test_a_refusal_under_another_rule_does_not_count(proof):
    def attempt():
        raise Problem(403, {"code": "role_must_allow_action"})

    with pytest.raises(Unmet, match="role_must_allow_action"):
        proof.refused("She may not", "checker_must_differ_from_maker", attempt)


def test_a_refusal_that_does_not_come_is_no_proof(proof):
    with pytest.raises(Unmet):
        proof.refused("She may not", "checker_must_differ_from_maker", lambda: Answer(200, {}, {}))
