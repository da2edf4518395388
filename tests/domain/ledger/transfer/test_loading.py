"""Importing tables: everything wrong at once, posted once, the same book as posting makes."""

import csv
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import text

from domain.ledger import entries, statements
from domain.ledger.entry import EntryKind, JournalEntry, Posting
from domain.ledger.transfer import chunk as chunks
from domain.ledger.transfer import loading
from domain.ledger.transfer.loading import AccountSum, Source, Sum
from domain.ledger.transfer.mapping import Columns
from domain.money import LARGEST_AMOUNT, plain
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.race import at_once
from tests.domain.refused import refused

HEADER = (
    "voucher", "day", "what for", "account", "debit", "credit", "currency", "in INR", "who",
    "branch",
)  # fmt: skip
COLUMNS = Columns(
    account="account", debit="debit", credit="credit", day="day", narration="what for",
    reference="voucher", currency="currency", base_amount="in INR", party="who",
    dimensions=(("branch", "branch"),),
)  # fmt: skip
HISTORY = (
    (
        "1",
        "2026-04-01",
        "Rent for April",
        "office_rent",
        "25,000.00",
        "",
        "",
        "",
        "V-001",
        "Mysuru",
    ),
    ("1", "", "", "bank", "", "25000", "", "", "", ""),
    ("2", "2026-04-02", "Dollars", "bank", "100.00", "", "USD", "8300.00", "", ""),
    ("2", "", "", "sales", "", "100.00", "USD", "8300", "", ""),
)
IN_NOTATION = """
    2026-04-01  Rent for April
      Dr  office_rent  25000.00 INR  branch Mysuru
      Cr  bank         25000.00 INR
    2026-04-02  Dollars
      Dr  bank   100.00 USD = 8300.00 INR
      Cr  sales  100.00 USD = 8300.00 INR
"""


@pytest.fixture
def table(tmp_path):
    def write(*rows, header=HEADER, name="history.csv"):
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
        return Source(path, COLUMNS)

    return write


def looked_at(book, source):
    with book.transaction() as connection:
        return loading.preview(connection, book.company, source)


def loaded(book, source, **how):
    person = book.tenant.person("asha")
    return loading.load(book.transaction, book.company, source, person=person, **how)


def changed(row, column, value, rows=HISTORY):
    """The rows with one cell of them, counted as the spreadsheet does, changed."""
    cells = [list(each) for each in rows]
    cells[row - 2][HEADER.index(column)] = value
    return [tuple(each) for each in cells]


def test_a_preview_says_what_would_be_posted_and_changes_nothing(book, table):
    before = book.state()
    found = looked_at(book, table(*HISTORY))
    assert (found.entries, found.postings, found.refusals) == (2, 4, ())
    assert found.sums == (Sum("INR", 25_000_00, 25_000_00), Sum("USD", 100_00, 100_00))
    assert book.state() == before


def test_a_preview_tells_the_trial_balance_that_the_table_gives(book, table):
    source = table(*HISTORY)
    told = looked_at(book, source).accounts
    loaded(book, source)
    with book.transaction() as connection:
        lines = statements.trial_balance(connection, book.company).lines
    stands = {
        AccountSum(line.code, line.sums.currency, line.sums.debit, line.sums.credit)
        for line in lines
    }
    assert set(told) == stands
    assert AccountSum("office_rent", "INR", 25_000_00, 0) in told


def test_history_is_posted_as_it_stands(book, table):
    done = loaded(book, table(*HISTORY))
    assert (done.position, done.entries) == (2, 2)
    book.assert_is(IN_NOTATION)
    with book.transaction() as connection:
        dollars, rent = entries.entries(connection, book.company)
    assert rent.effect_key == f"import/{done.digest}/1"
    assert (rent.entry.kind, rent.entry.party) == (EntryKind.IMPORT, book.tenant.party("V-001"))
    assert (dollars.number, dollars.entry.party) == (None, None)


def test_importing_again_posts_nothing_twice(book, table):
    first = loaded(book, table(*HISTORY))
    before = book.state()
    assert loaded(book, table(*HISTORY)) == first
    assert looked_at(book, table(*HISTORY)).imported == 2
    assert book.state() == before


def test_a_workbook_is_read_as_it_is_shown(book, tmp_path):
    sheet = Workbook()
    sheet.active.append(["account", "Dr", "Cr", "day"])
    sheet.active.append(["bank", 1180.5, None, datetime(2026, 4, 1)])
    sheet.active.append(["share_capital", None, 1180.50, date(2026, 4, 1)])
    sheet.save(tmp_path / "opening.xlsx")
    columns = Columns("account", "Dr", "Cr", day="day", about="Brought forward", called="opening")
    loaded(book, Source(tmp_path / "opening.xlsx", columns, EntryKind.OPENING))
    book.assert_is("""
        2026-04-01  Brought forward
          Dr  bank           1180.50 INR
          Cr  share_capital  1180.50 INR
    """)


