"""What a start refuses, with which code, and that nothing at all was changed by it."""

import pytest
from sqlalchemy import text

from tests.api.invoices import inr, invoice, keyed, start, started
from tests.book import Book

TABLES = (
    "processes", "documents", "document_keys", "tasks", "decisions", "exceptions", "effects",
    "evidence", "events", "journal_entries", "idempotency_keys",
)  # fmt: skip


@pytest.fixture
def counts(database):
    """How many rows each table has, over all tenants."""

    def counted():
        with database.admin.connect() as connection:
            return {
                table: connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES
            }

    return counted


def line(**changes):
    return [invoice()["lines"][0] | changes]


BAD_FIELDS = [
    ({"vendor": None}, "/input/vendor", "field_missing"),
    ({"surprise": 1}, "/input/surprise", "field_unknown"),
    ({"vendor": 7}, "/input/vendor", "text_expected"),
    ({"lines": "none"}, "/input/lines", "rows_expected"),
    ({"lines": []}, "/input/lines", "rows_must_not_be_empty"),
    ({"total": 29500}, "/input/total", "money_expected"),
    ({"total": inr(-1)}, "/input/total/amount", "amount_must_not_be_negative"),
    ({"total": inr(1.005)}, "/input/total/amount", "amount_must_be_integer"),
    ({"total": inr("29500")}, "/input/total/amount", "amount_must_be_integer"),
    ({"total": {"amount": 1, "currency": "USD"}}, "/input/total/currency",
     "currency_must_be_company_currency"),
    ({"invoice_date": "01/07/2026"}, "/input/invoice_date", "date_expected"),
    ({"lines": line(gst_rate="17")}, "/input/lines/0/gst_rate", "choice_must_be_listed"),
    ({"lines": line(quantity="0")}, "/input/lines/0/quantity", "quantity_must_be_above_zero"),
    ({"invoice_number": "x" * 17}, "/input/invoice_number", "text_must_not_be_too_long"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "pointer", "code"), BAD_FIELDS)
def test_a_bad_field_is_named_by_its_pointer_and_changes_nothing(
    asha, counts, changes, pointer, code
):
    before = counts()
    response = start(asha, invoice(**changes))

    problem = response.json()
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["code"] == "input_must_match_definition"
    assert (pointer, code) in [(e["pointer"], e["code"]) for e in problem["errors"]]
    assert counts() == before


def test_an_amount_that_no_reader_keeps_exact_is_out_of_range(asha, counts):
    before = counts()
    response = start(asha, invoice(total=inr(9_007_199_254_740_992)))

    assert (response.status_code, response.json()["code"]) == (422, "amount_out_of_range")
    assert counts() == before


RULES = [
    ({"vendor": "V-999"}, 422, "party_must_exist"),
    ({"lines": line(expense_account="nowhere")}, 422, "account_must_exist"),
    ({"lines": line(expense_account="bank")}, 422, "account_must_be_of_kind"),
    ({"total": inr(1)}, 422, "arithmetic_must_agree"),
    ({"due_date": "2026-06-01"}, 422, "dates_must_be_in_order"),
    ({"invoice_date": "2019-07-01", "due_date": "2026-07-31"}, 422, None),
]


@pytest.mark.parametrize(("changes", "status", "code"), RULES)
def test_a_rule_of_the_books_refuses_before_anything_is_written(
    asha, counts, changes, status, code
):
    before = counts()
    response = start(asha, invoice(**changes))

    assert response.status_code == status
    assert code is None or response.json()["code"] == code
    assert counts() == before


def test_a_locked_period_is_423_and_names_it(asha, counts, book: Book):
    book.lock(Book.TODAY.replace(month=6))
    before = counts()
    response = start(asha, invoice(invoice_date="2026-06-15"))

    problem = response.json()
    assert (response.status_code, problem["code"]) == (423, "period_locked")
    assert problem["facts"]["period"] == "2026-06"
    assert counts() == before


