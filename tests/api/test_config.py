"""A tenant's own versions of definitions over REST: drafted, compared, approved, rolled back."""

from uuid import uuid4

import pytest

from sandbox.tenant import Tenant, open_tenant
from tests.api.invoices import decide, keyed, open_task
from tests.installation import eventually
from tests.scenarios.drafted import HIGHER, PAYMENT, tomorrow
from tests.scenarios.scenario import document
from tests.today import today

DRAFTS = "/config/definitions/drafts"
LAUNDRY = """
process: laundry
title: Laundry
summary: Somebody's clothes are washed, once another agrees.
reference_prefix: LAU
fields:
  pieces: {type: quantity, label: Pieces, required: true}
example: {pieces: "3"}
subject: "{pieces} pieces"
stages:
  asked: {title: Asked for, then: approval, otherwise: refused}
  approval: {title: Waiting, approval: one, approved: washed, rejected: refused}
  washed: {title: Washed, ends: completed}
  refused: {title: Refused, ends: cancelled}
actions:
  start: {title: Ask, by: [employee]}
  repair: {title: Repair, by: [operations]}
given_up: {to: refused}
approvals:
  one: {bands: [{levels: [manager]}]}
"""


def drafted(client, source=HIGHER, type="payment"):
    """A draft that was begun."""
    sent = client.post(DRAFTS, json={"type": type, "source": source}, headers=keyed())
    assert sent.status_code == 201, sent.text
    return sent.json()


def submitted(client, draft, **more):
    """The process that asks for a draft to come into force."""
    path, body = f"{DRAFTS}/{draft['id']}/submit", {"reason": "Fewer hands", **more}
    sent = client.post(path, json=body, headers=keyed())
    assert sent.status_code == 202, sent.text
    return sent.json()["id"]


def approved(client, process, stage):
    """Approve, and wait until it is done."""
    answer = decide(client, open_task(client, process))
    assert answer.status_code == 200, answer.text
    eventually(lambda: client.get(f"/processes/{process}").json()["stage"]["name"] == stage)


def activated(cast, source=HIGHER, type="payment", **more):
    """The version that esha drafted and deepa approved."""
    process = submitted(cast["esha"], drafted(cast["esha"], source, type), **more)
    approved(cast["deepa"], process, "activated")
    return cast["deepa"].get(f"/config/definitions/versions?type={type}").json()["data"][0]


def rolled_back(cast, version):
    """Take a version out of force."""
    path = f"/config/definitions/versions/{version['id']}/rollback"
    sent = cast["esha"].post(path, json={"reason": "No"}, headers=keyed())
    assert sent.status_code == 202, sent.text
    approved(cast["deepa"], sent.json()["id"], "rolled_back")


def paid(cast, installation, amount=60_000_00):
    """A payment of 60,000.00 by asha, waiting for its audit."""
    given = document(installation.catalog.get("payment")) | {
        "entry_date": today().isoformat(),
        "amount": {"amount": amount, "currency": "INR"},
    }
    sent = cast["asha"].post(
        "/processes", json={"type": "payment", "input": given}, headers=keyed()
    )
    assert sent.status_code == 202, sent.text
    return sent.json()


def levels(cast, process):
    """How many levels the approval of a payment has."""
    return open_task(cast["deepa"], process["id"])["levels"]


@pytest.fixture
def tenant(database):
    """A tenant whose days are today's."""
    return open_tenant(database.admin, Tenant(uuid4()))


