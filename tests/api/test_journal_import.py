"""Importing rows over REST: looked at by a dry run, wrong rows named, posted whole and once."""

import json

from sqlalchemy import text

from sandbox.tenant import as_owner
from tests.api.invoices import keyed
from tests.api.test_ledger_requests import approved_by, ended
from tests.book import Book
from tests.invoices import rupees
from tests.today import today

TODAY = today().isoformat()


def row(reference, account, *, debit=None, credit=None, **more):
    """A row of today."""
    amounts = {"debit": debit and rupees(debit), "credit": credit and rupees(credit)}
    given = {"reference": reference, "day": TODAY, "account": account, **amounts, **more}
    return {name: value for name, value in given.items() if value is not None}


def opening(*rows, **changes):
    """The start of an import of opening balances."""
    asked = {"kind": "opening", "title": "Balances of the earlier program", "rows": rows}
    return {"type": "journal_import", "input": asked | changes}


BALANCES = (
    row("OB-1", "bank", debit="5000.00", narration="Opening balances"),
    row("OB-1", "share_capital", credit="5000.00"),
)


def test_a_dry_run_tells_the_trial_balance_it_would_give(database, tenant, cast):
    book = Book(database, tenant)
    book.post(book.sale(100_000, on=today()))
    path = "/processes?dry_run=true"

    would = cast["nila"].post(path, json=opening(*BALANCES), headers=keyed()).json()["would"]

    seen = would["preview"]
    assert (seen["entries"], seen["postings"]) == (1, 2)
    lines = {each["account"]: (each["before"], each["added"], each["after"])
             for each in seen["trial_balance"]}  # fmt: skip
    assert lines == {
        "bank": (100_000, 500_000, 600_000),
        "sales": (-100_000, 0, -100_000),
        "share_capital": (0, -500_000, -500_000),
    }
    assert sum(each["after"] for each in seen["trial_balance"]) == 0
    assert book.balance("bank") == 100_000


def test_every_wrong_row_is_named_at_once_with_its_number(cast):
    rows = (
        row("OB-1", "bnak", debit="5.00", narration="Opening balances"),
        row("OB-1", "share_capital", credit="5.00", party="V-777"),
        row("OB-2", "bank", debit="7.00", credit="7.00", narration="Both sides"),
        row("OB-2", "share_capital", credit="7.00"),
        row("OB-3", "bank", debit="9.00", narration="Out by one"),
        row("OB-3", "share_capital", credit="8.00"),
        row("OB-1", "bank", debit="1.00", narration="Not together"),
        row("OB-4", "bank", debit="1.00", narration="Too old", day="2019-04-01"),
        row("OB-4", "share_capital", credit="1.00", day="2019-04-01"),
    )
    for path in ("/processes?dry_run=true", "/processes"):
        sent = cast["nila"].post(path, json=opening(*rows), headers=keyed())
        problem = sent.json()
        assert (sent.status_code, problem["code"]) == (422, "import_must_be_clean")
        found = {(each["pointer"], each["code"]) for each in problem["errors"]}
        assert {
            ("/input/rows/1/party", "entry_rows_must_agree"),
            ("/input/rows/2/credit", "row_must_have_one_side"),
            ("/input/rows/4", "entry_must_balance"),
            ("/input/rows/6/reference", "entry_rows_must_stand_together"),
            ("/input/rows/7/day", "period_must_exist"),
        } <= found, found
        assert all(each["detail"].startswith("Row ") for each in problem["errors"])


def test_an_account_that_is_not_there_is_named_by_its_row(cast):
    rows = (*BALANCES, row("OB-2", "bnak", debit="5.00", narration="x"),
            row("OB-2", "share_capital", credit="5.00", narration="x"))  # fmt: skip
    problem = cast["nila"].post("/processes", json=opening(*rows), headers=keyed()).json()
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [
        ("/input/rows/2/account", "account_must_exist")
    ]


def test_as_many_rows_as_a_document_holds_are_posted_once(database, tenant, cast):
    rows = [
        each
        for number in range(1000)
        for each in (
            row(f"E-{number}", "travel", debit="12.50", narration=f"Journey {number}"),
            row(f"E-{number}", "cash", credit="12.50", branch="MYS"),
        )
    ]
    body = opening(*rows, kind="import")
    assert len(json.dumps(body)) < 1_000_000
    sent = cast["nila"].post("/processes", json=body, headers=keyed())
    assert sent.status_code == 202, sent.text
    process = sent.json()["id"]
    again = cast["asha"].post("/processes", json=body, headers=keyed())
    assert (again.status_code, again.json()["code"]) == (409, "import_must_be_new")
    assert again.json()["facts"]["reference"] == sent.json()["reference"]
    for checker in ("bina", "deepa"):
        approved_by(cast[checker], process)

    assert ended(cast["nila"], process)["stage"]["name"] == "imported"
    with as_owner(database.admin, tenant.id) as connection:
        counted = text("SELECT count(*) FROM journal_entries WHERE process_id IS NOT NULL")
        assert connection.scalar(counted) == 1000
    assert Book(database, tenant).balance("cash") == -1_250_000
    again = cast["nila"].post("/processes", json=body | {"external_ref": "x"}, headers=keyed())
    assert (again.status_code, again.json()["facts"]["reference"]) == (
        409,
        sent.json()["reference"],
    )


def test_a_row_more_is_refused(cast):
    rows = [row("E-1", "cash", debit="1.00")] * 2001
    sent = cast["nila"].post("/processes", json=opening(*rows), headers=keyed())
    assert sent.json()["errors"][0]["code"] == "rows_must_not_be_too_many"
