"""The floor of a lifecycle is a fair one: the same events, and rows that are counted."""

import pytest

from benchmarks import decisions_end_to_end, lifecycle, tables
from benchmarks.books import BooksDisagree, check
from benchmarks.contest import ENGINE, FLOOR, Outcome, differences
from benchmarks.decisions_end_to_end import BARE
from benchmarks.documents import Document
from benchmarks.figures import Round, Timing
from benchmarks.ledger.comparison import OURS, printed
from benchmarks.lifecycle import Books, Standing

# One level and an entry; two levels and no entry.
TYPES = ("collection", "leave_request")
EVENTS = {"collection": 34, "leave_request": 42}


@pytest.fixture(scope="module")
def measured() -> dict[str, Outcome]:
    return lifecycle.run(rounds=1, at_a_time=(1,), types=TYPES, quick=True)


@pytest.mark.parametrize("type", TYPES)
def test_the_floor_has_the_events_of_the_process(measured, type):
    shapes = measured[type].shapes

    assert differences(shapes) == []
    assert {side: len(shape.events) for side, shape in shapes.items()} == {
        FLOOR: EVENTS[type],
        ENGINE: EVENTS[type],
    }


@pytest.mark.parametrize("type", TYPES)
def test_both_sides_are_timed_and_held_against_what_is_required(measured, type):
    printed = tables.processes(measured[type], type)

    assert [each.side for each in measured[type].rounds] == [FLOOR, ENGINE]
    assert "at least 0.6" in printed
    assert "at most 2.0" in printed
    assert f"== {type}" in printed


def a_round(side: str, *decides: float) -> Round:
    return Round(side, 1, 1.0, tuple(Timing(0.1, each, 1.0) for each in decides), {})


def test_a_decision_end_to_end_is_held_against_twice_a_bare_update():
    outcome = Outcome((a_round(FLOOR, 0.010, 0.020, 0.040), a_round(ENGINE, 0.030, 0.030)), {})

    told = decisions_end_to_end.told(outcome, 50_000)

    assert told.values("median", BARE) == [pytest.approx(20)]
    assert told.values("median", OURS) == [pytest.approx(30)]
    assert "median: 0.67 (0.67 to 0.67) times as fast as bare update" in printed(told)
    assert told.is_met()
    slow = Outcome((a_round(FLOOR, 0.010, 0.010), a_round(ENGINE, 0.021, 0.021)), {})
    assert not decisions_end_to_end.told(slow, 50_000).is_met()


@pytest.mark.parametrize(
    ("type", "ours"), [("general_journal", (3, 3, 6, 3)), ("leave_request", (3, 3, 6, 0))]
)
def test_a_side_must_have_done_decided_and_posted_all_of_its_round(type, ours):
    books, before = Books(None, None, "", type), Standing((0, 0, 0, 0), (0, 0, 0))
    document = Document("1", {}, "")

    assert books.after(before, ENGINE, [document] * 3) == Standing(ours, (0, 0, 0))
    assert books.after(before, FLOOR, [document] * 3) == Standing((0, 0, 0, 0), (3, 3, ours[3]))


def test_a_round_that_left_something_undone_gives_no_figure():
    drove, stood = Standing((2, 2, 4, 2), (0, 0, 0)), Standing((2, 1, 3, 1), (0, 0, 0))

    with pytest.raises(BooksDisagree):
        check(drove, stood)
