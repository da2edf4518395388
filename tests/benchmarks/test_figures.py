"""The arithmetic of the benchmarks: a wrong ratio would be believed."""

import pytest

from benchmarks.figures import Ratio, Round, Timing, percentile


def a_round(*decides: float, seconds: float = 1.0, cpu: dict[str, float] | None = None) -> Round:
    timings = tuple(Timing(0.1, decide, 1.0) for decide in decides)
    return Round("engine", 1, seconds, timings, cpu or {})


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 50), (95, 95), (99, 99), (100, 100), (1, 1)]
)
def test_a_percentile_is_the_value_that_so_many_do_not_exceed(percent, expected):
    assert percentile([float(n) for n in range(100, 0, -1)], percent) == expected


def test_a_percentile_of_few_values_is_one_of_them():
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([3.0, 1.0, 2.0], 99) == 3.0


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 0), ([1.0], 101)])
def test_a_percentile_of_nothing_is_refused(values, percent):
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, percent)


def test_a_round_counts_processes_per_second():
    assert a_round(0.1, 0.2, 0.3, 0.4, seconds=8.0).per_second == 0.5


def test_a_round_tells_times_in_milliseconds():
    assert a_round(0.010, 0.020, 0.030).milliseconds("decide", 50) == pytest.approx(20)


def test_cpu_is_told_per_process_and_in_all():
    told = a_round(0.1, 0.1, cpu={"worker": 0.2, "postgres": 0.1})

    assert told.cpu_milliseconds("worker") == pytest.approx(100)
    assert told.cpu_milliseconds("api") == 0
    assert told.cpu_milliseconds("all") == pytest.approx(150)


def test_a_ratio_pairs_rounds_so_that_a_slow_pair_does_not_count():
    ratio = Ratio.of([6.0, 3.0, 5.0], [10.0, 5.0, 5.0])

    assert (ratio.middle, ratio.lowest, ratio.highest) == (0.6, 0.6, 1.0)


def test_a_round_without_its_pair_is_refused():
    with pytest.raises(ValueError, match="longer"):
        Ratio.of([1.0], [1.0, 2.0])
