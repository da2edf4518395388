"""The book's operations over REST: tried without a trace, refused with every row, and done."""

from datetime import date, timedelta

from sqlalchemy import text

from sandbox.tenant import as_owner
from tests.api.invoices import keyed
from tests.api.test_ledger_requests import approved_by, ended
from tests.book import Book
from tests.installation import eventually
from tests.scenarios.prepared import day_with, standing_hold
from tests.today import today

TODAY = today().isoformat()


def start(cast, who, type, asked, *, dry_run=False):
    path = "/processes?dry_run=true" if dry_run else "/processes"
    return cast[who].post(path, json={"type": type, "input": asked}, headers=keyed())


def rates(*rows, **changes):
    named = [
        {"units": "1", "from_currency": of, "rate": rate, "to_currency": to}
        for of, rate, to in rows
    ]
    asked = {"day": TODAY, "kind": "closing", "source": "FBIL", "holds_for": "every company"}
    return asked | {"rates": named} | changes


def test_rates_are_set_once_they_were_compared(cast):
    sent = start(cast, "esha", "exchange_rates", rates(("USD", "85.4321", "INR")))
    assert cast["chand"].get("/ledger/rates").json()["data"] == []
    approved_by(cast["bina"], sent.json()["id"])
    ended(cast["chand"], sent.json()["id"])

    (found,) = cast["chand"].get("/ledger/rates").json()["data"]
    assert (found["from_currency"], found["rate"], found["source"]) == ("USD", "85.4321", "FBIL")


def test_every_rate_that_is_none_is_named_by_its_row(cast):
    asked = rates(("USD", "0", "INR"), ("EUR", "92", "INR"), ("INR", "0.01", "EUR"),
                  ("XXX", "1", "XXX"))  # fmt: skip
    for dry_run in (True, False):
        sent = start(cast, "esha", "exchange_rates", asked, dry_run=dry_run)
        assert (sent.status_code, sent.json()["code"]) == (422, "rates_must_be_sound")
        found = [(each["pointer"], each["code"]) for each in sent.json()["errors"]]
        assert found[:2] == [
            ("/input/rates/0", "rate_must_be_positive"),
            ("/input/rates/2", "rate_must_stand_once"),
        ]
        assert found[2][0] == "/input/rates/3"


def test_a_dry_run_tells_what_each_balance_would_be_revalued_to(database, tenant, cast):
    day = day_with(Book(database, tenant), "EUR")
    asked = {
        "day": day, "kind": "closing", "gain": "exchange_gain_unrealised",
        "loss": "exchange_loss_unrealised", "clearing": "exchange_clearing",
    }  # fmt: skip
    (line,) = start(cast, "nila", "revaluation", asked, dry_run=True).json()["would"]["preview"][
        "balances"
    ]
    assert line["account"] == "bank_eur"
    assert line["amount"] == {"amount": 100_000, "currency": "EUR"}
    assert (line["carrying"], line["revalued"], line["difference"]) == (
        9_000_000, 9_200_000, 200_000,
    )  # fmt: skip

    sent = start(cast, "nila", "revaluation", asked)
    approved_by(cast["bina"], sent.json()["id"])
    ended(cast["chand"], sent.json()["id"])
    book = Book(database, tenant)
    on, after = date.fromisoformat(day), date.fromisoformat(day) + timedelta(1)
    assert gain(book, on) == -200_000
    assert gain(book, after) == 0


def gain(book, as_of):
    return book.balance("exchange_gain_unrealised", as_of=as_of)


def test_a_year_is_not_closed_before_its_checklist_holds(cast):
    asked = {"fiscal_year": "2025-26", "to_be": "closed", "result_to": "retained_earnings",
             "reason": "Adopted"}  # fmt: skip
    sent = start(cast, "nila", "year_state", asked)
    assert (sent.status_code, sent.json()["code"]) == (409, "year_must_be_ready_to_close")
    assert "months_are_locked" in sent.json()["facts"]


def test_what_becomes_of_a_hold_while_it_waits_for_approval_parks_the_process(
    database, tenant, cast
):
    book = Book(database, tenant)
    hold = standing_hold(book)
    asked = {"hold": hold, "request": "release", "reason": "Cancelled"}
    first, second = (start(cast, who, "hold_settlement", asked) for who in ("nila", "esha"))
    for sent in (first, second):
        approved_by(cast["bina"], sent.json()["id"])
    assert ended(cast["chand"], first.json()["id"])["status"] == "completed"

    parked = eventually(lambda: cast["esha"].get("/exceptions").json()["data"])
    assert [each["cause"] for each in parked] == ["hold_must_be_open"]
    with as_owner(database.admin, tenant.id) as connection:
        released = text("SELECT count(*) FROM hold_events WHERE kind = 'released'")
        assert connection.scalar(released) == 1