def test_a_draft_is_kept_with_its_mistakes_and_mended(cast):
    esha = cast["esha"]
    draft = drafted(esha, PAYMENT.replace("approved: posting", "approved: postin"))
    (first, *_) = draft["mistakes"]
    line = PAYMENT[: PAYMENT.index("approved: posting")].count("\n") + 1
    assert (first["line"], draft["definition"], draft["state"]) == (line, None, "draft")
    assert "'postin' is no stage" in first["what"]
    path = f"{DRAFTS}/{draft['id']}"
    refused = esha.post(f"{path}/submit", json={"reason": "So"}, headers=keyed())
    assert (refused.status_code, refused.json()["code"]) == (422, "definition_must_hold")
    assert f"{line}:" in refused.json()["errors"][0]["detail"]

    unseen = esha.patch(path, json={"source": HIGHER})
    assert (unseen.status_code, unseen.json()["code"]) == (428, "if_match_missing")
    seen = {"If-Match": esha.get(path).headers["ETag"]}
    mended = esha.patch(path, json={"source": HIGHER}, headers=seen)
    assert mended.status_code == 200, mended.text
    assert mended.json()["mistakes"] == []
    assert mended.json()["definition"].startswith("cfg_")

    stale = esha.patch(path, json={"source": PAYMENT}, headers=seen)
    assert (stale.status_code, stale.json()["code"]) == (412, "draft_changed")
    assert stale.json()["current"] == mended.headers["ETag"].strip('"')
    (differs,) = stale.json()["changes"]
    assert (differs["before"], differs["after"]) == ("75000.00 INR", "50000.00 INR")


def test_a_draft_is_begun_once_under_its_key_and_thrown_away(cast):
    esha, key = cast["esha"], keyed()
    body = {"type": "payment", "source": HIGHER}
    would = esha.post(f"{DRAFTS}?dry_run=true", json=body)
    assert would.json()["would"]["definition"].startswith("cfg_")
    assert esha.get(DRAFTS).json()["data"] == []

    first, again = (esha.post(DRAFTS, json=body, headers=key) for _ in range(2))
    assert first.json() == again.json()
    assert len(esha.get(DRAFTS).json()["data"]) == 1

    assert esha.delete(first.headers["Location"].removeprefix("/v1")).status_code == 204
    assert esha.get(DRAFTS).json()["data"] == []


def test_only_who_may_ask_for_changes_drafts_and_only_she_changes_her_draft(cast):
    body = {"type": "payment", "source": HIGHER}
    refused = cast["asha"].post(DRAFTS, json=body, headers=keyed())
    assert (refused.status_code, refused.json()["code"]) == (403, "role_must_allow_action")

    draft = drafted(cast["esha"])
    path = f"{DRAFTS}/{draft['id']}"
    seen = {"If-Match": cast["deepa"].get(path).headers["ETag"]}
    for refused in (
        cast["deepa"].patch(path, json={"source": PAYMENT}, headers=seen),
        cast["deepa"].post(f"{path}/submit", json={"reason": "So"}, headers=keyed()),
        cast["deepa"].delete(path),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "draft_must_be_its_makers")


def test_a_draft_tells_what_it_changes_also_to_whoever_approves(cast):
    draft = drafted(cast["esha"])
    diff = cast["deepa"].get(f"{DRAFTS}/{draft['id']}/diff").json()
    path = "approvals.entry_audit.bands.0.up_to"
    assert diff["changes"] == [{
        "part": "approvals", "path": path, "kind": "changed",
        "before": "50000.00 INR", "after": "75000.00 INR",
    }]  # fmt: skip
    assert diff["after"] == draft["definition"]

    process = submitted(cast["esha"], draft)
    task = cast["deepa"].get(f"/tasks/{open_task(cast['deepa'], process)['id']}").json()
    assert {"field": path, "before": "50000.00 INR", "after": "75000.00 INR"} in task["changes"]


def test_new_processes_start_with_the_tenant_s_version_and_running_ones_keep_theirs(
    cast, installation, database
):
    before = paid(cast, installation)
    version = activated(cast)

    assert version["state"] == "active"
    assert (version["number"], version["active_from"]) == (1, today().isoformat())
    (shown,) = [
        each for each in cast["asha"].get("/process-types").json()["data"]
        if each["type"] == "payment"
    ]  # fmt: skip
    assert shown["version"] == version["definition"]
    after = paid(cast, installation)
    assert after["type_version"] == version["definition"] != before["type_version"]
    assert (levels(cast, before), levels(cast, after)) == (2, 1)

    # Another tenant knows nothing of it, and may have a version of its own at the same time.
    other = open_tenant(database.admin, Tenant(uuid4()))
    theirs = {name: installation.client(other, name) for name in ("asha", "deepa", "esha")}
    elsewhere = paid(theirs, installation)
    assert elsewhere["type_version"] == before["type_version"]
    assert levels(theirs, elsewhere) == 2
    path = f"/config/definitions/versions/{version['id']}"
    assert theirs["deepa"].get(path).status_code == 404
    own = activated(theirs, PAYMENT.replace("50000.00 INR", "59000.00 INR"))
    both = paid(cast, installation), paid(theirs, installation)
    assert [each["type_version"] for each in both] == [version["definition"], own["definition"]]
    assert (levels(cast, both[0]), levels(theirs, both[1])) == (1, 2)


