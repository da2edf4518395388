"""Two-phase postings: reserved, taken once in full or in parts, released, expired by the clock."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from domain.ledger import holds, limits
from domain.ledger.entry import credit, debit
from domain.ledger.holds import Hold, HoldState, Take
from domain.ledger.limits import Limit
from domain.refusal import Refusal
from tests.domain.ledger.race import at_once
from tests.domain.refused import refused


@pytest.fixture
def wallet(book):
    """The bank account holds 500.00, and must not go below nothing."""
    book.post(book.sale(500_00))
    floor = Limit("bank", floor=0)
    with book.transaction() as connection:
        limits.set_limit(connection, book.company, floor, person=book.tenant.person("deepa"))
    return book


def hold_of(book, amount, **stated):
    return Hold(book.company, "travel", "bank", amount, "INR", "Flight", **stated)


def place(book, amount, *, key=None, **stated):
    with book.transaction() as connection:
        return holds.place(connection, hold_of(book, amount, **stated), key=key or str(uuid4()))


def take(book, hold, amount, *, key=None, **how):
    entry = book.sale(1, narration="Flight taken")
    with book.transaction() as connection:
        return holds.take(connection, hold, Take(amount, **how), entry, key=key or str(uuid4()))


def release(book, hold, *, key="released"):
    with book.transaction() as connection:
        return holds.release(connection, hold, reason="Cancelled", key=key)


def held(book):
    with book.transaction() as connection:
        return limits.held(connection, book.company, "bank")


def state_of(book, hold):
    with book.transaction() as connection:
        return holds.get(connection, hold)


def in_an_hour(book, hours=1):
    with book.transaction() as connection:
        return connection.scalar(text("SELECT business_now()")) + timedelta(hours=hours)


def advance(book, hours):
    with book.as_owner() as connection:
        connection.execute(
            text("UPDATE tenants SET clock_offset = clock_offset + make_interval(hours => :hours)"),
            {"hours": hours},
        )


def draw(book, amount):
    postings = debit("travel", amount), credit("bank", amount)
    book.post(replace(book.sale(), postings=postings))


def test_what_is_reserved_cannot_be_spent(wallet):
    placed = place(wallet, 400_00)

    assert (placed.outcome, placed.remaining) == ("placed", 400_00)
    assert held(wallet) == limits.Held(500_00, 400_00, 0)
    with refused("balance_must_stay_above_floor"):
        draw(wallet, 100_01)
    with refused("balance_must_stay_above_floor"):
        place(wallet, 100_01)
    draw(wallet, 100_00)


def test_taking_posts_once_and_the_reservation_gives_way(wallet):
    hold = place(wallet, 400_00).hold

    taken = take(wallet, hold, 400_00, key="take")

    assert take(wallet, hold, 400_00, key="take") == replace(taken, outcome="duplicate")
    assert state_of(wallet, hold).state is HoldState.TAKEN
    assert held(wallet) == limits.Held(100_00, 0, 0)
    wallet.assert_is("""
        2026-07-16  Sale
          Dr  bank   500.00 INR
          Cr  sales  500.00 INR
        2026-07-16  Flight taken
          Dr  travel  400.00 INR
          Cr  bank    400.00 INR
    """)


def test_a_hold_is_taken_in_parts_and_the_last_gives_back_the_rest(wallet):
    hold = place(wallet, 400_00).hold

    assert take(wallet, hold, 100_00).remaining == 300_00
    assert take(wallet, hold, 50_00, is_last=True).remaining == 0

    assert held(wallet) == limits.Held(350_00, 0, 0)
    with refused("hold_must_be_open"):
        take(wallet, hold, 1)


def test_up_to_takes_what_is_left(wallet):
    hold = place(wallet, 400_00).hold
    take(wallet, hold, 300_00)

    assert take(wallet, hold, 250_00, up_to=True).amount == 100_00


def test_no_more_is_taken_than_was_reserved(wallet):
    hold = place(wallet, 400_00).hold
    before = wallet.state()

    with refused("hold_must_cover_amount"):
        take(wallet, hold, 400_01)

    assert wallet.state() == before


def test_what_is_released_can_be_spent_again(wallet):
    hold = place(wallet, 400_00).hold

    assert release(wallet, hold).amount == 400_00
    assert release(wallet, hold).outcome == "duplicate"

    assert state_of(wallet, hold).state is HoldState.RELEASED
    draw(wallet, 500_00)


def test_a_hold_past_its_time_blocks_nobody_though_nobody_swept_it(wallet):
    hold = place(wallet, 400_00, expires_at=in_an_hour(wallet)).hold
    advance(wallet, 2)

    assert state_of(wallet, hold).state is HoldState.EXPIRED
    with refused("hold_must_be_open"):
        take(wallet, hold, 1)
    with refused("hold_must_be_open"):
        release(wallet, hold)
    draw(wallet, 500_00)


def test_the_sweeper_marks_what_has_expired_and_nothing_else(wallet):
    gone = place(wallet, 100_00, expires_at=in_an_hour(wallet)).hold
    stays = place(wallet, 100_00, expires_at=in_an_hour(wallet, 3)).hold
    advance(wallet, 2)

    with wallet.transaction() as connection:
        assert holds.expire(connection) == 1
        assert holds.expire(connection) == 0

    assert state_of(wallet, gone).remaining == 0
    assert state_of(wallet, stays).state is HoldState.OPEN


def test_a_hold_counts_against_the_ceiling_of_what_it_will_bring(wallet):
    ceiling = Limit("travel", ceiling=100_00)
    with wallet.transaction() as connection:
        person = wallet.tenant.person("deepa")
        limits.set_limit(connection, wallet.company, ceiling, person=person)
    place(wallet, 60_00)

    with refused("balance_must_stay_below_ceiling"):
        place(wallet, 60_00)


def test_the_same_hold_under_the_same_key_is_one_hold(wallet):
    first = place(wallet, 400_00, key="flight")

    assert place(wallet, 400_00, key="flight") == replace(first, outcome="duplicate", warnings=())
    with refused("effect_key_must_have_one_content"):
        place(wallet, 300_00, key="flight")


def test_two_hundred_holds_at_once_reserve_no_more_than_there_is(wallet):
    def attempt(number):
        try:
            return place(wallet, 10_00, key=f"hold {number}").outcome
        except Refusal as refusal:
            return refusal.code

    found = at_once([lambda number=number: attempt(number) for number in range(200)])

    assert found.count("placed") == 50
    assert held(wallet).available == 0


def test_of_takers_at_once_only_as_many_as_fit_take(wallet):
    hold = place(wallet, 100_00).hold

    def attempt(number):
        try:
            return take(wallet, hold, 10_00, key=f"take {number}").outcome
        except Refusal as refusal:
            return refusal.code

    found = at_once([lambda number=number: attempt(number) for number in range(20)])

    assert found.count("taken") == 10
    assert wallet.balance("bank") == 400_00
    assert wallet.integrity().holds


@pytest.mark.parametrize(
    ("amount", "stated", "code"),
    [
        (0, {}, "amount_must_be_positive"),
        (-1, {}, "amount_must_be_positive"),
        (2**53, {}, "amount_out_of_range"),
        (1, {"debit": "nowhere"}, "account_must_exist"),
        (1, {"currency": "USD"}, "base_amount_must_be_given"),
        (1, {"currency": "rupees"}, "currency_must_be_known"),
        (1, {"narration": " "}, "entry_must_have_narration"),
        (1, {"party": UUID(int=1)}, "party_must_exist"),
    ],
)
def test_a_hold_that_could_not_be_posted_is_refused(wallet, amount, stated, code):
    before = wallet.state()
    hold = replace(hold_of(wallet, amount), **stated)

    with refused(code), wallet.transaction() as connection:
        holds.place(connection, hold, key="bad")

    assert wallet.state() == before


def test_a_hold_that_has_expired_already_is_refused(wallet):
    with refused("hold_must_expire_later"):
        place(wallet, 1, expires_at=in_an_hour(wallet, -1))


def test_there_is_no_hold_of_another_tenant(wallet):
    with refused("hold_must_exist"):
        release(wallet, uuid4())
    with refused("hold_must_exist"):
        state_of(wallet, uuid4())
