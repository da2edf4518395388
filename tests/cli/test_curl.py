"""A request as curl: what a shell makes of it is what was sent, and the token is not in it."""

import json
import shlex

from api.cli.curl import Request, curl

API = "http://127.0.0.1:8080/"


def test_a_read_is_a_plain_curl():
    text = curl(Request("GET", "/v1/tasks", {"scope": "mine"}), api=API, bearer="$KONTOR_TOKEN")

    assert text == (
        "curl -sS 'http://127.0.0.1:8080/v1/tasks?scope=mine' "
        '-H "Authorization: Bearer $KONTOR_TOKEN"'
    )


def test_a_shell_reads_the_body_back_as_it_was():
    body = {"reason": 'It\'s 10 % over; see "PO" $5 `x`'}
    request = Request("POST", "/v1/tasks/tsk_1/reject", headers={"If-Match": '"ab"'}, body=body)

    words = shlex.split(curl(request, api=API, bearer="$KONTOR_TOKEN"))

    assert json.loads(words[words.index("--data") + 1]) == body
    assert 'If-Match: "ab"' in words
    assert words[words.index("-X") + 1] == "POST"


def test_a_number_with_slashes_is_part_of_the_path():
    text = curl(Request("GET", "/v1/processes/number:PI/2026-27/00001"), api=API, bearer="$T")

    assert "/v1/processes/number:PI/2026-27/00001" in text
