"""Whatever goes wrong is problem+json; every code that is raised is documented."""

import ast
import re
import time
from pathlib import Path

import pytest
from fastapi.openapi.models import OpenAPI
from sqlalchemy import text

from api.codes import CODES
from config.keys import new_signing_key
from domain.access import token
from domain.access.token import Bearer
from sandbox.tenant import as_owner

REFUSED_IN_SQL = re.compile(r"refuse\(\s*'([a-z_]+)'")
RAISED = ("Refusal", "Problem", "Rule", "no_cash")
READS_LIKE_A_CODE = re.compile(r"[a-z]+(_[a-z]+)*_must_[a-z_]+|only_an_[a-z_]+|already_[a-z]+")
# Where each text that reads like a code is one: a code may be handed on before it is raised.
CODES_ALONE = ("domain/ledger", "domain/reports")
ROOT = Path(__file__).parent.parent.parent
LAYERS = ("api", "workflows", "activities", "domain")
SAID_IN_SQL = re.compile(
    r"'([a-z]+(?:_[a-z]+)*_must_[a-z_]+|already_[a-z]+|[a-z_]+_out_of_range|period_locked)'"
)


def test_every_code_that_is_raised_has_a_status():
    raised = {
        code for layer in LAYERS for file in (ROOT / layer).rglob("*.py") for code in codes_of(file)
    }
    for file in (ROOT / "migrations" / "sql").rglob("*.sql"):
        raised |= set(SAID_IN_SQL.findall(file.read_text()))
        raised |= set(REFUSED_IN_SQL.findall(file.read_text()))
    assert raised - set(CODES) == set()
    assert len(raised) > 60


def codes_of(file: Path) -> set[str]:
    """The first arguments of what is raised, and in the ledger every text that reads like one."""
    tree = ast.parse(file.read_text())
    found = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in RAISED and node.args and isinstance(node.args[0], ast.Constant)
    }
    if str(file.relative_to(ROOT)).startswith(CODES_ALONE):
        texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        found |= {each for each in texts if READS_LIKE_A_CODE.fullmatch(str(each))}
    return found


def test_the_finder_sees_codes_that_are_handed_on_and_those_of_sql_over_lines():
    vouchers = codes_of(ROOT / "domain" / "ledger" / "subledger" / "vouchers.py")
    assert {"receipt_must_debit_cash", "journal_must_leave_cash_alone"} <= vouchers
    assert REFUSED_IN_SQL.findall("PERFORM refuse(\n    'only_an_example_is_undone',") == [
        "only_an_example_is_undone"
    ]


def test_the_description_is_openapi_3_1_with_every_code(installation, asha):
    described = asha.get("/openapi.json").json()

    OpenAPI.model_validate(described)
    assert described["openapi"].startswith("3.1")
    assert set(described["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]) == set(
        CODES
    )
    assert references(described) <= {
        f"#/components/schemas/{name}" for name in described["components"]["schemas"]
    }
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert "HTTPValidationError" not in str(operation), (method, path)
            if path.startswith(("/v1/health/live", "/v1/errors")):
                continue
            refusals = {status for status in operation["responses"] if status >= "400"}
            assert refusals, (method, path)


def references(part) -> set[str]:
    """Every `$ref`."""
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(references(value) for value in part.values()))
    return set().union(*(references(value) for value in part)) if isinstance(part, list) else set()


def test_the_catalogue_lists_every_code_with_its_cure(asha):
    listed = {each["code"]: each for each in asha.get("/errors").json()["data"]}
    assert set(listed) == set(CODES)
    assert all(each["cure"] and each["title"] for each in listed.values())


