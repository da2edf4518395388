"""The book at the command line: the same answers as over REST, as tables and as files."""

import json

import pytest

from domain.ledger import checks, holds, limits
from domain.ledger.holds import Hold
from domain.ledger.integrity import Integrity
from domain.ledger.limits import Limit
from tests.command_line import run
from tests.domain.ledger.foreign import set_rate


@pytest.fixture
def kontor(installation, tenant, book, monkeypatch, tmp_path):
    """`kontor(*arguments)` as the auditor, over a book with one sale of ₹ 1,00,000."""
    for name in ("KONTOR_HOME", "KONTOR_AS", "KONTOR_TOKEN", "KONTOR_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    book.post(book.sale(10_000_000), key="sale-1")
    reserve(book)
    caller = ("--api", installation.url, "--token", installation.token(tenant, "chand"))

    def call(*arguments):
        return run(*arguments, *caller)

    return call


def reserve(book):
    """A floor under the bank, a hold on it, and a rate of the day."""
    set_rate(book, "2026-07-16", "83.1025")
    hold = Hold(book.company, "travel", "bank", 150_00, "INR", "Flight")
    with book.transaction() as connection:
        floor = Limit("bank", floor=0)
        limits.set_limit(connection, book.company, floor, person=book.tenant.person("deepa"))
        holds.place(connection, hold, key="flight")


def test_a_hold_is_shown_with_what_became_of_it(kontor):
    (held,) = json.loads(kontor("ledger", "holds", "-o", "json").stdout)["data"]

    shown = kontor("ledger", "hold", held["id"], "--plain").stdout
    assert "placed" in shown
    assert "150.00 INR" in shown


READS = [
    (("ledger", "accounts", "--kind", "income"), "sales"),
    (("ledger", "account", "bank"), "Bank"),
    (("ledger", "balance", "bank", "--as-of", "2026-07-16"), "1,00,000.00 INR"),
    (("ledger", "entries", "--since", "2026-07-01", "--account", "bank"), "1,00,000.00 INR"),
    (("ledger", "verify"), "agrees with itself"),
    (("ledger", "verify"), "seals_hold"),
    (("ledger", "balance", "bank"), "Available"),
    (("ledger", "limits"), "refuses"),
    (("ledger", "holds", "--state", "open"), "Flight"),
    (("ledger", "rates", "--on", "2026-07-16"), "83.1025"),
    (("report", "ageing", "--control", "payable", "--buckets", "30,60"), "31 to 60 days"),
    (("report", "statement-of-account", "--party", "V-001"), "V-001"),
    (("report", "dunning", "--levels", "5,10"), "5, 10"),
    (("report", "closing-checklist", "--fiscal-year", "2026-27"), "Lock"),
    (("ledger", "statement", "bank", "--since", "2026-07-01", "--until", "2026-07-31"), "1,00,000"),
    (("ledger", "export", "--since", "2026-07-16", "--until", "2026-07-16"), "Sale"),
    (("report", "trial-balance", "--language", "hi"), "तलपट"),
    (("report", "balance-sheet", "--as-of", "2026-07-31"), "1,00,000.00 INR"),
    (("reports",), "balance-sheet"),
]


@pytest.mark.parametrize(("arguments", "shown"), READS, ids=lambda each: str(each))
def test_each_read_is_drawn_and_is_json(kontor, arguments, shown):
    drawn = kontor(*arguments, "--plain")
    assert drawn.exit_code == 0, drawn.output
    assert shown in drawn.stdout

    assert json.loads(kontor(*arguments, "-o", "json").stdout)


def test_what_the_nightly_check_found_fails_a_verification(kontor, book):
    with book.transaction() as connection:
        checks.keep(connection, None, Integrity(1, 2, "Batch 3 is cut off."), key="night")

    found = kontor("ledger", "verify", "--plain")
    assert found.exit_code == 1
    assert "Batch 3 is cut off." in found.stdout


def test_an_entry_is_shown_in_the_notation_of_the_book(kontor):
    (entry,) = json.loads(kontor("ledger", "entries", "-o", "json").stdout)["data"]

    shown = kontor("ledger", "entry", entry["id"], "--plain").stdout
    assert "Dr  bank   1,00,000.00 INR" in shown
    assert "normal" in shown


@pytest.mark.parametrize(
    ("name", "begins"), [("t.pdf", b"%PDF"), ("t.xlsx", b"PK"), ("t.csv", b"row,level")]
)
def test_a_report_is_saved_in_the_format_of_its_name(kontor, tmp_path, name, begins):
    result = kontor("report", "profit-and-loss", "--to", name)

    assert result.exit_code == 0, result.output
    assert f"{name} is written" in result.output
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_file_goes_to_standard_output_alone(kontor):
    result = kontor("ledger", "export", "--since", "2026-07-16", "--format", "csv")

    assert result.stdout.startswith("row,level,date,number")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("report", "trial-balance", "--to", "report.docx"), 2, "Add --format"),
        (("report", "trial-balance", "--dimension", "branch"), 2, "branch=BLR"),
        (("report", "trial-balance", "--to", "no/such/folder.pdf"), 2, "cannot be written"),
        (("report", "nothing"), 1, "report_must_exist"),
        (("report", "trial-balance", "--account", "bank"), 1, "filter_must_be_known"),
        (("report", "trial-balance", "--scale", "lakhs", "--format", "csv"), 1, "scale_must_fit"),
        (("ledger", "balance", "nothing"), 1, "account_must_exist"),
        (("ledger", "entry", "jrn_1"), 1, "entry_must_exist"),
    ],
)
def test_a_no_is_told_with_its_exit_code(kontor, arguments, code, said):
    result = kontor(*arguments)

    assert result.exit_code == code, result.output
    assert said in result.stderr
