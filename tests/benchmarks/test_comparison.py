"""What the ledger's comparison prints: a missed figure must never read as met."""

import pytest

from benchmarks.ledger.comparison import OURS, Comparison, Limit, Mark, Measured, printed, verdicts


def compared(unit: str, ours: float, floor: float, least: float) -> Comparison:
    measured = (Measured("one", "floor", floor), Measured("one", OURS, ours))
    return Comparison(title="T", unit=unit, measured=measured, marks=(Mark("one", "floor", least),))


@pytest.mark.parametrize(
    ("unit", "ours", "floor", "held"),
    [("/s", 75, 100, True), ("/s", 74, 100, False), ("ms", 100, 75, True), ("ms", 100, 74, False)],
)
def test_three_quarters_of_the_speed_are_more_per_second_or_less_time(unit, ours, floor, held):
    ((told, is_met),) = verdicts(compared(unit, ours, floor, 0.75))

    assert is_met is held
    assert told.endswith("met" if held else "MISSED")


@pytest.mark.parametrize(("milliseconds", "held"), [(5, True), (5.01, False)])
def test_a_limit_holds_for_the_median(milliseconds, held):
    rounds = (1, milliseconds, 900)
    measured = tuple(Measured("balance", OURS, each) for each in rounds)
    comparison = Comparison(title="T", unit="ms", measured=measured, limits=(Limit("balance", 5),))

    assert comparison.is_met() is held


def test_ours_stands_last_and_what_was_not_measured_is_a_dash():
    measured = (Measured("a", OURS, 1234.5), Measured("a", "peer", 2), Measured("b", OURS, 3))
    text = printed(Comparison(title="T", unit="/s", measured=measured)).splitlines()

    assert text[1].split() == ["peer", "ours"]
    assert text[2].split() == ["a", "2", "1,234"]
    assert text[3].split() == ["b", "-", "3"]
