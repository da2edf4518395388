"""What was measured, what is required of it, and how both are printed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.figures import Ratio

OURS = "ours"
CASE_WIDTH, SIDE_WIDTH = 34, 26


class BooksDisagree(Exception):
    """A book did not grow by just what was posted to it, so the time says nothing."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One round of one side: a rate per second, or a time in milliseconds."""

    case: str
    side: str
    value: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A side is at least so many times as fast as another in a case."""

    case: str
    against: str
    least: float
    side: str = OURS


@dataclass(frozen=True, slots=True)
class Limit:
    """A side takes at most so many milliseconds in a case."""

    case: str
    most: float
    side: str = OURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Rounds of several sides in several cases. `unit` is `/s` where more is better, or `ms`."""

    title: str
    unit: str
    measured: tuple[Measured, ...]
    marks: tuple[Mark, ...] = ()
    limits: tuple[Limit, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def cases(self) -> list[str]:
        """In the order they were measured."""
        return list(dict.fromkeys(each.case for each in self.measured))

    @property
    def sides(self) -> list[str]:
        """In the order they were measured first, ours last."""
        found = dict.fromkeys(each.side for each in self.measured)
        return sorted(found, key=lambda side: side == OURS)

    def values(self, case: str, side: str) -> list[float]:
        """The rounds of one side in one case, in their order."""
        return [each.value for each in self.measured if (each.case, each.side) == (case, side)]

    def speed(self, mark: Mark) -> Ratio:
        """How many times as fast a side is as the other, round by round."""
        mine, other = self.values(mark.case, mark.side), self.values(mark.case, mark.against)
        return Ratio.of(mine, other) if self.unit == "/s" else Ratio.of(other, mine)

    def is_met(self) -> bool:
        """Whether all that is required holds."""
        return all(held for _, held in verdicts(self))


def printed(comparison: Comparison) -> str:
    """A table, what is required with verdicts, and the notes."""
    rounds = max(len(comparison.values(*place)) for place in places(comparison))
    lines = [f"{comparison.title}, {comparison.unit}; median of {rounds} (lowest to highest)"]
    lines.append(row("", comparison.sides))
    for case in comparison.cases:
        cells = [spread(comparison.values(case, side)) for side in comparison.sides]
        lines.append(row(case, cells))
    lines += [told for told, _ in verdicts(comparison)]
    return "\n".join([*lines, *comparison.notes])


def places(comparison: Comparison) -> set[tuple[str, str]]:
    """Where something was measured."""
    return {(each.case, each.side) for each in comparison.measured}


def verdicts(comparison: Comparison) -> Iterable[tuple[str, bool]]:
    """Each requirement in words, and whether it is met."""
    for mark in comparison.marks:
        ratio = comparison.speed(mark)
        of_side = "" if mark.side == OURS else f", {mark.side}"
        told = f"{mark.case}{of_side}: {ratio} times as fast as {mark.against}"
        told += f", at least {mark.least:.3g}"
        yield verdict(told, ratio.middle >= mark.least)
    for limit in comparison.limits:
        middle = median(comparison.values(limit.case, limit.side))
        of_side = "" if limit.side == OURS else f", {limit.side}"
        told = f"{limit.case}{of_side}: {middle:.2f} ms, at most {limit.most:g}"
        yield verdict(told, middle <= limit.most)


def verdict(told: str, held: bool) -> tuple[str, bool]:
    """The words with their ending."""
    return f"{told}: {'met' if held else 'MISSED'}", held


def spread(values: Sequence[float]) -> str:
    """The middle, the lowest and the highest; a dash where nothing was measured."""
    if not values:
        return "-"
    middle, low, high = (figure(each) for each in (median(values), min(values), max(values)))
    return f"{middle} ({low} to {high})" if len(values) > 1 else middle


def figure(value: float) -> str:
    """Three digits that say something, thousands apart."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def row(case: str, cells: Sequence[str]) -> str:
    """One line."""
    return f"{case:<{CASE_WIDTH}}" + "".join(f"{cell:>{SIDE_WIDTH}}" for cell in cells)
