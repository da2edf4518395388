"""Masked fields are refused at load where they would hide too much or too little."""

import pytest

from domain.definitions.model import Definition
from domain.definitions.proof_of_masks import PROOF_OF_MASKS
from domain.definitions.vocabulary import Vocabulary

SEEN_BY = ("hr", "hr_head", "manager")


@pytest.fixture
def mistakes(definitions):
    """What is said of the employee contract with changes."""

    def said(roles=SEEN_BY, **changes):
        contract: Definition = definitions.get("employee_contract")
        salary = contract.fields["salary"].model_copy(update={"visible_to": roles})
        fields = {**contract.fields, "salary": salary}
        changed = contract.model_copy(update={"fields": fields, **changes})
        names = Vocabulary(definitions.roles, definitions.accounts, {}, (), {})
        return [m.what for rule in PROOF_OF_MASKS for m in rule(changed, names)]

    return said


def test_the_shipped_contract_holds(mistakes):
    assert mistakes() == []


def test_a_role_that_is_not_there_sees_nothing(mistakes):
    assert any("'payroll'" in what for what in mistakes((*SEEN_BY, "payroll")))


def test_whoever_approves_sees_what_she_signs(mistakes):
    (what,) = mistakes(("hr", "hr_head"))
    assert what == "manager approves at 'amendment', but does not see 'salary'"


def test_whoever_edits_sees_what_she_sends(mistakes):
    assert mistakes(("hr_head", "manager")) == [
        "hr takes the action 'amend_terms', but does not see 'salary'"
    ]


def test_no_text_gives_it_away(mistakes):
    (what,) = mistakes(subject="{employee} for {salary}")
    assert what == "'salary' is not for everybody, but everybody reads it here"


def test_it_is_no_amount_that_lists_show(mistakes):
    (what,) = mistakes(amount="salary")
    assert what == "'salary' is not for everybody, but everybody reads it here"
