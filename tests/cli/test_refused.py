"""A problem in words."""

from api.cli.client import Problem
from api.cli.refused import lines

BODY = {
    "title": "You entered V-001, so you cannot check it",
    "detail": "Somebody else with the role can.",
    "code": "checker_must_differ_from_maker",
    "request_id": "req_1",
    "errors": [{"pointer": "/input/gst_rate", "detail": "17 is no slab.", "allowed": ["5", "18"]}],
    "who": {"name": "Bina Iyer", "action": "approve"},
    "next_actions": [{"rel": "task", "method": "GET", "href": "/v1/tasks/tsk_1"}],
}


def test_everything_a_person_needs_is_told_in_order():
    assert list(lines(Problem(403, BODY))) == [
        "You entered V-001, so you cannot check it",
        "Somebody else with the role can.",
        "- /input/gst_rate: 17 is no slab. Allowed: 5, 18.",
        "Who: Bina Iyer, approve",
        "Next: task (GET /v1/tasks/tsk_1)",
        "[checker_must_differ_from_maker, status 403, request req_1]",
    ]


def test_a_problem_without_a_title_still_says_its_status():
    assert next(iter(lines(Problem(502, {})))) == "Refused (502)"