def test_signed_amounts_other_dates_and_separators_are_read(book, tmp_path):
    path = tmp_path / "german.csv"
    path.write_text("Konto;Betrag;Tag\nbank;10.00;01.04.2026\nsales;-10.00;01.04.2026\n")
    columns = Columns(
        "Konto", amount="Betrag", day="Tag", about="Sale", called="1",
        day_format="%d.%m.%Y", delimiter=";",
    )  # fmt: skip
    loaded(book, Source(path, columns))
    assert book.balance("bank", as_of=date(2026, 4, 1)) == 10_00


def test_currencies_may_balance_in_the_base_currency_only_together(book, table):
    rows = [
        ("1", "2026-04-01", "Two moneys", account, *sides, "", "")
        for account, *sides in (
            ("bank", "100.00", "", "USD", "8300"), ("sales", "", "100.00", "USD", "8301"),
            ("bank", "10.00", "", "EUR", "901"), ("sales", "", "10.00", "EUR", "900"),
        )
    ]  # fmt: skip
    assert looked_at(book, table(*rows)).refusals == ()
    loaded(book, table(*rows))
    book.assert_is("""
        2026-04-01  Two moneys
          Dr  bank   100.00 USD = 8300.00 INR
          Cr  sales  100.00 USD = 8301.00 INR
          Dr  bank    10.00 EUR =  901.00 INR
          Cr  sales   10.00 EUR =  900.00 INR
    """)


WRONG_ROWS = [
    (2, "day", "30 Feb", "day", "date_must_be_readable"),
    (2, "day", "2030-01-01", "day", "period_must_exist"),
    (3, "day", "2026-04-09", "day", "entry_rows_must_agree"),
    (2, "what for", "", None, "entry_must_have_narration"),
    (2, "account", "nowhere", "account", "account_must_exist"),
    (2, "debit", "25000.001", "debit", "money_must_fit_currency"),
    (2, "debit", "lots", "debit", "money_must_be_readable"),
    (2, "debit", f"{LARGEST_AMOUNT}", "debit", "amount_out_of_range"),
    (2, "debit", "25000.01", None, "entry_must_balance"),
    (3, "debit", "1.00", "credit", "row_must_have_one_side"),
    (2, "who", "V-999", "who", "party_must_exist"),
    (4, "currency", "XXX", "currency", "currency_must_be_known"),
    (4, "currency", "dollars", "currency", "money_must_be_readable"),
    (4, "in INR", "", "in INR", "base_amount_must_be_given"),
    (4, "in INR", "8300.01", None, "entry_must_balance_in_base_currency"),
    (3, "voucher", "", "voucher", "reference_must_be_given"),
    (5, "voucher", "1", "voucher", "entry_rows_must_stand_together"),
    (5, "voucher", "3", None, "entry_must_have_two_postings"),
]


@pytest.mark.parametrize(("row", "column", "value", "said_of", "code"), WRONG_ROWS)
def test_a_wrong_cell_is_named_and_nothing_is_posted(
    book, table, row, column, value, said_of, code
):
    source = table(*changed(row, column, value))
    before = book.state()
    found = looked_at(book, source)
    said = [(each.column, each.code) for each in found.refusals]
    if column == "currency":
        assert code in [each.code for each in found.refusals]
    else:
        assert (said_of, code) in said
    assert all(2 <= each.row <= 5 for each in found.refusals)
    with refused("import_must_be_clean", found.refusals[0].message):
        loaded(book, source)
    assert book.state() == before


def test_every_wrong_row_is_told_at_once(book, table):
    rows = changed(2, "account", "nowhere", changed(5, "account", "elsewhere"))
    found = looked_at(book, table(*changed(3, "account", "gone", rows)))
    assert [(each.row, each.code) for each in found.refusals] == [
        (row, "account_must_exist") for row in (2, 3, 5)
    ]


