"""What people do to a task beside deciding it: claim, release, put off, escalate, comment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from domain.refusal import Refusal
from sandbox.tenant import as_owner
from tests.api.invoices import decide, keyed, open_task, started
from tests.api.test_tasks import more_approvers
from workflows.instructions import NotAnswered, ProcessClosed


def tend(client, task, verb, key="", **body):
    return client.post(f"/tasks/{task['id']}/{verb}", json=body, headers=keyed(key))


def said(response):
    return response.status_code, response.json().get("code")


@pytest.fixture
def farah(installation, tenant, database):
    """A second approver."""
    (user,) = more_approvers(database, tenant, 1)
    with installation.client_of(tenant.id, user) as client:
        yield client


@pytest.fixture
def task(asha, bina):
    return open_task(bina, started(asha)["id"])


def in_inbox(client):
    return {each["id"] for each in client.get("/tasks").json()["data"]}


def later(**time):
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


def pass_time(database, tenant, hours):
    """The clock of the sandbox, put forward past every open moment of a claim."""
    with as_owner(database.admin, tenant.id) as connection:
        connection.execute(text("SELECT advance_clock(make_interval(hours => :h))"), {"h": hours})


def test_a_claim_keeps_the_others_from_deciding_and_says_who_has_it(bina, farah, task):
    claimed = tend(bina, task, "claim")

    assert claimed.status_code == 200, claimed.text
    assert claimed.json()["claim"]["by"]["name"] == "Bina Iyer"
    assert task["id"] in in_inbox(bina)
    assert task["id"] not in in_inbox(farah)
    seen = farah.get(f"/tasks/{task['id']}").json()
    assert (seen["allowed_actions"], seen["tending"]) == ([], ["snooze", "escalate"])
    for refused in (tend(farah, task, "claim"), decide(farah, task)):
        assert said(refused) == (409, "already_claimed")
        assert refused.json()["who"]["person"] == "Bina Iyer"
        assert refused.json()["who"]["at"].startswith(claimed.json()["claim"]["since"][:19])
    assert decide(bina, task).status_code == 200


def test_of_ten_who_claim_at_once_one_has_it_and_the_others_are_told_who(
    task, installation, tenant, database
):
    approvers = more_approvers(database, tenant, 10)
    clients = [installation.client_of(tenant.id, user) for user in approvers]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda client: tend(client, task, "claim"), clients))
    for client in clients:
        client.close()

    has_it = [a.json()["claim"]["by"]["name"] for a in answers if a.status_code == 200]
    lost = [a.json() for a in answers if a.status_code != 200]
    assert (len(has_it), len(lost)) == (1, 9), [a.text[:200] for a in answers]
    assert {(each["code"], each["who"]["person"]) for each in lost} == {
        ("already_claimed", has_it[0])
    }


def test_only_who_may_decide_may_claim(asha, deepa, cast, task):
    assert said(tend(asha, task, "claim")) == (403, "checker_must_differ_from_maker")
    assert said(tend(deepa, task, "claim")) == (403, "limit_exceeded")
    assert said(tend(cast["chand"], task, "claim")) == (403, "role_must_allow_action")


def test_who_claimed_releases_and_so_may_the_role_that_is_escalated_to(bina, farah, deepa, task):
    assert said(tend(bina, task, "release")) == (409, "task_must_be_claimed")
    for releases in (bina, deepa):
        tend(bina, task, "claim")
        assert said(tend(farah, task, "release")) == (409, "already_claimed")
        released = tend(releases, task, "release")
        assert (released.status_code, released.json()["claim"]) == (200, None)
    assert decide(farah, task).status_code == 200


def test_a_claim_ends_by_itself(bina, farah, task, database, tenant):
    tend(bina, task, "claim")
    # Four working hours are over two weeks later, whatever the holidays.
    pass_time(database, tenant, 14 * 24)

    assert task["id"] in in_inbox(farah)
    assert decide(farah, task).status_code == 200


def test_an_escalation_asks_the_head_at_once_and_frees_a_claim(bina, farah, deepa, task):
    tend(bina, task, "claim")
    assert said(tend(farah, task, "escalate")) == (422, "reason_must_be_given")

    escalated = tend(farah, task, "escalate", reason="Bina is on leave")

    body = escalated.json()
    assert (escalated.status_code, body["escalated_to"], body["claim"]) == (
        200,
        "finance_head",
        None,
    )
    assert said(tend(bina, task, "escalate", reason="Again")) == (409, "already_escalated")
    assert task["id"] in in_inbox(deepa)
    assert decide(deepa, task).status_code == 200


def test_who_may_not_decide_does_not_escalate(asha, deepa, task):
    reason = {"reason": "It takes long"}
    assert said(tend(asha, task, "escalate", **reason)) == (403, "checker_must_differ_from_maker")
    assert said(tend(deepa, task, "escalate", **reason)) == (403, "limit_exceeded")


def test_a_task_that_is_put_off_is_hidden_from_one_inbox_alone(bina, farah, task, database, tenant):
    assert tend(bina, task, "snooze", until=later(days=3)).status_code == 200

    assert task["id"] not in in_inbox(bina)
    assert task["id"] in in_inbox(farah)
    shown = bina.get("/tasks", params={"scope": "team"}).json()["data"]
    assert task["id"] in {each["id"] for each in shown}
    pass_time(database, tenant, 73)
    assert task["id"] in in_inbox(bina)


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ("2026-01-01T10:00:00+05:30", "snooze_must_end_later"),
        ("2126-01-01T10:00:00", "time_must_have_a_zone"),
        ("tomorrow", "time_must_be_readable"),
    ],
)
def test_a_time_to_put_off_until_must_come(bina, task, until, code):
    assert said(tend(bina, task, "snooze", until=until)) == (422, code)


def test_who_has_it_not_in_her_inbox_puts_nothing_off(asha, deepa, task):
    until = later(days=1)
    assert said(tend(asha, task, "snooze", until=until))[0] == 403
    assert said(tend(deepa, task, "snooze", until=until))[0] == 403


def test_a_comment_shows_at_process_and_task_and_changes_nothing(asha, bina, task):
    process = f"/processes/{task['process']}"
    first = asha.post(
        f"{process}/comments", json={"text": "The original is with me"}, headers=keyed()
    )
    second = tend(bina, task, "comment", text="Which cost centre?")

    assert first.status_code == 201, first.text
    assert first.json()["by"]["name"] == "Asha Rao"
    assert second.status_code == 200, second.text
    assert second.json()["subject_hash"] == task["subject_hash"]
    listed = bina.get(f"{process}/comments").json()["data"]
    words = [(each["by"]["name"], each["text"], each["task"]) for each in listed]
    assert words == [
        ("Asha Rao", "The original is with me", None),
        ("Bina Iyer", "Which cost centre?", task["id"]),
    ]
    assert [each["text"] for each in second.json()["comments"]] == [w[1] for w in words]
    titles = [step["title"] for step in bina.get(f"{process}/steps").json()["data"]]
    assert "Asha Rao commented on Vendor invoice" in " ".join(titles)
    assert decide(bina, task).status_code == 200


def test_nobody_comments_on_what_has_ended_or_says_nothing(asha, bina, task):
    comments = f"/processes/{task['process']}/comments"
    assert said(asha.post(comments, json={"text": "  "}, headers=keyed())) == (
        422, "comment_must_not_be_blank",
    )  # fmt: skip
    decide(bina, task, "reject", reason="Not ours")

    late = asha.post(comments, json={"text": "Why?"}, headers=keyed())
    assert said(late) == (409, "process_must_be_open")


def test_who_reads_processes_may_say_something(cast, task):
    comments = f"/processes/{task['process']}/comments"
    ask = {"text": "May I?"}
    assert cast["gopal"].post(comments, json=ask, headers=keyed()).status_code == 201


def test_a_comment_of_somebody_who_neither_reads_nor_acts_is_refused(
    installation, tenant, database, task
):
    (user,) = more_approvers(database, tenant, 1)
    with as_owner(database.admin, tenant.id) as connection:
        connection.execute(
            text("UPDATE role_grants SET role = 'employee' WHERE person_id = :person"),
            {"person": tenant.person("approver0")},
        )
    with installation.client_of(tenant.id, user) as outsider:
        comments = f"/processes/{task['process']}/comments"
        answer = outsider.post(comments, json={"text": "May I?"}, headers=keyed())
    assert said(answer) == (403, "role_must_allow_reading")


def test_a_repeat_is_done_once_and_a_trial_not_at_all(bina, task):
    trial = bina.post(f"/tasks/{task['id']}/claim", json={}, params={"dry_run": "true"})
    assert (trial.status_code, trial.json()["would"]["action"]) == (200, "claim")
    assert bina.get(f"/tasks/{task['id']}").json()["claim"] is None

    for _ in range(2):
        assert tend(bina, task, "comment", key="same", text="Once").status_code == 200
    listed = bina.get(f"/processes/{task['process']}/comments").json()["data"]
    assert [each["text"] for each in listed] == ["Once"]


def test_the_maker_withdraws_what_waits_and_nobody_else(asha, bina, task):
    withdraw = f"/processes/{task['process']}/withdraw"
    reason = {"reason": "Entered twice"}
    assert said(bina.post(withdraw, json=reason, headers=keyed())) == (403, "maker_must_withdraw")
    done = asha.post(withdraw, json=reason, headers=keyed())
    assert (done.status_code, done.json()["stage"]["name"]) == (202, "cancelled")


def test_what_is_posted_is_not_withdrawn(asha, bina, task):
    decide(bina, task)
    refused = asha.post(
        f"/processes/{task['process']}/withdraw", json={"reason": "Late"}, headers=keyed()
    )
    assert refused.status_code == 409, refused.text


LOST = [
    NotAnswered(),
    ProcessClosed(),
    Refusal("already_claimed", "The process heard it twice."),
]


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: type(fault).__name__)
def test_nobody_is_refused_what_her_own_call_did(
    bina, farah, task, installation, monkeypatch, fault
):
    """The worker tends and dies before it says so."""
    speaks = type(installation.instructions)
    tend_as_before = speaks.tend

    async def answer_lost(*call):
        await tend_as_before(*call)
        raise fault

    monkeypatch.setattr(speaks, "tend", answer_lost)
    claimed = tend(bina, task, "claim")
    words = {"text": "Is this ours?"}
    comment = bina.post(f"/processes/{task['process']}/comments", json=words, headers=keyed())
    late = tend(farah, task, "claim")

    assert claimed.status_code == 200, claimed.text
    assert claimed.json()["claim"]["by"]["name"] == "Bina Iyer"
    assert (comment.status_code, comment.json()["text"]) == (201, "Is this ours?")
    assert said(late) == (409, "already_claimed")
