"""A second company of a tenant: asked for over HTTP, agreed to by an owner, with its own book."""

from typing import Any

import pytest

from domain.identifiers import COMPANY, written
from tests.api.invoices import decide, keyed, open_task
from tests.api.people import agreed, signed_in, with_password
from tests.today import today


def company(**changes: Any) -> dict[str, Any]:
    return {
        "request": "add", "code": "KTS", "name": "Kontor Stores", "gstin": "29AAKCS7734P1ZC",
        "bank_account": "50100200300500", "base_currency": "INR",
        "first_year": today().isoformat(), "reason": "The stores",
    } | changes  # fmt: skip


def asked_for(client, **changes):
    body = {"type": "company", "input": company(**changes)}
    return client.post("/processes", json=body, headers=keyed())


@pytest.fixture
def second(installation, tenant, cast) -> str:
    """The id of a second company."""
    with_password(installation, tenant, "bina")
    process = asked_for(cast["esha"]).json()
    without_password = decide(cast["bina"], open_task(cast["bina"], process["id"]))
    assert without_password.json()["code"] == "step_up_required"
    with signed_in(installation, tenant, "bina") as bina:
        agreed(bina, process["id"])
    (found,) = (c for c in cast["esha"].get("/me").json()["companies"] if c["code"] == "KTS")
    return found["id"]


def test_it_has_the_chart_of_the_first_and_a_year_of_its_own(second, tenant, deepa):
    def chart(of: str) -> set[str]:
        rows = deepa.get("/ledger/accounts", params={"company": of, "limit": 200}).json()["data"]
        return {row["code"] for row in rows}

    assert chart(second) == chart(written(COMPANY, tenant.company)) != set()
    periods = deepa.get("/periods", params={"company": second}).json()["data"]
    assert len({p["fiscal_year"] for p in periods}) == 1


def test_from_then_on_a_caller_names_her_company(second, asha):
    given = {
        "entry_date": today().isoformat(), "branch": "HBL", "expense_account": "travel",
        "paid_to": "Auto", "spent_on": "Samples", "amount": {"amount": 1, "currency": "INR"},
    }  # fmt: skip
    body = {"type": "petty_cash_expense", "input": given}
    unnamed = asha.post("/processes", json=body, headers=keyed()).json()
    assert unnamed["code"] == "company_must_be_named"
    others = asha.post("/processes", json={**body, "company": second}, headers=keyed()).json()
    assert others["code"] == "branch_must_exist"


def test_a_dry_run_names_the_rule_and_keeps_nothing(cast):
    body = {"type": "company", "input": company(gstin="29AAKCK4821M1Z0")}
    answer = cast["esha"].post("/processes?dry_run=true", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "company_must_have_its_own_pan")
    assert len(cast["esha"].get("/me").json()["companies"]) == 1
