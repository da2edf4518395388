"""The sandbox's clock over HTTP."""

from datetime import datetime, timedelta

import pytest

from sandbox.tenant import as_owner
from tests.api.invoices import keyed, open_task, started
from tests.api.test_tending import said
from tests.installation import eventually


def advance(client, key="", **body):
    return client.post("/sandbox/clock/advance", json=body, headers=keyed(key))


def test_a_deadline_passes_when_the_clock_is_advanced(asha, bina, deepa, esha):
    task = open_task(bina, started(asha)["id"])
    started_at = datetime.fromisoformat(task["opened_at"])

    answer = advance(esha, days=4)

    assert answer.status_code == 202, answer.text
    clock = answer.json()["id"]
    eventually(lambda: esha.get(f"/processes/{clock}").json()["status"] == "completed")
    waiting = eventually(lambda: deepa.get("/tasks").json()["data"])
    assert (waiting[0]["id"], waiting[0]["escalated_to"]) == (task["id"], "finance_head")
    later = open_task(bina, started(asha)["id"])
    assert datetime.fromisoformat(later["opened_at"]) - started_at >= timedelta(days=4)


def test_the_same_call_again_advances_it_once(esha):
    first, again = advance(esha, "a-day", days=1), advance(esha, "a-day", days=1)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.json()["id"] == again.json()["id"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "body_must_match_schema"),
        ({"days": 1, "hours": 1}, "body_must_match_schema"),
        ({"days": 0}, "body_must_match_schema"),
        ({"days": 400}, "clock_must_move_a_year_at_most"),
        ({"to": "2020-01-01T00:00:00Z"}, "clock_must_move_forward"),
        ({"to": "2126-01-01T10:00:00"}, "time_must_have_a_zone"),
        ({"to": "next week"}, "time_must_be_readable"),
    ],
)
def test_a_clock_goes_forward_by_one_readable_step(esha, body, code):
    assert said(advance(esha, **body)) == (422, code)


def test_a_trial_moves_nothing(esha):
    body, trial = {"days": 30}, {"dry_run": "true"}
    answer = esha.post("/sandbox/clock/advance", json=body, params=trial, headers=keyed())
    assert answer.status_code == 200, answer.text
    again = esha.get("/me", headers=keyed()).json()
    assert again["livemode"] is False


def test_the_clock_of_a_live_tenant_is_the_clock(esha, database, tenant):
    with as_owner(database.admin, tenant.id) as connection:
        connection.exec_driver_sql(f"UPDATE tenants SET livemode = true WHERE id = '{tenant.id}'")
    assert said(advance(esha, days=1)) == (403, "clock_must_be_of_a_sandbox")