ROUTES = [
    ("GET", "/v1/nothing", 404, "route_must_exist"),
    ("GET", "/", 404, "route_must_exist"),
    ("DELETE", "/v1/tasks", 405, "method_must_be_allowed"),
    ("GET", "/v1/processes?colour=red", 400, "filter_must_be_known"),
    ("GET", "/v1/processes?amount[gte]=many", 400, "filter_must_be_readable"),
    ("GET", "/v1/processes?amount[gte]=9" + "9" * 30, 400, "filter_must_be_readable"),
    ("GET", "/v1/processes?status=%00", 400, "filter_must_be_readable"),
    ("GET", "/v1/processes?created_by=nobody", 400, "filter_must_be_readable"),
    ("GET", "/v1/processes?created_at[gte]=2026-07-16", 400, "filter_must_be_readable"),
    ("GET", "/v1/processes?sort=amount", 400, "filter_must_be_known"),
    ("GET", "/v1/processes?cursor=abc", 400, "cursor_must_be_ours"),
    ("GET", "/v1/processes?limit=201", 400, "request_must_be_well_formed"),
    ("GET", "/v1/processes/x?include=everything", 400, "filter_must_be_known"),
    ("GET", "/v1/tasks?scope=hers", 400, "request_must_be_well_formed"),
    ("GET", "/v1/tasks?colour=red", 400, "filter_must_be_known"),
    ("GET", "/v1/process-types/nothing", 404, "process_type_must_exist"),
    ("GET", "/v1/ledger/accounts/nothing", 404, "account_must_exist"),
    ("GET", "/v1/ledger/accounts/bank/balance?as_of=soon", 400, "request_must_be_well_formed"),
    ("GET", "/v1/ledger/accounts/bank/postings?cursor=WzFd", 400, "cursor_must_be_ours"),
    ("GET", "/v1/ledger/accounts?company=cmp_1", 422, "company_must_exist"),
    ("GET", "/v1/reports/nothing", 404, "report_must_exist"),
]


@pytest.mark.parametrize(("method", "path", "status", "code"), ROUTES)
def test_a_problem_has_every_member_of_the_contract(cast, method, path, status, code):
    response = cast["chand"].request(
        method, cast["chand"].base_url.copy_with(raw_path=path.encode())
    )

    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["API-Version"] == "2026-11-01"
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["X-Request-Id"]
    assert problem["type"] == f"/v1/errors#{code}"
    assert problem["title"]
    assert problem["detail"].endswith((".", ".'"))
    assert problem["retryable"] is False


def test_the_caller_s_request_id_is_kept(asha):
    response = asha.get("/nothing", headers={"X-Request-Id": "mine-1"})
    assert response.json()["request_id"] == response.headers["X-Request-Id"] == "mine-1"
    odd = asha.get("/nothing", headers={"X-Request-Id": "no spaces please"})
    assert odd.json()["request_id"].startswith("req_")


def test_another_version_is_refused_and_ours_echoed(asha):
    response = asha.get("/me", headers={"API-Version": "2020-01-01"})
    assert (response.status_code, response.json()["code"]) == (400, "api_version_must_be_known")
    assert asha.get("/me", headers={"API-Version": "2026-11-01"}).status_code == 200


def test_who_does_not_say_who_she_is_is_401(installation, tenant, asha):
    now = int(time.time())
    bearer = Bearer(tenant.id, tenant.user("asha"))
    foreign = token.issue(new_signing_key(), bearer, issued_at=now, seconds=60)
    cases = {
        "": "token_must_be_given",
        "Basic x": "token_must_be_given",
        "Bearer nonsense": "token_must_be_valid",
        f"Bearer {foreign}": "token_must_be_valid",
        f"Bearer {installation.token(tenant, 'asha', seconds=-1)}": "token_must_not_be_expired",
        f"Bearer {installation.token(tenant, 'nobody')}": "user_must_be_active",
    }
    for given, code in cases.items():
        response = asha.get("/me", headers={"Authorization": given})
        assert (response.status_code, response.json()["code"]) == (401, code)
        assert response.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_login_that_is_switched_off_is_off_at_once(asha, database, tenant):
    assert asha.get("/me").status_code == 200
    with as_owner(database.admin, tenant.id) as connection:
        off = text("UPDATE users SET active = false WHERE id = :user")
        connection.execute(off, {"user": tenant.user("asha")})
    assert asha.get("/me").json()["code"] == "user_must_be_active"


def test_what_breaks_inside_is_a_500_without_internals(installation, asha, monkeypatch, caplog):
    def broken(*_):
        raise KeyError("secret of the inside")

    monkeypatch.setattr("domain.access.reading.myself", broken)
    response = asha.get("/me")

    problem = response.json()
    assert (response.status_code, problem["code"]) == (500, "internal_fault")
    assert "secret" not in response.text
    assert problem["request_id"] in caplog.text
