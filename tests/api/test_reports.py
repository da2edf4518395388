"""Reports from one address in five formats, and the catalogue of them."""

import csv
import hashlib
import io
import zipfile
from base64 import b64encode

import pytest
from openpyxl import load_workbook

from domain.ledger import budgets
from domain.ledger.budgets import BudgetLine
from tests.api.invoices import inr

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": XLSX,
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}
# What a report cannot be made without.
NAMED = {
    "general-ledger": "&account=bank",
    "statement-of-account": "&party=V-001",
    "budget-variance": "&budget=Operating",
}
TRIAL_BALANCE = "/reports/trial-balance"


@pytest.fixture
def chand(cast, book):
    """The auditor, over a book with one sale of ₹ 12,34,567.89 on 16 July 2026."""
    book.post(book.sale(123_456_789))
    return cast["chand"]


def test_the_catalogue_says_what_each_report_takes(chand):
    listed = {report["name"]: report for report in chand.get("/reports").json()["data"]}
    found = listed["trial-balance"]

    assert found["title"] == "Trial balance"
    assert {"as_of", "company", "format", "language", "scale"} <= set(found["parameters"])
    assert found["formats"] == [
        "application/json",
        "text/csv",
        XLSX,
        "application/pdf",
        "text/html",
    ]
    assert chand.get(found["href"].removeprefix("/v1")).status_code == 200


def test_the_catalogue_speaks_hindi(chand):
    titles = {r["name"]: r["title"] for r in chand.get("/reports?language=hi").json()["data"]}

    assert titles["trial-balance"] == "तलपट"


@pytest.mark.parametrize("format", MEDIA_TYPES)
def test_the_format_is_chosen_by_the_address(chand, format):
    response = chand.get(f"{TRIAL_BALANCE}?format={format}")

    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == MEDIA_TYPES[format]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/pdf", "application/pdf"),
        (XLSX, XLSX),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("text/csv;q=0.5, application/pdf", "application/pdf"),
        ("application/pdf;q=0, text/csv", "text/csv; charset=utf-8"),
        ("image/png", "application/json"),
        ("text/csv;q=many", "application/json"),
        ("*/*", "application/json"),
    ],
)
def test_the_format_is_chosen_by_the_accept_header(chand, accept, media_type):
    response = chand.get(TRIAL_BALANCE, headers={"Accept": accept})

    assert response.headers["content-type"] == media_type


def test_json_is_a_table_of_exact_amounts_with_links_to_where_they_come_from(chand):
    body = chand.get(f"{TRIAL_BALANCE}?as_of=2026-07-16").json()

    assert [column["name"] for column in body["columns"]][:2] == ["account", "title"]
    (bank,) = [row for row in body["rows"] if row["cells"]["account"] == "bank"]
    assert bank["cells"]["closing_debit"] == inr(123_456_789)
    assert chand.get(bank["link"].removeprefix("/v1")).status_code == 200
    assert body["company_name"] == "Kontor Demo Private Limited"
    assert body["as_of"] == "2026-07-16"


def test_the_trial_balance_keeps_the_members_it_had_before_the_catalogue(chand):
    body = chand.get(TRIAL_BALANCE).json()

    assert body["total"] == {"debit": inr(123_456_789), "credit": inr(123_456_789)}
    assert {line["account"] for line in body["lines"]} == {"bank", "sales"}
    assert "lines" not in chand.get(f"{TRIAL_BALANCE}?language=hi").json()


@pytest.mark.parametrize("format", ["csv", "xlsx", "pdf"])
def test_a_file_has_a_name_a_digest_and_comes_once(chand, format):
    address = f"{TRIAL_BALANCE}?format={format}"
    first = chand.get(address)

    assert first.headers["content-disposition"] == f"attachment; filename=trial-balance.{format}"
    digest = b64encode(hashlib.sha256(first.content).digest()).decode()
    assert first.headers["content-digest"] == f"sha-256=:{digest}:"
    assert first.headers["vary"] == "Accept"
    again = chand.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_sheet_in_another_language_keeps_the_names_of_its_columns(chand):
    response = chand.get(f"{TRIAL_BALANCE}?language=hi&format=csv")

    rows = list(csv.reader(io.StringIO(response.text)))
    assert rows[0] == [
        "row", "level", "account", "title", "closing_debit", "closing_credit", "currency",
    ]  # fmt: skip
    assert rows[1] == ["line", "0", "bank", "बैंक", "1234567.89", "0.00", "INR"]
    assert "Chand Mistry" in rows[-1][0]


def test_a_workbook_has_numbers_and_says_its_unit(chand):
    response = chand.get(f"{TRIAL_BALANCE}?scale=lakhs&format=xlsx")

    book = load_workbook(io.BytesIO(response.content)).active
    values = [cell.value for row in book.iter_rows() for cell in row]
    assert 12.3456789 in values
    assert "Amounts in ₹ lakhs" in values
    names = zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert not [name for name in names if "vba" in name.lower() or "external" in name.lower()]


