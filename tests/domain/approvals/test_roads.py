"""Nobody checks what is hers, by whatever road, in whatever type is shipped."""

from collections.abc import Callable, Iterator

import pytest

from domain.access.actor import Actor
from domain.approvals.policy import APPROVE, Checking, check_decision, possible_decisions
from domain.definitions import policy
from tests import shipped
from tests.domain.approvals.people import actor, lender, person, task
from tests.domain.refused import refused

CATALOG = shipped.definitions()


def seats() -> Iterator[tuple[str, str]]:
    """Every role that approves at a stage of a shipped type."""
    for definition in CATALOG.all:
        for name in definition.stages:
            roles = policy.approvers(definition, name)
            approval = definition.approval_at(name)
            wider = {approval.escalate_to} - {None} if approval else set()
            yield from ((definition.process, role) for role in sorted(roles | wider))


SEATS = sorted(set(seats()))
Road = Callable[[str], tuple[Actor, dict]]


def herself(role: str) -> tuple[Actor, dict]:
    """Asha made it and holds the role."""
    return actor("asha", role), {}


def another_account_of_hers(role: str) -> tuple[Actor, dict]:
    """The same person under another login."""
    return actor("asha", role, account="asha.second"), {}


def whoever_changed_it(role: str) -> tuple[Actor, dict]:
    """Bina amended what Asha entered."""
    return actor("bina", role), {"makers": {person("asha"), person("bina")}}


def as_a_delegate(role: str) -> tuple[Actor, dict]:
    """Deepa, who holds the role, lets Asha decide, and Asha made it."""
    return actor("asha", stands_in_for=(lender("deepa", role),)), {}


def through_her_delegate(role: str) -> tuple[Actor, dict]:
    """Asha holds the role, made it, and lets Bina decide."""
    return actor("bina", stands_in_for=(lender("asha", role),)), {}


def through_a_delegate_who_holds_the_role(role: str) -> tuple[Actor, dict]:
    """The same; Bina holds the role besides."""
    return actor("bina", role, stands_in_for=(lender("asha", role),)), {}


def through_a_delegate_of_two(role: str) -> tuple[Actor, dict]:
    """Bina stands in for Deepa, who has nothing to do with it, and for Asha, who made it."""
    return actor("bina", stands_in_for=(lender("deepa", role), lender("asha", role))), {}


def about_herself(role: str) -> tuple[Actor, dict]:
    """It gives Bina a limit or another's authority."""
    return actor("bina", role), {"concerned": {person("bina")}}


def through_the_delegate_of_whom_it_is_about(role: str) -> tuple[Actor, dict]:
    """It is about Deepa, for whom Bina stands in."""
    return actor("bina", role, stands_in_for=(lender("deepa", role),)), {
        "concerned": {person("deepa")}
    }


def at_a_second_seat(role: str) -> tuple[Actor, dict]:
    """Bina checked it before."""
    return actor("bina", role), {"earlier_checkers": {person("bina")}}


def beside_whom_she_stands_in_for(role: str) -> tuple[Actor, dict]:
    """Deepa checked it before, and Bina stands in for Deepa."""
    return actor("bina", role, stands_in_for=(lender("deepa", role),)), {
        "earlier_checkers": {person("deepa")}
    }


ROADS: dict[Road, str] = {
    herself: "checker_must_differ_from_maker",
    another_account_of_hers: "checker_must_differ_from_maker",
    whoever_changed_it: "checker_must_differ_from_maker",
    as_a_delegate: "checker_must_differ_from_maker",
    through_her_delegate: "checker_must_differ_from_maker",
    through_a_delegate_who_holds_the_role: "checker_must_differ_from_maker",
    through_a_delegate_of_two: "checker_must_differ_from_maker",
    about_herself: "checker_must_not_be_concerned",
    through_the_delegate_of_whom_it_is_about: "checker_must_not_be_concerned",
    at_a_second_seat: "checkers_must_be_distinct",
    beside_whom_she_stands_in_for: "checkers_must_be_distinct",
}


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.__name__)
@pytest.mark.parametrize(("process", "role"), SEATS)
def test_a_road_ends_refused(process: str, role: str, road: Road):
    who, changes = road(role)
    found: Checking = task(role, type=process, **changes)
    with refused(ROADS[road]):
        check_decision(found, who, APPROVE, seen="seen", reason=None)
    assert possible_decisions(found, who) == ()


@pytest.mark.parametrize(("process", "role"), SEATS)
def test_another_person_passes_and_so_does_who_stands_in_for_another(process: str, role: str):
    found = task(role, type=process)
    check_decision(found, actor("bina", role), APPROVE, seen="seen", reason=None)
    stands_in = actor("bina", stands_in_for=(lender("deepa", role),))
    check_decision(found, stands_in, APPROVE, seen="seen", reason=None)


def test_every_shipped_type_that_is_approved_is_here():
    approved = {d.process for d in CATALOG.all if d.approvals}
    assert {process for process, _ in SEATS} == approved


def test_a_delegation_of_other_roles_or_types_lets_nobody_decide():
    found = task("finance_head", type="payment")
    for each in (lender("deepa", "hr_head"), lender("deepa", "finance_head", types=("leave",))):
        with refused("role_must_allow_action"):
            check_decision(
                found, actor("bina", stands_in_for=(each,)), APPROVE, seen=None, reason=None
            )


def test_what_the_delegator_made_of_other_roles_is_no_matter():
    hers = lender("asha", "finance_head")
    found = task("manager", type="leave_request")
    who = actor("bina", "manager", stands_in_for=(hers,))
    check_decision(found, who, APPROVE, seen=None, reason=None)
