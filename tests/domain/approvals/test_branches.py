"""A role or limit of one branch counts there alone, for whoever decides, acts or stands in."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access.limit import Limit
from domain.approvals.limits import holding
from domain.approvals.policy import APPROVE, check_decision, possible_decisions
from domain.money import Money
from tests.domain.approvals.people import actor, lender, person, task
from tests.domain.refused import refused

ROLE = "finance_approver"
BRANCHES = st.sampled_from(["BLR", "HBL", None])
HELD = st.frozensets(BRANCHES, max_size=3)


def holder(name: str, held: frozenset[str | None]):
    """Somebody who holds the role at these branches; at None for all of them."""
    limited = frozenset((ROLE, branch) for branch in held if branch)
    everywhere = (ROLE,) if None in held else ()
    return replace(actor(name, *everywhere), at_branches=limited)


def delegate(name: str, held: frozenset[str | None]):
    """Somebody who stands in for one who holds the role at these branches."""
    hers = holder("deepa", held)
    lent = replace(lender("deepa"), roles=hers.roles, at_branches=hers.at_branches)
    return actor(name, stands_in_for=(lent,))


@pytest.mark.parametrize("made", [holder, delegate])
@given(held=HELD, branch=BRANCHES)
def test_she_decides_where_her_role_counts_and_nowhere_else(made, held, branch):
    who = made("bina", held)
    may = bool(possible_decisions(task(ROLE, branch=branch), who))
    assert may == (None in held or (branch is not None and branch in held))


@pytest.mark.parametrize(("branch", "words"), [("BLR", "the branch BLR"), (None, "whole company")])
def test_a_refusal_says_where_she_holds_the_role(branch, words):
    found = task(ROLE, branch=branch)
    with refused("role_must_cover_branch", words, "HBL alone"):
        check_decision(found, holder("bina", frozenset({"HBL"})), APPROVE, seen=None, reason=None)


def test_who_holds_it_nowhere_is_told_of_the_role():
    with refused("role_must_allow_action"):
        check_decision(
            task(ROLE, branch="BLR"), actor("gopal", "sales"), APPROVE, seen=None, reason=None
        )


def test_at_her_branch_she_still_does_not_check_what_she_made():
    with refused("checker_must_differ_from_maker"):
        check_decision(
            task(ROLE, branch="HBL"), holder("asha", frozenset({"HBL"})), APPROVE, seen=None,
            reason=None,
        )  # fmt: skip


def test_with_whom_she_stands_in_for_at_the_branch_she_is_one_pair_of_eyes():
    who = delegate("bina", frozenset({"HBL"}))
    with refused("checker_must_differ_from_maker"):
        check_decision(task(ROLE, branch="HBL", maker="deepa"), who, APPROVE, seen=None, reason="-")


def limit(branch: str | None, amount: int) -> Limit:
    return Limit(ROLE, None, None, "INR", Money(amount, "INR"), None, branch)


@given(branch=BRANCHES)
def test_the_limits_that_hold_are_those_of_the_branch_and_of_all(branch):
    known = [limit(None, 3), limit("BLR", 2), limit("HBL", 1)]
    found = holding(known, "payment", person("company"), "INR", branch)
    assert {each.branch for each in found} == {None, branch}
