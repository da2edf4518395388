"""Exchange rates: set once, corrected by versions, found for a day."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.ledger import rates
from domain.ledger.quotation import Rate
from domain.refusal import Refusal
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.foreign import set_rate
from tests.domain.ledger.race import at_once
from tests.domain.refused import refused

YEAR_END = date(2026, 3, 31)


def ask(book, base="USD", quote="INR", on=YEAR_END, kind="closing", **more):
    with book.transaction() as connection:
        return rates.rate(connection, base, quote, on, kind, **more)


def good(**changed):
    stated = {
        "base_currency": "USD", "quote_currency": "INR", "on": YEAR_END, "kind": "closing",
        "rate": Decimal("83.10"), "source": "RBI",
    }  # fmt: skip
    return Rate(**{**stated, **changed})


def put(book, rate, **told):
    with book.transaction() as connection:
        return rates.set_rate(connection, rate, **{"key": "rate", **told})


def test_a_rate_is_found_on_its_day_with_its_source(book):
    set_rate(book, "2026-03-31", "83.1025")

    found = ask(book)

    assert found.factor == Fraction("83.1025")
    assert found.path == ("USD", "INR")
    assert str(found) == "USD to INR: 1 USD = 83.1025 INR (closing of 2026-03-31, RBI)"


def test_yen_are_quoted_per_hundred_as_the_reserve_bank_does(book):
    set_rate(book, "2026-03-31", "55.43", pair="JPY/INR", units=100)
    assert ask(book, "JPY").factor == Fraction("0.5543")


def test_the_inverse_of_a_rate_is_exact(book):
    set_rate(book, "2026-03-31", "83.10")

    found = ask(book, "INR", "USD")

    assert found.factor == Fraction(100, 8310)
    assert found.legs[0].is_inverted
    assert found.factor * ask(book).factor == 1


def test_a_currency_in_itself_is_one_without_any_rate(book):
    assert ask(book, "INR", "INR").factor == 1


def test_the_pair_as_asked_goes_before_its_inverse_and_a_newer_day_before_both(book):
    set_rate(book, "2026-03-30", "83")
    set_rate(book, "2026-03-30", "0.0125", pair="INR/USD")
    assert ask(book).factor == 83
    set_rate(book, "2026-03-31", "0.0125", pair="INR/USD")
    assert ask(book).factor == 80


def test_the_companys_own_rate_goes_before_the_tenants(book):
    set_rate(book, "2026-03-31", "83")
    set_rate(book, "2026-03-31", "84", company=book.company)
    assert ask(book).factor == 83
    assert ask(book, company=book.company).factor == 84


def test_kinds_of_rates_are_kept_apart(book):
    set_rate(book, "2026-03-31", "83", kind="buying")
    set_rate(book, "2026-03-31", "85", kind="selling")
    assert ask(book, kind="buying").factor == 83
    assert ask(book, kind="selling").factor == 85
    with refused("rate_must_exist"):
        ask(book)


def test_a_rate_of_the_days_before_serves_over_a_week_end(book):
    set_rate(book, "2026-03-27", "83")
    assert ask(book, max_age_days=4).legs[0].version.rate.on == date(2026, 3, 27)


def test_a_rate_that_is_too_old_is_refused_with_the_last_one(book):
    set_rate(book, "2026-03-20", "82.5")
    with refused("rate_must_exist", "82.5 INR", "2026-03-20", "2026-03-31", "7 days"):
        ask(book)
    assert ask(book, max_age_days=11).factor == Fraction("82.5")


def test_a_rate_of_a_later_day_is_not_used(book):
    set_rate(book, "2026-04-01", "84")
    with refused("rate_must_exist", "never was one", "Set the rate"):
        ask(book)


def test_two_rates_make_one_only_through_a_pivot_that_is_stated(book):
    set_rate(book, "2026-03-31", "83")
    set_rate(book, "2026-03-30", "150", pair="USD/JPY")
    with refused("rate_must_exist"):
        ask(book, "JPY")

    found = ask(book, "JPY", pivot="USD")

    assert found.factor == Fraction(83, 150)
    assert found.path == ("JPY", "USD", "INR")
    assert [leg.version.rate.on for leg in found.legs] == [date(2026, 3, 30), YEAR_END]
    assert [leg.is_inverted for leg in found.legs] == [True, False]
    assert "1 USD = 150 JPY" in str(found)
    assert "1 USD = 83 INR" in str(found)


def test_the_pair_itself_goes_before_the_pivot(book):
    set_rate(book, "2026-03-31", "83")
    set_rate(book, "2026-03-31", "150", pair="USD/JPY")
    set_rate(book, "2026-03-31", "0.55", pair="JPY/INR")
    assert ask(book, "JPY", pivot="USD").path == ("JPY", "INR")


def test_a_pivot_with_one_rate_too_old_is_refused_by_name(book):
    set_rate(book, "2026-03-31", "83")
    set_rate(book, "2026-01-30", "150", pair="USD/JPY")
    with refused("rate_must_exist", "JPY in INR", "through USD"):
        ask(book, "JPY", pivot="USD")


def test_a_correction_is_a_new_version_that_says_who_when_and_why(book):
    asha = book.tenant.person("asha")
    first = set_rate(book, "2026-03-31", "83.10")
    second = set_rate(book, "2026-03-31", "83.01", person=asha, reason="Digits swapped")

    assert (first.version, second.version) == (1, 2)
    assert ask(book).factor == Fraction("83.01")
    with book.transaction() as connection:
        kept = rates.history(connection, good())
    assert kept == (first, second)
    assert (kept[1].set_by, kept[1].reason) == (asha, "Digits swapped")
    assert kept[1].recorded_at > kept[0].recorded_at


def test_a_rate_is_read_as_it_was_known_at_a_time(book):
    first = set_rate(book, "2026-03-31", "83.10")
    asha = book.tenant.person("asha")
    second = set_rate(book, "2026-03-31", "83.01", person=asha, reason="Digits swapped")

    assert ask(book, known_at=first.recorded_at).factor == Fraction("83.10")
    assert ask(book, known_at=second.recorded_at).factor == Fraction("83.01")
    with refused("rate_must_exist"):
        ask(book, known_at=first.recorded_at - timedelta(microseconds=1))


@pytest.mark.parametrize("told", [{}, {"reason": "Wrong"}, {"person": "asha"},
                                  {"person": "asha", "reason": " "}])  # fmt: skip
def test_a_correction_without_who_or_why_is_refused(book, told):
    set_rate(book, "2026-03-31", "83.10")
    before = book.state()
    person = {"person": book.tenant.person("asha")} if "person" in told else {}

    with refused("correction_must_say_who_and_why", "83.1", "RBI"):
        put(book, good(rate=Decimal(84)), **{**told, **person})

    assert book.state() == before


def test_the_same_rate_under_the_same_key_returns_the_first(book):
    first = put(book, good())
    before = book.state()
    assert put(book, good(rate=Decimal("83.1000"))) == first
    assert book.state() == before


def test_another_rate_under_the_same_key_is_refused(book):
    put(book, good())
    before = book.state()
    for other in (good(rate=Decimal(84)), good(on=date(2026, 3, 30)), good(source="FBIL")):
        with refused("effect_key_must_have_one_content"):
            put(book, other)
    assert book.state() == before


BAD = {
    "unknown base currency": ({"base_currency": "XAU"}, "currency_must_be_known"),
    "unknown quote currency": ({"quote_currency": "inr"}, "currency_must_be_known"),
    "one currency": ({"quote_currency": "USD"}, "currencies_must_differ"),
    "no kind": ({"kind": ""}, "rate_kind_must_be_readable"),
    "kind in capitals": ({"kind": "Closing"}, "rate_kind_must_be_readable"),
    "kind of two words": ({"kind": "bank selling"}, "rate_kind_must_be_readable"),
    "kind too long": ({"kind": "a" * 41}, "rate_kind_must_be_readable"),
    "units of no quotation": ({"units": 7}, "rate_units_must_be_a_power_of_ten"),
    "no units": ({"units": 0}, "rate_units_must_be_a_power_of_ten"),
    "zero": ({"rate": Decimal(0)}, "rate_must_be_positive"),
    "below zero": ({"rate": Decimal("-83")}, "rate_must_be_positive"),
    "no number": ({"rate": Decimal("NaN")}, "rate_must_be_positive"),
    "infinite": ({"rate": Decimal("Infinity")}, "rate_must_be_positive"),
    "too large": ({"rate": Decimal(10) ** 10}, "rate_must_be_positive"),
    "eleven decimals": ({"rate": Decimal("83.12345678901")}, "rate_must_be_exact"),
    "forty decimals": ({"rate": Decimal("83." + "0" * 39 + "1")}, "rate_must_be_exact"),
    "blank source": ({"source": " "}, "rate_must_name_its_source"),
    "unknown company": ({"company": uuid4()}, "company_must_exist"),
}


@pytest.mark.parametrize(("changed", "code"), BAD.values(), ids=BAD)
def test_a_bad_rate_is_refused_by_name_and_nothing_changes(book, changed, code):
    before = book.state()
    with refused(code):
        put(book, good(**changed))
    assert book.state() == before


def test_an_unknown_person_is_refused(book):
    with refused("person_must_exist"):
        put(book, good(), person=uuid4())


def test_a_rate_with_all_its_digits_is_kept_exactly(book):
    put(book, good(rate=Decimal("9999999999.9999999999")))
    assert ask(book).factor == Fraction("9999999999.9999999999")


def test_the_database_itself_rounds_no_rate(book):
    stated = '{"base_currency": "USD", "quote_currency": "INR", "kind": "spot", "units": 1,' \
        ' "rate_date": "2026-03-31", "rate": "83.12345678901", "source": "RBI"}'  # fmt: skip
    with refused("rate_must_be_exact"), book.transaction() as connection:
        connection.execute(text("SELECT ledger_set_rate(:stated, 'key')"), {"stated": stated})


def test_a_rate_is_never_changed_or_deleted(book):
    set_rate(book, "2026-03-31", "83")
    for statement in ("UPDATE exchange_rates SET rate = 1", "DELETE FROM exchange_rates"):
        with refused("record_must_stay"), book.as_owner() as connection:
            connection.execute(text(statement))


def test_the_rates_of_another_tenant_are_not_seen(book, database):
    other = Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    set_rate(other, "2026-03-31", "83", key="shared")
    with refused("rate_must_exist"):
        ask(book)
    set_rate(book, "2026-03-31", "84", key="shared")
    assert ask(other).factor == 83
    with refused("company_must_exist"):
        put(book, good(company=other.company))


def test_of_many_that_set_one_rate_at_once_one_is_first_and_the_rest_must_say_why(book):
    def attempt(number):
        def call():
            try:
                return put(book, good(rate=Decimal(80 + number)), key=f"feed {number}").version
            except Refusal as refusal:
                return refusal.code

        return call

    results = at_once(attempt(number) for number in range(8))

    assert results.count(1) == 1
    assert results.count("correction_must_say_who_and_why") == 7


def test_corrections_at_once_are_versions_one_after_the_other(book):
    asha = book.tenant.person("asha")

    def attempt(number):
        told = {"key": f"{number}", "person": asha, "reason": "Published anew"}
        return lambda: put(book, good(rate=Decimal(80 + number)), **told).version

    assert sorted(at_once(attempt(number) for number in range(8))) == list(range(1, 9))
    with book.transaction() as connection:
        kept = rates.history(connection, good())
    assert [version.recorded_at for version in kept] == sorted(v.recorded_at for v in kept)


def test_the_same_rate_set_at_once_under_one_key_is_set_once(book):
    made = at_once((lambda: put(book, good())) for _ in range(8))
    assert len({version.id for version in made}) == 1


def test_two_rates_at_once_under_one_key_are_one_rate_and_one_refusal(book):
    def attempt(day):
        def call():
            try:
                return put(book, good(on=date(2026, 3, day))).version
            except Refusal as refusal:
                return refusal.code

        return call

    results = at_once(attempt(day) for day in range(1, 9))
    assert results.count(1) == 1
    assert results.count("effect_key_must_have_one_content") == 7
