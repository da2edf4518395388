"""Of a page each task is told as if it were the only one, although alike ones are climbed once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.approvals import authority, tending
from domain.approvals.inbox import Task
from domain.approvals.ladders import Ladders, May
from domain.approvals.policy import APPROVE, Checking, Claim, Decided, possible_decisions
from domain.approvals.reading import why
from domain.approvals.task_records import TaskRecord
from domain.money import Money
from tests import shipped
from tests.domain.approvals.people import actor, lender, person, task

DEFINITION = shipped.definitions().get("invoice_approval")
STAGE = next(name for name in DEFINITION.stages if DEFINITION.approval_at(name))
FIFTY_THOUSAND = Money(5_000_000, "INR")
AT = datetime(2026, 7, 16, tzinfo=UTC)
NAMES = st.sampled_from(["asha", "bina", "deepa", "gopal"])
PEOPLE = NAMES.map(person)
# Mostly nobody, so that there is something left to decide.
SOME = st.just(frozenset()) | st.just(frozenset()) | st.frozensets(PEOPLE, max_size=2)
ROLES = ("finance_approver", "finance_head", "accountant")
LENDERS = st.lists(st.sampled_from(["deepa", "gopal"]), max_size=2, unique=True)
CLAIMS = PEOPLE.map(lambda who: Claim(who, "Deepa Menon", AT, AT + timedelta(hours=4)))
DECISIONS = PEOPLE.map(lambda who: Decided(APPROVE, who, "Deepa Menon", AT))


def record_of(checking: Checking, round: int = 1, level: int = 1) -> TaskRecord:
    """A row of the inbox about it."""
    return TaskRecord(
        checking, checking.process, "BILL-1", "INV/1", "workflow", DEFINITION.hash,
        checking.amount, STAGE, round, level, 2, AT, None, 0, None, None,
    )  # fmt: skip


@st.composite
def records(draw) -> TaskRecord:
    checking = task(
        draw(st.sampled_from(ROLES)),
        task=draw(st.uuids()),
        process=draw(st.uuids()),
        title=draw(st.sampled_from(["INV/1", "INV/2"])),
        kind=draw(st.sampled_from(["approval", "approval", "correction", "action"])),
        escalated_to=draw(st.sampled_from([None, *ROLES])),
        state=draw(st.sampled_from(["open", "open", "withdrawn"])),
        decided=draw(st.none() | st.none() | DECISIONS),
        claim=draw(st.none() | st.none() | CLAIMS),
        maker=draw(NAMES),
        makers=draw(SOME),
        earlier_checkers=draw(SOME),
        concerned=draw(SOME),
        branch=draw(st.sampled_from([None, "BLR"])),
        amount=Money(draw(st.sampled_from([4_000_000, 6_000_000])), "INR"),
    )
    return record_of(checking, draw(st.integers(1, 2)), draw(st.integers(1, 2)))


@st.composite
def onlookers(draw):
    """Bina, who may hold roles, and may stand in for others up to ₹50,000."""
    cap = draw(st.none() | st.just(FIFTY_THOUSAND))
    lent = tuple(lender(name, "finance_head", cap=cap) for name in draw(LENDERS))
    return actor("bina", *draw(st.sets(st.sampled_from(ROLES))), stands_in_for=lent)


def told_alone(record: TaskRecord, who) -> May:
    """By climbing each ladder with the task itself."""
    found = Task(
        record.checking, record.definition_hash, record.stage, record.round, record.level,
        record.levels,
    )  # fmt: skip
    checking = found.checking_by(DEFINITION)
    found = replace(found, checking=checking)
    allowed = tuple(
        verb
        for verb in possible_decisions(checking, who)
        if verb != APPROVE or authority.is_within_limits(None, checking, who)
    )
    ways = tending.ways(DEFINITION, found, who)
    return May(allowed, ways, why(DEFINITION, found, who, allowed))


@given(st.lists(records(), min_size=2, max_size=12), onlookers())
def test_what_she_may_do_with_each_task_of_a_page_is_what_she_may_do_with_it_alone(page, who):
    ladders = Ladders(None, who)
    assert [ladders.may(DEFINITION, each) for each in page] == [
        told_alone(each, who) for each in page
    ]


@given(records(), st.lists(st.uuids(), min_size=5, max_size=5), onlookers())
def test_tasks_that_differ_in_their_document_alone_are_climbed_once(record, others, who):
    ladders = Ladders(None, who)
    for other in others:
        mine = record.checking._replace(task=other, process=other, title=str(other))
        ladders.may(DEFINITION, record._replace(checking=mine, process=other))
    assert len(ladders.climbed) == 1


def test_of_two_alike_the_one_beyond_her_cap_is_not_hers_to_approve():
    who = actor("bina", stands_in_for=(lender("deepa", "finance_head", cap=FIFTY_THOUSAND),))
    first, second = (
        record_of(task("finance_head", amount=Money(amount, "INR")))
        for amount in (4_000_000, 6_000_000)
    )
    ladders = Ladders(None, who)
    assert APPROVE in ladders.may(DEFINITION, first).allowed
    assert APPROVE not in ladders.may(DEFINITION, second).allowed
    assert "beyond your limit" in ladders.may(DEFINITION, second).why


def test_what_nobody_decided_before_it_was_withdrawn_waits_for_nobody():
    found = record_of(task("finance_head", state="withdrawn"))
    may = Ladders(None, actor("bina", "finance_head")).may(DEFINITION, found)
    assert may == May((), [], "It no longer waits for anybody.")
