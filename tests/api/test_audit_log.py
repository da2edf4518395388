"""The audit log: what people tried and got, read by auditors alone, and reading it stands in it."""

import json

from config.keys import new_signing_key
from domain.access import audit_seals
from domain.database import transaction
from domain.ledger.sealing.seals import Signer
from domain.ledger.sealing.verify_seal import leaf_hash, root_of
from tests.api.invoices import decide, open_task, started
from tests.api.people import agreed, asked, sign_in, signed_in, with_password
from tests.installation import eventually


def noted(client, **filters):
    answer = client.get("/audit-log", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_a_refused_decision_stands_in_the_log_with_who_what_and_why(asha, bina, cast):
    task = open_task(asha, started(asha)["id"])
    assert decide(asha, task).status_code == 403
    assert decide(bina, task, "reject").status_code == 422

    (line,) = noted(cast["chand"], kind="decision.refused")
    assert (line["login"], line["subject"]) == ("asha", task["id"])
    assert line["facts"] == {"action": "approve", "code": "checker_must_differ_from_maker"}


def test_signing_in_and_what_changes_people_stand_in_it(installation, tenant, cast):
    with_password(installation, tenant, "bina")
    with installation.caller() as anybody:
        sign_in(anybody, tenant, "bina", "not her password")
    with signed_in(installation, tenant, "bina") as bina:
        grant = asked(cast["esha"], "/grants", login="tara", role="sales").json()["id"]
        agreed(bina, grant)

    kinds = [line["kind"] for line in noted(cast["chand"])]
    assert kinds == ["audit_log.read", "role.changed", "session.begun", "session.refused"]
    (changed,) = noted(cast["chand"], kind="role.changed")
    assert (changed["login"], changed["subject"]) == ("tara", grant)
    assert changed["facts"] == {"role": "sales", "change": "grant"}


def test_only_who_may_read_it_does_and_that_she_did_stands_in_it(asha, cast):
    refused = asha.get("/audit-log")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_must_allow_reading")
    cast["chand"].get("/audit-log", params={"kind": "session.begun"})

    last = noted(cast["chand"], kind="audit_log.read")
    assert [line["login"] for line in last] == ["chand", "chand"]
    assert last[1]["facts"] == {"query": {"kind": "session.begun"}}


def test_it_is_read_in_pages_and_by_filters_that_are_known(cast):
    chand = cast["chand"]
    for _ in range(3):
        chand.get("/audit-log")
    first = chand.get("/audit-log", params={"limit": 2}).json()
    second = chand.get(first["next_url"].removeprefix("/v1")).json()
    assert len({line["id"] for line in first["data"] + second["data"]}) == 4
    answer = chand.get("/audit-log", params={"colour": "red"})
    assert (answer.status_code, answer.json()["code"]) == (400, "filter_must_be_known")


def test_what_was_sealed_is_proven_over_the_wire(installation, tenant, cast):
    chand = cast["chand"]
    chand.get("/audit-log")
    signer = Signer(new_signing_key())

    def sealed():
        with transaction(installation.database.app, tenant.id) as connection:
            return audit_seals.seal(connection, signer)

    assert eventually(sealed) == 1
    span = {"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}
    (batch,) = chand.get("/audit-log/proof", params=span).json()["data"]
    leaves = [leaf_hash(line.encode()) for line in batch["lines"]]
    assert root_of(leaves).hex() == json.loads(batch["head"])["root"]
    assert batch["public_key"] == signer.public_key.hex()
    odd = chand.get("/audit-log/proof", params=span | {"from": "yesterday"})
    assert (odd.status_code, odd.json()["code"]) == (400, "filter_must_be_readable")