def test_the_same_invoice_twice_is_refused_and_the_first_is_named(asha, counts):
    first = started(asha, given := invoice())
    before = counts()
    response = start(asha, given)

    problem = response.json()
    assert (response.status_code, problem["code"]) == (409, "document_must_be_unique")
    assert problem["facts"]["reference"] == first["reference"]
    assert counts() == before


def test_an_external_reference_names_one_process_for_ever(asha, counts):
    start(asha, external_ref="PO-77")
    before = counts()
    response = start(asha, external_ref="PO-77")

    assert (response.status_code, response.json()["code"]) == (409, "external_ref_must_be_unique")
    assert counts() == before


def test_only_who_may_start_does(bina, counts):
    before = counts()
    response = start(bina)

    assert (response.status_code, response.json()["code"]) == (403, "role_must_allow_action")
    assert counts() == before


BODIES = [
    (b"{", 400, "json_must_be_well_formed"),
    (b"[1]", 422, "body_must_match_schema"),
    (b'{"type": "invoice_approval", "type": "x"}', 400, "json_must_be_well_formed"),
    (b'{"input": NaN}', 400, "json_must_be_well_formed"),
    (b'{"type": "\\ud800", "input": {}}', 400, "json_must_be_well_formed"),
    (b"\xff\xfe", 400, "json_must_be_well_formed"),
    (b"[" * 100_000, 400, "json_must_be_well_formed"),
    (b'{"type": "invoice_approval"}', 422, "body_must_match_schema"),
    (b'{"type": "invoice_approval", "input": {}, "extra": 1}', 422, "body_must_match_schema"),
    (b'{"type": "nothing", "input": {}}', 422, "process_type_must_exist"),
    (b'{"type": "invoice_approval", "input": {}, "company": "cmp_1"}', 422, "company_must_exist"),
    (b'{"type": "invoice_approval", "input": {}, "external_ref": "a\\u0000"}', 422,
     "body_must_match_schema"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "code"), BODIES)
def test_a_body_that_is_not_what_it_should_be_changes_nothing(asha, counts, body, status, code):
    before = counts()
    headers = keyed(**{"Content-Type": "application/json"})
    response = asha.post("/processes", content=body, headers=headers)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert counts() == before


def test_a_body_of_ten_megabytes_is_refused(asha, counts):
    before = counts()
    headers = keyed(**{"Content-Type": "application/json"})
    response = asha.post("/processes", content=b" " * 10_000_000, headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "body_must_not_be_too_large")

    def pieces():
        for _ in range(30):
            yield b" " * 100_000

    response = asha.post("/processes", content=pieces(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "body_must_not_be_too_large")
    assert counts() == before


def test_another_content_type_is_refused(asha):
    response = asha.post("/processes", content=b"a=1", headers=keyed())
    assert (response.status_code, response.json()["code"]) == (415, "content_type_must_be_json")


def test_a_key_is_compulsory(asha):
    body = {"type": "invoice_approval", "input": invoice()}
    response = asha.post("/processes", json=body)
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")
    response = asha.post("/processes", json=body, headers={"Idempotency-Key": "a b"})
    assert response.json()["code"] == "idempotency_key_must_be_well_formed"


def test_a_dry_run_says_what_would_follow_and_stores_nothing(asha, counts):
    before = counts()
    body = {"type": "invoice_approval", "input": invoice(10_000_000)}
    response = asha.post("/processes", params={"dry_run": "true"}, json=body)

    would = response.json()["would"]
    assert response.status_code == 200
    assert [(a["role"], a["people"]) for a in would["approvers"]] == [
        ("finance_approver", ["Bina Iyer"]),
        ("finance_head", ["Deepa Menon"]),
    ]
    invoice_entry = would["postings"][0]["postings"]
    assert (
        sum(p["amount"]["amount"] * (1 if p["side"] == "debit" else -1) for p in invoice_entry) == 0
    )
    assert counts() == before

    body["input"]["vendor"] = "V-999"
    response = asha.post("/processes", params={"dry_run": "true"}, json=body)
    assert response.json()["code"] == "party_must_exist"