def test_a_version_is_rolled_back_and_what_is_shipped_counts_again(cast, installation):
    version = activated(cast)
    running = paid(cast, installation)
    rolled_back(cast, version)

    (found,) = cast["deepa"].get("/config/definitions/versions").json()["data"]
    assert found["state"] == "rolled_back"
    anew = paid(cast, installation)
    assert anew["type_version"] == installation.catalog.get("payment").hash
    assert (levels(cast, running), levels(cast, anew)) == (1, 2)
    path = f"/config/definitions/versions/{version['id']}/rollback"
    again = cast["esha"].post(path, json={"reason": "No"}, headers=keyed())
    assert (again.status_code, again.json()["code"]) == (409, "version_must_be_the_newest")


def test_a_version_waits_for_its_day(cast, installation):
    version = activated(cast, active_from=tomorrow())

    assert (version["state"], version["active_from"]) == ("scheduled", tomorrow())
    assert paid(cast, installation)["type_version"] != version["definition"]


def test_of_two_drafts_from_one_version_the_second_begins_anew(cast):
    late = drafted(cast["esha"], PAYMENT.replace("50000.00 INR", "60000.00 INR"))
    version = activated(cast)

    path = f"{DRAFTS}/{late['id']}/submit"
    refused = cast["esha"].post(path, json={"reason": "Me too"}, headers=keyed())
    assert refused.status_code == 409
    assert refused.json()["code"] == "draft_must_follow_the_newest_version"
    assert drafted(cast["esha"])["follows"] == version["id"]


def test_nobody_brings_her_own_draft_into_force(cast):
    draft = drafted(cast["esha"])
    process = submitted(cast["esha"], draft)
    refused = decide(cast["esha"], open_task(cast["deepa"], process))
    assert (refused.status_code, refused.json()["code"]) == (403, "checker_must_differ_from_maker")

    # Nor does a draft change while somebody looks at it.
    path = f"{DRAFTS}/{draft['id']}"
    seen = {"If-Match": cast["esha"].get(path).headers["ETag"]}
    refused = cast["esha"].patch(path, json={"source": PAYMENT}, headers=seen)
    assert (refused.status_code, refused.json()["code"]) == (409, "draft_must_not_be_submitted")


@pytest.mark.parametrize(("before", "after", "what"), [
    ("approval: entry_audit, approved: posting, rejected: rejected, sent_back: correction",
     "then: posting", "without anybody but the maker"),
    ("to: entry_audit, maker: must", "to: posting, maker: must", "without anybody but the maker"),
    ("post: [payment]", "does: activate_definition", "belongs to another process type"),
    ("process: payment", "process: collection", "stands in a draft of 'payment'"),
    ("reference_prefix: PYMT", "reference_prefix: GJ", "is that of general_journal"),
])  # fmt: skip
def test_no_draft_takes_the_second_person_or_a_rule_away(cast, before, after, what):
    assert before in PAYMENT
    draft = drafted(cast["esha"], PAYMENT.replace(before, after))
    assert any(what in mistake["what"] for mistake in draft["mistakes"]), draft["mistakes"]


def test_how_rules_change_is_no_tenant_s_to_change(cast):
    source = cast["esha"].get("/config/definitions/definition_change").json()["source"]
    draft = drafted(cast["esha"], source, "definition_change")
    assert "no tenant's to change" in draft["mistakes"][0]["what"]


