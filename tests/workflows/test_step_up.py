"""Past the API: the process itself looks how old the password was, and believes the API alone."""

from dataclasses import replace
from uuid import uuid4

import pytest

from activities.desk import Instruction
from domain.access.token import NO_MEANS, Means
from tests import office as offices
from tests.domain.refused import refused
from tests.office import Case, Office


@pytest.fixture
def case(office: Office) -> Case:
    """A login to be made, which an owner decides with a password of the last ten minutes."""
    given = {
        "change": "create", "login": f"hema.{uuid4().hex[:8]}", "name": "Hema Joshi",
        "reason": "For a test",
    }  # fmt: skip
    return replace(office, type="user_account").receive(given, by="esha").stands_at("approval")


@pytest.mark.parametrize("means", [NO_MEANS, Means(password_age=601)])
def test_without_a_fresh_password_the_decision_is_refused(
    case: Case, means: Means, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(offices, "JUST_NOW", means)
    with refused("step_up_required"):
        case.decide("bina")
    assert case.task.state == "open"


def test_to_the_second_it_is_fresh_enough(case: Case, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(offices, "JUST_NOW", Means(password_age=600))
    case.decide("bina")
    case.stands_at("done")


def test_what_the_api_did_not_sign_of_the_password_is_not_believed(
    case: Case, monkeypatch: pytest.MonkeyPatch
):
    signed = Office.signed

    def younger(self: Office, *said: object) -> Instruction:
        monkeypatch.setattr(offices, "JUST_NOW", Means(password_age=3600))
        return replace(signed(self, *said), means=Means(password_age=0))  # type: ignore[arg-type]

    monkeypatch.setattr(Office, "signed", younger)
    with refused("actor_must_be_signed"):
        case.decide("bina")
