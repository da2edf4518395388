"""What is refused of years, that a second call changes nothing, and the closing checklist."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.database import transaction
from domain.ledger import holds, limits, periods, years
from domain.ledger.holds import Hold
from domain.ledger.limits import Limit
from domain.refusal import Refusal
from sandbox.tenant import OPEN_ACCOUNT, Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.trading_company import YEAR, Trader
from tests.domain.refused import refused

PROCESS = text("""
    WITH definition AS (
        INSERT INTO definitions (hash, type, content) VALUES ('for a test', 'invoice', '')
        ON CONFLICT DO NOTHING
    )
    INSERT INTO processes (tenant_id, id, type, definition_hash, workflow_id, reference, subject,
        company_id, document_id, status, stage, stage_since, amount, currency, business_date,
        request_hash, created_by, created_by_user, makers, sequence, created_at, updated_at)
    VALUES (current_tenant(), :id, 'invoice', 'for a test', :id, 'PI-77', 'Invoice', :company, :id,
        'waiting', 'approval', now(), 1, 'INR', '2026-03-30', '', :person, :user,
        ARRAY[CAST(:person AS uuid)], 1, now(), now())
""")


@pytest.fixture
def book(database, tenant):
    trader = Trader(database, tenant)
    trader.trade()
    return trader


@pytest.fixture
def closed(book):
    book.lock_and_close()
    return book


def failing(book, year=YEAR):
    with book.transaction() as connection:
        found = years.checklist(connection, book.company, year)
    return {check.name: check.what_to_do for check in found if not check.holds}


@pytest.mark.parametrize(
    "limit", [Limit("office_rent", floor=1), Limit("sales", floor=1)], ids=["expense", "income"]
)
def test_a_year_is_not_closed_past_a_hard_limit(book, limit):
    """Rent of 60,000.00 and sales of 420,000.00 would go to nothing, below what must stay."""
    with book.transaction() as connection:
        limits.set_limit(connection, book.company, limit, person=book.tenant.person("deepa"))
    book.lock_months()
    before = book.state()
    with refused("balance_must_stay_above_floor", limit.account):
        book.close()
    assert book.state() == before


def test_a_year_is_not_reopened_past_a_hard_limit(closed):
    """Sales of 420,000.00 would come back, above what they may be."""
    limit = Limit("sales", ceiling=41_999_999)
    with closed.transaction() as connection:
        limits.set_limit(connection, closed.company, limit, person=closed.tenant.person("deepa"))
    before = closed.state()
    with refused("balance_must_stay_below_ceiling", "sales"):
        closed.reopen_year()
    assert closed.state() == before


BAD_CLOSINGS = {
    "no such year": ({"year": "1999-00"}, "year_must_exist"),
    "no reason": ({"reason": "\t"}, "reason_must_be_given"),
    "nobody": ({"person": uuid4()}, "person_must_exist"),
    "no such account": ({"retained_earnings": "nowhere"}, "account_must_exist"),
    "an account of another kind": (
        {"retained_earnings": "vendor_payable"}, "retained_earnings_must_be_equity",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_CLOSINGS)
def test_a_bad_closing_is_refused_and_changes_nothing(book, case):
    values, code = BAD_CLOSINGS[case]
    book.lock_months()
    before = book.state()
    with refused(code):
        book.close(**values)
    assert book.state() == before


BAD_REOPENINGS = {
    "no such year": ({"year": "1999-00"}, "year_must_exist"),
    "a year that is open": ({"year": "2026-27"}, "year_must_be_closed"),
    "no reason": ({"reason": ""}, "reason_must_be_given"),
    "nobody": ({"maker": uuid4()}, "person_must_exist"),
    "no checker": ({"checker": None}, "checker_must_be_named"),
}


@pytest.mark.parametrize("case", BAD_REOPENINGS)
def test_a_bad_reopening_is_refused_and_changes_nothing(closed, case):
    values, code = BAD_REOPENINGS[case]
    before = closed.state()
    with refused(code):
        closed.reopen_year(**values)
    assert closed.state() == before


def test_who_asks_for_a_year_to_be_reopened_does_not_check_it(closed):
    before = closed.state()
    with refused("checker_must_differ_from_maker"):
        closed.reopen_year(checker=closed.tenant.person("asha"))
    assert closed.state() == before


def test_a_heading_takes_no_result(book):
    stated = {
        "code": "reserves", "title": "Reserves", "kind": "equity", "is_heading": True,
        "opened_on": "2025-04-01",
    }  # fmt: skip
    with book.transaction() as connection:
        connection.execute(OPEN_ACCOUNT, {"company": book.company, "stated": stated})
    book.lock_months()
    with refused("retained_earnings_must_be_equity"):
        book.close(retained_earnings="reserves")


def test_what_refuses_a_closing_entry_leaves_the_year_open(book):
    """Foreign income needs the clearing account."""
    book.post("""
        2026-01-10  Export
          Dr  advances_abroad  1000.00 USD = 83000.00 INR
          Cr  sales     1000.00 USD = 83000.00 INR
    """)
    book.lock_months()
    before = book.state()
    with refused("account_must_exist", "no_clearing"):
        book.close(exchange_clearing="no_clearing")
    assert book.state() == before


def test_closing_again_under_the_same_key_returns_the_first(closed):
    before = closed.state()
    first = closed.close()
    assert (first.version, closed.state()) == (1, before)
    closed.reopen_year()
    assert closed.close().id == first.id
    assert closed.close().reopened_at is not None


def test_reopening_again_under_the_same_key_returns_the_first(closed):
    reopened = closed.reopen_year()
    closed.close(key="again")
    before = closed.state()
    assert closed.reopen_year() == reopened
    assert closed.state() == before


def test_a_key_has_one_content(closed):
    with refused("effect_key_must_have_one_content"):
        closed.close(reason="Another")
    closed.reopen_year()
    with refused("effect_key_must_have_one_content"):
        closed.reopen_year(reason="Another")


def test_a_closed_year_is_not_closed_again(closed):
    before = closed.state()
    with refused("year_must_be_open", YEAR):
        closed.close(key="again")
    assert closed.state() == before


def test_a_year_is_not_reopened_while_a_later_one_is_closed(closed):
    closed.lock_and_close("2026-27")
    before = closed.state()
    with refused("later_year_must_be_open", "2026-27"):
        closed.reopen_year()
    assert closed.state() == before


def test_no_year_is_opened_before_a_closed_one(closed):
    before = closed.state()
    with refused("later_year_must_be_open", "2024-25"), closed.transaction() as connection:
        periods.open_year(connection, closed.company, date(2024, 6, 1))
    assert closed.state() == before
    with closed.transaction() as connection:
        periods.open_year(connection, closed.company, date(2027, 6, 1))
        periods.open_year(connection, closed.company, date(2025, 6, 1))


@pytest.mark.parametrize("change", [periods.lock, periods.reopen])
def test_a_period_of_a_closed_year_keeps_its_state(closed, change):
    with (
        refused("period_must_not_be_closed", "reopening its year, 2025-26"),
        closed.transaction() as connection,
    ):
        month = periods.holding(connection, closed.company, date(2026, 3, 1))
        change(connection, month.id, person=closed.tenant.person("deepa"), reason="Why not")


def test_the_closing_of_another_tenant_is_not_there(closed, database):
    other = Trader(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    mine = closed.close()
    before = closed.state()
    with refused("closing_must_exist"), other.transaction() as connection:
        years.get(connection, mine.id)
    other.company = closed.company
    with refused("company_must_exist"):
        other.close(key="other")
    with refused("company_must_exist"):
        other.reopen_year()
    with other.transaction() as connection:
        assert years.listed(connection, closed.company) == ()
        with pytest.raises(Refusal, match="year_must_exist"):
            years.opening_balances(connection, closed.company, "2026-27")
    assert closed.state() == before


def test_the_checklist_names_the_months_that_are_not_locked(book):
    book.lock_months()
    book.reopen(date(2025, 6, 1))
    assert failing(book) == {"months_are_locked": "Lock June 2025."}
    with pytest.raises(Refusal) as caught:
        book.close()
    assert caught.value.code == "year_must_be_ready_to_close"
    assert caught.value.facts == {"months_are_locked": "Lock June 2025."}


def test_the_checklist_of_a_year_after_an_open_one_names_it(book):
    book.lock_months("2026-27")
    assert failing(book, "2026-27") == {"earlier_years_are_closed": "Close 2025-26 first."}


def test_the_checklist_names_foreign_balances_that_were_not_revalued(book):
    with book.transaction() as connection:
        stated = {"code": "bank_usd", "kind": "asset", "is_monetary": True}
        connection.execute(OPEN_ACCOUNT, {"company": book.company, "stated": stated})
    book.post("""
        2026-03-10  Capital from abroad
          Dr  bank_usd       1000.00 USD = 83000.00 INR
          Cr  share_capital  1000.00 USD = 83000.00 INR
    """)
    book.lock_months()
    assert failing(book) == {
        "foreign_balances_are_revalued": "Revalue bank_usd in USD on 2026-03-31."
    }


def test_the_checklist_names_processes_on_their_way_into_the_year(book):
    book.lock_months()
    with book.as_owner() as connection:
        person, user = book.tenant.person("asha"), book.tenant.user("asha")
        values = {"id": uuid4(), "company": book.company, "person": person, "user": user}
        connection.execute(PROCESS, values)
    assert failing(book) == {
        "processes_have_ended": "Finish or cancel 1 process(es) dated in the year, such as PI-77."
    }


def test_the_checklist_names_what_was_reserved_in_the_year_and_is_not_decided(book):
    with book.as_owner() as connection:
        connection.exec_driver_sql(
            "UPDATE tenants SET clock_offset = '2026-03-15' - now() WHERE id = current_tenant()"
        )
    reserved = Hold(book.company, "purchases", "bank", 100, "INR", "Stock ordered")
    with book.transaction() as connection:
        hold = holds.place(connection, reserved, key="ordered").hold
    book.lock_months()
    cure = "Take or release 1 hold(s) of the year, such as 'Stock ordered'."
    assert failing(book) == {"holds_are_decided": cure}
    with book.transaction() as connection:
        holds.release(connection, hold, reason="Not delivered", key="released")
    assert failing(book) == {}


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (
            "debit = debit + 1 WHERE debit > 0",
            {"trial_balance_is_zero", "movements_equal_postings"},
        ),
        (
            "base_debit = base_debit + 1, base_credit = base_credit + 1",
            {"movements_equal_postings"},
        ),
    ],
)
def test_the_checklist_finds_sums_that_a_hand_changed(book, spoil, named):
    book.lock_months()
    with book.as_owner() as connection:
        connection.execute(text(f"UPDATE day_movements SET {spoil}"))
    assert failing(book).keys() == named


def test_the_checklist_of_a_year_that_is_not_there_is_refused(book):
    with refused("year_must_exist", "1999-00"):
        failing(book, "1999-00")


def test_the_reader_sees_the_checklist(book, database):
    with transaction(database.reader, book.tenant.id) as connection:
        found = years.checklist(connection, book.company, YEAR)
    assert [check.name for check in found] == [
        "months_are_locked", "earlier_years_are_closed", "trial_balance_is_zero",
        "movements_equal_postings", "exchange_clearing_is_settled", "processes_have_ended",
        "holds_are_decided", "foreign_balances_are_revalued",
    ]  # fmt: skip