def test_a_coded_type_keeps_what_its_code_speaks_of(cast):
    source = cast["esha"].get("/config/definitions/invoice_approval").json()["source"]
    assert drafted(cast["esha"], source, "invoice_approval")["mistakes"] == []
    renamed = source.replace("paid", "settled")
    told = [each["what"] for each in drafted(cast["esha"], renamed, "invoice_approval")["mistakes"]]
    assert "The stage 'paid' is gone or does something else" in told


def test_a_tenant_has_a_type_of_its_own(cast, installation, database):
    version = activated(cast, LAUNDRY, "laundry")
    sent = cast["asha"].post(
        "/process-types/laundry/processes", json={"input": {"pieces": "3"}}, headers=keyed()
    )
    assert sent.status_code == 202, sent.text
    approved(cast["bina"], sent.json()["id"], "washed")

    other = open_tenant(database.admin, Tenant(uuid4()))
    asked = installation.client(other, "asha").get("/process-types/laundry")
    assert asked.status_code == 404
    rolled_back(cast, version)
    assert cast["asha"].get("/process-types/laundry").status_code == 404


def simulated(client, source):
    """What a draft of the payment would make of the processes that there are."""
    draft = drafted(client, source)
    sent = client.post(f"{DRAFTS}/{draft['id']}/simulate")
    assert sent.status_code == 200, sent.text
    return sent.json()


def test_a_draft_is_tried_on_what_was_and_what_runs(cast, installation):
    small, large = (paid(cast, installation, amount) for amount in (10_000_00, 60_000_00))
    task = open_task(cast["deepa"], small["id"])
    assert decide(cast["nila"], task).status_code == 200
    eventually(lambda: cast["deepa"].get(f"/processes/{small['id']}").json()["closed_at"])

    higher = simulated(cast["esha"], HIGHER)
    assert higher["counts"] == {
        "open": 1, "closed": 1, "refused": 0, "approvers_changed": 1, "postings_changed": 0,
        "same": 1,
    }  # fmt: skip
    (other,) = higher["differences"]
    assert (other["process"], other["is_closed"]) == (large["id"], False)
    assert other["then"]["approvers"] == ["entry_audit: accountant", "entry_audit: finance_head"]
    assert other["now"]["approvers"] == ["entry_audit: accountant"]
    assert other["now"]["postings"] == other["then"]["postings"]

    through = simulated(cast["esha"], PAYMENT.replace("Dr  vendor_payable ", "Dr  travel "))
    assert through["counts"]["postings_changed"] == 2
    posted = through["differences"][0]
    assert "payment: Dr vendor_payable 60,000.00 INR" in posted["then"]["postings"]
    assert "payment: Dr travel 60,000.00 INR" in posted["now"]["postings"]

    site = "  site: {type: text, label: Site, required: true}\n"
    named = PAYMENT.replace("  amount: {type", f"{site}  amount: {{type")
    refused = simulated(cast["esha"], named.replace("example:\n", "example:\n  site: Hubballi\n"))
    assert refused["counts"]["refused"] == 2
    assert refused["differences"][0]["now"]["refused"] == "input_must_match_definition"
    assert cast["deepa"].get(f"/processes/{large['id']}").json()["stage"]["name"] == "entry_audit"


def test_a_waiting_process_is_moved_by_two(cast, installation):
    waiting = paid(cast, installation)
    version = activated(cast)
    path, body = f"/processes/{waiting['id']}/migrate", {"reason": "The head has left"}

    unknown = cast["esha"].post(path, json={**body, "to": "cfg_" + "0" * 26}, headers=keyed())
    assert (unknown.status_code, unknown.json()["code"]) == (422, "version_must_be_known")
    same = cast["esha"].post(path, json={**body, "to": waiting["type_version"]}, headers=keyed())
    assert (same.status_code, same.json()["code"]) == (409, "migration_must_change_something")

    sent = cast["esha"].post(path, json={**body, "to": version["definition"]}, headers=keyed())
    assert sent.status_code == 202, sent.text
    approved(cast["deepa"], sent.json()["id"], "moved")
    found = cast["asha"].get(f"/processes/{waiting['id']}").json()
    assert found["type_version"] == version["definition"]
    assert levels(cast, waiting) == 1
