"""Masters over REST: asked for, approved, changed by version, and read with all they were."""

from tests.api.invoices import keyed
from tests.api.test_ledger_requests import approved_by, ended

NANDI = {
    "code": "V-201",
    "name": "Nandi Packaging",
    "gstin": "29AAKFN3481Q1ZD",
    "bank_account": "50100200300501",
    "bank_ifsc": "SIMB0000101",
    "reason": "Packs our parcels",
}


def added(cast):
    """Nandi Packaging, asked for by asha, approved by bina and deepa."""
    sent = cast["asha"].post("/masters/vendor", json=NANDI, headers=keyed())
    assert sent.status_code == 202, sent.text
    for checker in ("bina", "deepa"):
        approved_by(cast[checker], sent.json()["id"])
    assert ended(cast["asha"], sent.json()["id"])["stage"]["name"] == "done"


def changed(cast, body, *, version, checkers, headers=()):
    sent = cast["asha"].patch(
        "/masters/vendor/V-201", json={"reason": "So", **body},
        headers=keyed(**{"If-Match": f'"{version}"'}, **dict(headers)),
    )  # fmt: skip
    assert sent.status_code == 202, sent.text
    for checker in checkers:
        approved_by(cast[checker], sent.json()["id"])
    return ended(cast["asha"], sent.json()["id"])


def test_a_vendor_is_added_changed_and_read_with_every_version(cast):
    would = cast["asha"].post("/masters/vendor?dry_run=true", json=NANDI, headers=keyed())
    assert would.status_code == 200, would.text
    roles = [each["role"] for each in would.json()["would"]["approvers"]]
    assert roles == ["finance_approver", "finance_head"]
    assert cast["chand"].get("/masters/vendor/V-201").status_code == 404

    added(cast)
    changed(cast, {"name": "Nandi Packaging LLP"}, version=1, checkers=["bina"])
    changed(cast, {"bank_account": "50100200300777"}, version=2, checkers=["bina", "deepa"])
    changed(cast, {"active": False}, version=3, checkers=["bina"])

    found = cast["chand"].get("/masters/vendor/V-201")
    vendor = found.json()
    assert (found.headers["ETag"], vendor["version"], vendor["active"]) == ('"4"', 4, False)
    assert vendor["known"] == {
        "name": "Nandi Packaging LLP", "gstin": "29AAKFN3481Q1ZD",
        "bank_account": "50100200300777", "bank_ifsc": "SIMB0000101",
    }  # fmt: skip
    said = [(each["version"], each["content"]["name"]) for each in vendor["versions"]]
    assert said == [
        (4, "Nandi Packaging LLP"), (3, "Nandi Packaging LLP"), (2, "Nandi Packaging LLP"),
        (1, "Nandi Packaging"),
    ]  # fmt: skip
    first = vendor["versions"][-1]
    assert (first["made_by"]["name"], first["checked_by"]["name"]) == ("Asha Rao", "Deepa Menon")
    assert first["process"].startswith("prc_")


def test_what_was_there_before_has_a_version_that_nobody_made(cast):
    (version,) = cast["chand"].get("/masters/vendor/V-001").json()["versions"]
    assert (version["version"], version["made_by"], version["process"]) == (1, None, None)


def test_numbers_that_steal_money_are_shown_whole_to_few(cast):
    def account(name):
        return cast[name].get("/masters/vendor/V-001").json()["known"]["bank_account"]

    assert account("asha") == account("chand") == account("deepa") == "50100200300401"
    assert account("gopal") == account("tara") == "…0401"


def test_masters_are_listed_by_code_in_pages(cast):
    first = cast["chand"].get("/masters/vendor?limit=2").json()
    assert [each["code"] for each in first["data"]] == ["V-001", "V-002"]
    rest = cast["chand"].get(f"/masters/vendor?limit=2&cursor={first['next_cursor']}").json()
    assert [each["code"] for each in rest["data"]] == ["V-003", "V-009"]
    assert rest["next_cursor"] is None

    former = cast["chand"].get("/masters/vendor?active=false").json()["data"]
    assert [each["code"] for each in former] == ["V-009"]
    named = cast["chand"].get("/masters/customer?q=mysuru").json()["data"]
    assert [each["code"] for each in named] == ["C-101"]
    assert cast["chand"].get("/masters/vendor?colour=red").status_code == 400


def test_a_change_names_the_version_that_was_looked_at(cast):
    path, body = "/masters/vendor/V-001", {"name": "Brindavan LLP", "reason": "Converted"}
    sent = cast["asha"].patch(path, json=body, headers=keyed())
    assert (sent.status_code, sent.json()["code"]) == (428, "if_match_missing")
    stale = cast["asha"].patch(path, json=body, headers=keyed(**{"If-Match": '"2"'}))
    assert (stale.status_code, stale.json()["code"]) == (412, "master_must_be_as_seen")


def test_a_bank_account_is_not_changed_along_with_a_name(cast):
    body = {"name": "Brindavan LLP", "bank_account": "50100200300999", "reason": "Converted"}
    headers = keyed(**{"If-Match": '"1"'})
    for given in (body, {"active": False, **body}, {"reason": "None"}):
        sent = cast["asha"].patch("/masters/vendor/V-001", json=given, headers=headers)
        assert (sent.status_code, sent.json()["code"]) == (
            422, "master_changes_must_be_asked_apart",
        )  # fmt: skip


def test_duplicate_suspects_are_a_conflict_that_names_them(cast):
    same = NANDI | {"gstin": "29AALCB7315Q1ZX"}
    sent = cast["asha"].post("/masters/vendor", json=same, headers=keyed())
    assert (sent.status_code, sent.json()["code"]) == (409, "master_must_be_unlike_others")
    assert sent.json()["facts"]["reference"] == "V-001"


def test_a_field_of_another_kind_is_unknown(cast):
    odd = {"code": "P-301", "reason": "x", "name": "Tape", "gstin": "29AALCB7315Q1ZX"}
    sent = cast["tara"].post("/masters/product", json=odd, headers=keyed())
    assert (sent.status_code, sent.json()["errors"][0]["code"]) == (422, "field_unknown")


def test_what_is_no_kind_of_master_is_not_found(cast):
    for method, path in (("GET", "/masters/ship"), ("POST", "/masters/ship")):
        sent = cast["chand"].request(method, path, headers=keyed())
        assert (sent.status_code, sent.json()["code"]) == (404, "master_kind_must_exist")