@pytest.mark.parametrize(
    ("content", "name", "columns", "code"),
    [
        (b"", "a.csv", COLUMNS, "mapping_must_fit_table"),
        (b"account,debit\n", "a.csv", COLUMNS, "mapping_must_fit_table"),
        (b"\xff\xfe", "a.csv", COLUMNS, "file_must_be_readable"),
        (b'"open', "a.csv", COLUMNS, "file_must_be_readable"),
        (b"a\0b\n", "a.csv", COLUMNS, "file_must_be_readable"),
        (b"no zip", "a.xlsx", COLUMNS, "file_must_be_readable"),
        (b"a\n", "a.csv", Columns("a"), "mapping_must_be_complete"),
        (b"a\n", "a.csv", Columns("a", amount="a", on_date=Book.TODAY), "mapping_must_be_complete"),
        (b"a,b\n", "a.csv", Columns("a", amount="b", on_date=Book.TODAY, about="x", called="1"),
         "import_must_have_entries"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused(book, tmp_path, content, name, columns, code):
    (tmp_path / name).write_bytes(content)
    before = book.state()
    with refused(code):
        loaded(book, Source(tmp_path / name, columns))
    assert book.state() == before


def test_a_table_is_history_or_opening_and_stays_what_it_was_begun_as(book, table):
    with refused("import_must_be_of_kind"):
        loaded(book, replace(table(*HISTORY), kind=EntryKind.CLOSING))
    loaded(book, table(*HISTORY))
    with refused("import_must_stay_as_begun"):
        loaded(book, replace(table(*HISTORY), kind=EntryKind.OPENING))
    with refused("import_must_stay_as_begun"):
        loaded(book, replace(table(*HISTORY), columns=replace(COLUMNS, party=None)))


def test_an_import_that_was_stopped_continues(book, table, monkeypatch):
    monkeypatch.setattr(chunks, "SIZE", 3)
    rows = [
        (str(n), "2026-04-01", f"Sale {n}", account, debit, credit, "", "", "", "")
        for n in range(1, 9)
        for account, debit, credit in (("bank", n, ""), ("sales", "", n))
    ]
    source = table(*rows)
    steps = []

    def stop(done, total):
        steps.append((done, total))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loaded(book, source, progress=stop)
    assert book.integrity().entries == 3

    book.lock(date(2026, 4, 1))
    with refused("period_locked"):
        loaded(book, source)
    book.reopen(date(2026, 4, 1))
    monkeypatch.setattr(chunks, "SIZE", 2)
    loaded(book, source, progress=lambda *step: steps.append(step))

    assert steps == [(0, 8), (3, 8), (3, 8), (5, 8), (7, 8), (8, 8)]
    assert book.balance("bank") == 36_00
    assert book.integrity().holds


def test_two_who_import_the_same_table_at_once_import_it_once(book, table, monkeypatch):
    monkeypatch.setattr(chunks, "SIZE", 2)
    rows = [
        (str(n), "2026-04-01", "Sale", account, debit, credit, "", "", "", "")
        for n in range(20)
        for account, debit, credit in (("bank", 1, ""), ("sales", "", 1))
    ]
    source = table(*rows)
    results = at_once([lambda: loaded(book, source)] * 3)
    assert {done.position for done in results} == {20}
    assert book.balance("bank") == 20_00
    assert book.integrity().holds


def test_a_key_that_the_book_has_already_is_told_in_the_preview(book, table):
    source = table(*HISTORY)
    digest = looked_at(book, source).digest
    book.post(book.sale(), key=f"import/{digest}/2")
    (refusal,) = looked_at(book, source).refusals
    assert (refusal.row, refusal.code) == (4, "effect_key_must_have_one_content")


def test_the_company_of_another_tenant_takes_no_import(book, database, table):
    foreign = Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    with (
        refused("company_must_exist"),
        book.transaction() as connection,
    ):
        loading.preview(connection, foreign.company, table(*HISTORY))


ACCOUNTS = ("bank", "sales", "travel", "vendor_payable")
some_entries = st.lists(
    st.tuples(
        st.dates(date(2026, 4, 1), date(2026, 6, 30)),
        st.sampled_from(("INR", "USD")),
        st.lists(
            st.tuples(
                st.sampled_from(ACCOUNTS), st.integers(1, 10**9), st.sampled_from(("", "A", "B"))
            ),
            min_size=1,
            max_size=4,
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25)
@given(stated=some_entries)
def test_importing_makes_the_book_that_posting_makes(database, tmp_path_factory, stated):
    posted, other = (
        Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
        for _ in range(2)
    )
    rows = []
    for number, (day, currency, lines) in enumerate(stated):
        postings = []
        for account, amount, branch in lines:
            named = (("branch", branch),) if branch else ()
            base = 83 * amount if currency == "USD" else None
            postings += [
                Posting(account, amount, currency, base, named),
                Posting("bank", -amount, currency, base and -base, ()),
            ]
        posted.post(JournalEntry(posted.company, day, "Same", tuple(postings)))
        for posting in postings:
            sides = [plain(abs(posting.amount), currency), ""][:: 1 if posting.amount > 0 else -1]
            base_amount = posting.base_amount and plain(abs(posting.base_amount), "INR")
            branch = dict(posting.dimensions).get("branch", "")
            rows.append(
                (
                    number,
                    day,
                    "Same",
                    posting.account,
                    *sides,
                    currency,
                    base_amount or "",
                    "",
                    branch,
                )
            )
    path = tmp_path_factory.mktemp("tables") / "history.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    loaded(other, Source(path, COLUMNS))
    assert sums(other) == sums(posted)
    assert other.integrity().difference is None


SUMS = """
    SELECT a.code, t.currency, d.dimensions::text, {day}, sum(t.debit), sum(t.credit),
           sum(t.base_debit), sum(t.base_credit)
    FROM {table} t JOIN accounts a ON a.id = t.account_id
    JOIN dimension_sets d ON d.id = t.dimension_set_id GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


def sums(book):
    """Balances and day movements without what differs between tenants."""
    with book.transaction() as connection:
        now = connection.execute(text(SUMS.format(table="balances", day="''"))).all()
        days = connection.execute(text(SUMS.format(table="day_movements", day="t.entry_date")))
        return now, days.all()
