"""Durations of working time, as editors complete them and as people read them."""

import re

from domain.definitions.explanation import explained
from domain.definitions.schema_of_files import schema_of_definitions


def test_an_explanation_says_working_days_and_hours(catalog, invoice):
    changes = {"remind_every": "1wd", "deadline": "3wd", "claim_for": "1wh"}
    policy = invoice.approvals["by_amount"].model_copy(update=changes)
    told = explained(invoice.model_copy(update={"approvals": {"by_amount": policy}}), catalog.roles)

    assert "    Reminded every working day" in told
    assert "    After 3 working days Head of finance is asked as well" in told
    assert "    Who claims a task has it to herself for working hour" not in told
    assert "    Who claims a task has it to herself for 1 working hour" in told


def test_editors_know_how_a_duration_is_written():
    known = schema_of_definitions()["$defs"]["Approval"]["properties"]
    for key in ("remind_every", "deadline", "claim_for"):
        (pattern,) = (each["pattern"] for each in known[key]["anyOf"] if "pattern" in each)
        assert all(re.fullmatch(pattern, text) for text in ("3wd", "8wh", "7d", "5s"))
        assert not any(re.fullmatch(pattern, text) for text in ("0d", "3w", "soon"))
