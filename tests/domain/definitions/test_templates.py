"""Texts of notifications: what a template may say, how long a text message is, and every text that
is shipped as people read it.
"""

from pathlib import Path

import pytest

from domain.definitions.segments import segments
from domain.definitions.templates import NAMES, Known, faults, read, rendered

HERE = Path(__file__).parent / "messages"
VALUES = {
    "reference": "BILL-7K3M9QX2", "type": "Vendor invoice approval",
    "subject": "Brindavan Audit Associates INV/1", "amount": "₹1,18,000.00",
    "stage": "Waiting for approval", "company": "Kontor Demo Private Limited", "maker": "Asha Rao",
    "recipient": "Bina Iyer", "task": "Vendor invoice approval", "due": "24 November 2026, 18:00",
    "by": "Bina Iyer", "reason": "Not ours", "problem": "November 2026 is locked.",
    "link": "https://kontor.example/v1/tasks/tsk_1", "fields": {}, "totals": {},
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_built_in_text_reads_as_it_was_agreed(language, definitions):
    """A golden file for each language: read it when you change a text, then keep the new one."""
    shipped = definitions.templates
    said = []
    for key in sorted(key for key in shipped if key.startswith(f"{language}/")):
        message = rendered(shipped[key].text, key.rpartition(".")[2], VALUES)
        length = f" ({message.segments} text messages)" if message.segments else ""
        said.append(f"== {key}{length}\n{message.subject or ''}\n{message.body}\n")
    assert "\n".join(said) == (HERE / f"{language}.txt").read_text()


def test_both_languages_have_every_text(definitions):
    shipped = set(definitions.templates)
    assert {key[3:] for key in shipped if key.startswith("en/")} == {
        key[3:] for key in shipped if key.startswith("hi/")
    }


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("अ" * 70, 1),
        ("अ" * 71, 2),
        ("अ" * 134, 2),
        ("₹1,180.00" + "a" * 61, 1),
        ("₹1,180.00" + "a" * 62, 2),
    ],
)
def test_a_text_message_is_160_latin_or_70_other_characters(text: str, number: int):
    assert segments(text) == number


def found(text: str, channel: str = "email", *fields: str) -> list[tuple[int, int, str]]:
    values = {name: name for name in NAMES} | {"fields": dict.fromkeys(fields, "x"), "totals": {}}
    known = Known(frozenset(fields))
    return [(each.line, each.column, each.what) for each in faults(text, channel, known, values)]


PLANTED = {
    "a name that is not there": (
        "Subject: x\n\nDear {{ recipient }},\nfor {{ amuont }}", (4, 8, "There is no 'amuont'")),
    "a field that is not there": (
        "Subject: x\n\n{{ fields.vendro }}", (3, 4, "There is no fields.vendro")),
    "what cannot be read": (
        "Subject: x\n\nHello\n{% if due %}", (4, 1, "This cannot be read")),
    "arithmetic": (
        "Subject: x\n\n{{ 2 * 3 }}", (3, 1, "A template computes nothing, but here is 'mul'")),
    "a call": (
        "Subject: x\n\n{{ subject.__class__() }}",
        (3, 1, "A template computes nothing, but here is 'call'")),
    "an include": (
        "Subject: x\n\n{% include 'other' %}",
        (3, 1, "A template computes nothing, but here is 'include'")),
    "no subject": ("Hello", (1, 1, "A message by email has no subject")),
    "no words": ("Subject: x\n\n", (3, 1, "The message says nothing")),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_mistake_is_told_with_line_and_column(name: str):
    text, (line, column, what) = PLANTED[name]
    first = found(text)[0]
    assert first[:2] == (line, column)
    assert first[2].startswith(what)


def test_a_text_message_that_is_too_long_is_refused():
    assert found("Hello " * 80, "sms")[0][2].startswith("With the example it takes 4 text messages")


def test_a_text_message_writes_rupees_as_rs_where_that_is_shorter():
    text = "{{ reference }} for {{ amount }} waits for you in Kontor. " + "Please decide it. " * 3
    message = rendered(text, "sms", VALUES)
    assert "Rs 1,18,000.00" in message.body
    assert message.segments == 1
    assert "₹" in rendered("{{ amount }}", "sms", VALUES).body


def test_a_text_message_names_the_template_that_was_registered():
    text = "DLT: 1107160000000012345\n\n{{ reference }} waits for you."
    assert found(text, "sms") == []
    message = rendered(text, "sms", VALUES)
    assert (message.dlt, message.body) == ("1107160000000012345", "BILL-7K3M9QX2 waits for you.")
    assert found("DLT: abc\n\nx", "sms")[0][2] == "'abc' is no id of a registered template"


def test_what_is_filled_into_html_is_escaped_and_a_subject_is_one_line():
    text = "Subject: {{ subject }}\nContent: html\n\n<p>{{ subject }}</p>"
    message = rendered(text, "email", VALUES | {"subject": "<b>Rent</b>\nBcc: x@example.in"})
    assert message.body == "<p>&lt;b&gt;Rent&lt;/b&gt;\nBcc: x@example.in</p>"
    assert message.subject == "<b>Rent</b> Bcc: x@example.in"


def test_what_is_filled_in_is_no_template():
    message = rendered("Subject: x\n\n{{ subject }}", "email", VALUES | {"subject": "{{ link }}"})
    assert message.body == "{{ link }}"
    assert read("No heads\n\nat all").heads == {}
