"""Floors and ceilings: refused or warned of, counted on the normal side, exact when many draw."""

from dataclasses import replace
from uuid import uuid4

import pytest

from domain.ledger import limits
from domain.ledger.book import Item, Mode
from domain.ledger.entry import credit, debit
from domain.ledger.limits import Limit
from domain.refusal import Refusal
from sandbox.tenant import as_owner
from tests.domain.ledger.race import at_once
from tests.domain.refused import refused


@pytest.fixture
def limit(book):
    """Sets a limit, as deepa."""

    def set_limit(account="bank", **stated):
        with book.transaction() as connection:
            wanted = Limit(account, **stated)
            limits.set_limit(connection, book.company, wanted, person=book.tenant.person("deepa"))

    return set_limit


def draw(book, amount, *, account="bank", **dimensions):
    """An entry that takes from an account."""
    postings = debit("travel", amount), credit(account, amount, **dimensions)
    return replace(book.sale(narration="Draw"), postings=postings)


def test_a_floor_is_what_must_stay(book, limit):
    book.post(book.sale(500_00))
    limit(floor=100_00)
    book.post(draw(book, 400_00))
    before = book.state()

    with refused("balance_must_stay_above_floor"):
        book.post(draw(book, 1))

    assert book.state() == before


def test_the_refusal_says_how_much_can_be_taken(book, limit):
    book.post(book.sale(500_00))
    limit(floor=100_00)

    with pytest.raises(Refusal, match=r"bank holds 50000 minor units of INR.*Take 40000 or less"):
        book.post(draw(book, 400_01))


def test_a_ceiling_is_what_may_be_held(book, limit):
    limit(ceiling=500_00)
    book.post(book.sale(500_00))

    with refused("balance_must_stay_below_ceiling"):
        book.post(book.sale(1))


def test_a_liability_is_counted_on_its_credit_side(book, limit):
    limit("vendor_payable", floor=0)
    invoice = debit("travel", 100), credit("vendor_payable", 100)
    book.post(replace(book.sale(), postings=invoice))
    paid = debit("vendor_payable", 101), credit("bank", 101)

    with refused("balance_must_stay_above_floor"):
        book.post(replace(book.sale(), postings=paid))


def test_what_comes_back_towards_the_limit_passes(book, limit):
    book.post(draw(book, 1000))
    limit(floor=0)

    book.post(book.sale(300))

    assert book.balance("bank") == -700
    with refused("balance_must_stay_above_floor"):
        book.post(draw(book, 1))


def test_a_soft_limit_warns_and_the_warning_stays_with_the_entry(book, limit):
    limit(floor=0, is_hard=False)

    posted = book.post(draw(book, 10), key="drawn")

    assert "below its floor of 0" in posted.warnings[0]
    assert book.post(draw(book, 10), key="drawn").warnings == posted.warnings


def test_a_limit_binds_one_currency_and_some_dimensions(book, limit):
    limit(floor=0, dimensions=(("branch", "BLR"),))

    book.post(draw(book, 10, branch="MUM"))
    book.post(draw(book, 10))

    with refused("balance_must_stay_above_floor"):
        book.post(draw(book, 10, branch="BLR", project="P1"))


def test_a_lifted_limit_binds_nobody(book, limit):
    limit(floor=0)
    limit()

    book.post(draw(book, 10))

    with book.transaction() as connection:
        assert limits.listed(connection, book.company) == ()


def test_in_a_batch_each_draw_has_its_own_outcome(book, limit):
    book.post(book.sale(100))
    limit(floor=0)

    outcomes = book.post_batch(
        ("a", draw(book, 60)), ("b", draw(book, 50)), ("c", draw(book, 40)), ("d", draw(book, 1))
    )

    codes = [outcome.code or outcome.outcome for outcome in outcomes]
    refusal = "balance_must_stay_above_floor"
    assert codes == ["posted", refusal, "posted", refusal]
    assert book.balance("bank") == 0


def test_what_the_limit_refused_in_a_batch_stays_refused(book, limit):
    limit(floor=0)
    (first,) = book.post_batch(("a", draw(book, 60)))
    book.post(book.sale(1000))

    assert book.post_batch(("a", draw(book, 60))) == (first,)
    with refused("balance_must_stay_above_floor"):
        book.post(draw(book, 60), key="a")
    assert book.post(draw(book, 60), key="the next attempt").entry


def test_a_raised_refusal_leaves_the_key_free(book, limit):
    limit(floor=0)
    with refused("balance_must_stay_above_floor"):
        book.post(draw(book, 60), key="a")
    book.post(book.sale(1000))

    assert book.post(draw(book, 60), key="a").entry


def test_an_atomic_batch_is_one_event(book, limit):
    limit(floor=0)
    items = [Item("draw", draw(book, 60)), Item("sale", book.sale(60))]

    book.post_batch(*items, mode=Mode.ATOMIC)

    assert book.balance("bank") == 0


def test_a_chain_falls_together_and_the_next_stands(book, limit):
    book.post(book.sale(100))
    limit(floor=0)
    outcomes = book.post_batch(
        Item("fee", draw(book, 10), chain="one"),
        Item("too much", draw(book, 100), chain="one"),
        Item("alone", draw(book, 70)),
        Item("sale", book.sale(5), chain="two"),
        Item("last", draw(book, 35), chain="two"),
        mode=Mode.CHAINS,
    )

    codes = [outcome.code or outcome.outcome for outcome in outcomes]
    assert codes[:2] == ["balance_must_stay_above_floor", "chain_must_hold"]
    assert codes[2:] == ["posted", "posted", "posted"]
    assert book.balance("bank") == 0


def test_of_two_hundred_draws_at_once_none_is_too_many(book, limit):
    book.post(book.sale(50_00))
    limit(floor=0)

    def attempt(number):
        try:
            book.post(draw(book, 1_00), key=f"draw {number}")
        except Refusal as refusal:
            return refusal.code
        return "posted"

    found = at_once([lambda number=number: attempt(number) for number in range(200)])

    assert found.count("posted") == 50
    assert found.count("balance_must_stay_above_floor") == 150
    assert book.balance("bank") == 0
    assert book.integrity().holds


def test_the_limit_of_another_tenant_binds_nobody_here(book, limit, database):
    limit(floor=0)
    with as_owner(database.admin, uuid4()) as connection:
        assert limits.listed(connection, book.company) == ()


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"account": "nowhere", "floor": 0}, "account_must_exist"),
        ({"floor": 2, "ceiling": 1}, "ceiling_must_not_be_below_floor"),
        ({"floor": 2, "currency": "rupees"}, "currency_must_be_known"),
    ],
)
def test_a_limit_that_means_nothing_is_refused(book, limit, stated, code):
    before = book.state()
    with refused(code):
        limit(**stated)
    assert book.state() == before
