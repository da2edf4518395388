"""The arithmetic of a comparison: percentiles, medians over rounds, ratios of paired rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Timing:
    """What one process took, in seconds. `total` is from its start to its end in the engine."""

    submit: float
    decide: float
    total: float


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one side. `cpu` is CPU seconds by program; `seconds` is wall clock."""

    side: str
    at_a_time: int
    seconds: float
    timings: tuple[Timing, ...]
    cpu: Mapping[str, float]

    @property
    def per_second(self) -> float:
        """Processes per second."""
        return len(self.timings) / self.seconds

    def milliseconds(self, what: str, percent: int) -> float:
        """A percentile of `submit`, `decide` or `total`."""
        return 1000 * percentile([getattr(timing, what) for timing in self.timings], percent)

    def cpu_milliseconds(self, program: str) -> float:
        """CPU per process of one program; of all of them for `all`."""
        spent = sum(self.cpu.values()) if program == "all" else self.cpu.get(program, 0.0)
        return 1000 * spent / len(self.timings)


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that at least `percent` in a hundred do not exceed (nearest rank)."""
    if not values or not 0 < percent <= 100:
        raise ValueError(f"No {percent}th percentile of {len(values)} value(s).")
    return sorted(values)[ceil(len(values) * percent / 100) - 1]


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours over the floor, round by round: the middle one, the lowest and the highest."""

    middle: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, ours: Sequence[float], floor: Sequence[float]) -> "Ratio":
        """Rounds are paired in order, so what disturbs both of a pair cancels out."""
        ratios = [mine / theirs for mine, theirs in zip(ours, floor, strict=True)]
        return cls(median(ratios), min(ratios), max(ratios))

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.lowest:.2f} to {self.highest:.2f})"