def test_a_page_runs_nothing_and_loads_nothing(chand):
    response = chand.get(f"{TRIAL_BALANCE}?format=html&scale=crores&language=hi")

    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "राशियाँ ₹ करोड़ में" in response.text
    assert "<script" not in response.text


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("colour=red", 400, "filter_must_be_known"),
        ("account=bank", 400, "filter_must_be_known"),
        ("dimension.branch=BLR", 422, "dimension_must_be_known"),
        ("since=2026-07-02&until=2026-07-01", 422, "range_must_run_forward"),
        ("period=FY2026-27&since=2026-07-01", 400, "request_must_be_well_formed"),
        ("period=July", 422, "period_must_be_readable"),
        ("period=FY1999-00", 422, "period_must_exist"),
        ("layout=baroque", 422, "layout_must_exist"),
        ("known_at=yesterday", 400, "filter_must_be_readable"),
        ("known_at=2999-01-01T00:00:00Z", 422, "known_at_must_be_past"),
        ("format=docx", 400, "request_must_be_well_formed"),
        ("language=fr", 400, "request_must_be_well_formed"),
        ("scale=dozens", 400, "request_must_be_well_formed"),
        ("as_of=soon", 400, "request_must_be_well_formed"),
        ("company=cmp_1", 422, "company_must_exist"),
        ("scale=lakhs&format=csv", 422, "scale_must_fit_format"),
    ],
)
def test_what_a_report_does_not_take_is_refused_and_not_ignored(chand, query, status, code):
    response = chand.get(f"{TRIAL_BALANCE}?{query}")

    assert (response.status_code, response.json()["code"]) == (status, code), response.text


def test_a_refused_parameter_names_what_the_report_takes(chand):
    (error,) = chand.get(f"{TRIAL_BALANCE}?colour=red").json()["errors"]

    assert {"as_of", "language", "scale", "format"} <= set(error["allowed"])


def test_a_report_that_there_is_not_is_404(chand):
    response = chand.get("/reports/nothing")

    assert (response.status_code, response.json()["code"]) == (404, "report_must_exist")


def test_every_format_and_parameter_is_described(chand):
    described = chand.get("/openapi.json").json()["paths"]["/v1/reports/{name}"]["get"]

    assert set(described["responses"]["200"]["content"]) == {
        media_type.partition(";")[0] for media_type in MEDIA_TYPES.values()
    }
    assert {"as_of", "period", "known_at", "dimension.NAME"} <= {
        parameter["name"] for parameter in described["parameters"]
    }


@pytest.mark.parametrize("format", MEDIA_TYPES)
@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_report_comes_in_every_format_and_language(chand, book, format, language):
    with book.transaction() as connection:
        asha, lines = book.tenant.person("asha"), [BudgetLine("travel", (100_00,) * 12)]
        stated = {"name": "Operating", "person": asha, "key": "budget"}
        budget = budgets.set_budget(connection, book.company, "2026-27", lines, **stated)
        budgets.activate(connection, budget, person=asha)
    for each in chand.get("/reports").json()["data"]:
        more = NAMED.get(each["name"], "")
        address = f"{each['href'].removeprefix('/v1')}?format={format}&language={language}{more}"

        response = chand.get(address)
        assert response.status_code == 200, (address, response.text)
        assert response.headers["content-type"] == MEDIA_TYPES[format]


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("2026-07", "2026-07-01", "2026-07-31"),
        ("FY2026-27", "2026-04-01", "2027-03-31"),
        ("FY2026-27-Q2", "2026-07-01", "2026-09-30"),
    ],
)
def test_a_period_is_the_days_from_its_first_to_its_last(chand, period, since, until):
    named = chand.get(f"/reports/profit-and-loss?period={period}").json()
    spanned = chand.get(f"/reports/profit-and-loss?since={since}&until={until}").json()

    assert named["rows"] == spanned["rows"]
    assert named["parameters"] == spanned["parameters"]


def test_a_file_holds_every_page_and_json_one_after_the_other(chand, book):
    for _ in range(4):
        book.post(book.sale(100))
    address = "/reports/general-ledger?account=bank&since=2026-07-16&until=2026-07-16&limit=2"
    pages, url = [], address
    while url:
        page = chand.get(url).json()
        pages.append(page["rows"])
        url = page.get("next_url", "").removeprefix("/v1")
    lines = [row for rows in pages for row in rows if row["kind"] == "line"]
    assert (len(pages), len(lines)) == (3, 5)

    rows = list(csv.DictReader(io.StringIO(chand.get(f"{address}&format=csv").text)))
    assert [row["row"] for row in rows[:-1]] == ["subtotal", *["line"] * 5, "total"]
    assert [row["balance"] for row in rows[:-1]][-2:] == ["1234571.89"] * 2
