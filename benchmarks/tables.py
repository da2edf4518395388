"""What a comparison prints: a table for each load, ratios against what is required, events."""

import os
from collections.abc import Callable, Sequence
from statistics import median

import psutil

from benchmarks.contest import ENGINE, FLOOR, Outcome, differences
from benchmarks.figures import PERCENTILES, Ratio, Round
from local.members import BANK, POSTGRES, TEMPORAL, WORKER

PROGRAMS = (WORKER, TEMPORAL, POSTGRES, BANK, "api", "driver", "all")
TIMES = {"submit": "submit", "decide": "decide", "total": "start to close"}
LEAST_THROUGHPUT = 0.6
LONGEST_DECIDE = 2.0
WIDTH = 26


def machine() -> str:
    """What it was measured on."""
    memory = psutil.virtual_memory().total // 1024**3
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    return f"{os.cpu_count()} cores, {memory} GB of memory; load average at the end {load}"


def processes(outcome: Outcome, type: str = "invoice_approval") -> str:
    """Everything about processes of a type."""
    widths = sorted({each.at_a_time for each in outcome.rounds})
    parts = [f"== {type}"]
    parts += [table(outcome, width) for width in widths]
    parts += [ratios(outcome, widths), shapes(outcome)]
    return "\n\n".join(parts)


def table(outcome: Outcome, at_a_time: int) -> str:
    """Medians over rounds, one column for each side."""
    by_side = sides(outcome, at_a_time)
    first = next(iter(by_side.values()))
    counted = f"{len(first)} rounds of {len(first[0].timings)}"
    lines = [f"{at_a_time} at a time, {counted}; medians over rounds", row("", list(by_side))]

    def add(label: str, figure: Callable[[Round], float], form: str) -> None:
        cells = [format(median(map(figure, each)), form) for each in by_side.values()]
        lines.append(row(label, cells))

    add("processes/s", lambda each: each.per_second, ".1f")
    for name, label in TIMES.items():
        for percent in PERCENTILES:
            add(f"{label} p{percent}, ms", lambda r, n=name, p=percent: r.milliseconds(n, p), ".0f")  # type: ignore[misc]
    for program in PROGRAMS:
        add(f"CPU {program}, ms", lambda r, p=program: r.cpu_milliseconds(p), ".1f")  # type: ignore[misc]
    return "\n".join(lines)


def ratios(outcome: Outcome, widths: Sequence[int]) -> str:
    """Each side over the floor, round by round."""
    lines = [
        "Against the floor: median of the rounds' ratios (lowest to highest).",
        f"Required of the side {ENGINE!r}, which is driven exactly as the floor is.",
    ]
    for width in widths:
        by_side = sides(outcome, width)
        floor = by_side.pop(FLOOR)
        for side, each in by_side.items():
            for label, ratio, required, is_met in measures(each, floor):
                verdict = "met" if is_met else "missed"
                lines.append(
                    row(
                        f"{side}, {width} at a time", [f"{label} {ratio}", f"{required}: {verdict}"]
                    )
                )
    return "\n".join(lines)


def measures(ours: list[Round], floor: list[Round]) -> list[tuple[str, Ratio, str, bool]]:
    """The two that are required: label, ratio, requirement, whether it is met."""
    speed = Ratio.of([r.per_second for r in ours], [r.per_second for r in floor])
    decide = Ratio.of(
        [r.milliseconds("decide", 50) for r in ours], [r.milliseconds("decide", 50) for r in floor]
    )
    return [
        ("processes/s", speed, f"at least {LEAST_THROUGHPUT}", speed.middle >= LEAST_THROUGHPUT),
        ("decide", decide, f"at most {LONGEST_DECIDE}", decide.middle <= LONGEST_DECIDE),
    ]


def shapes(outcome: Outcome) -> str:
    """Events and bytes of one history, and where they differ."""
    lines = ["One process in the engine"]
    for side, each in outcome.shapes.items():
        lines.append(row(side, [f"{len(each.events)} events", f"{each.size} bytes"]))
    found = differences(outcome.shapes)
    lines += found or ["The events are the same, in the same order."]
    return "\n".join(lines)


def sides(outcome: Outcome, at_a_time: int) -> dict[str, list[Round]]:
    """The rounds of one load by side, the floor first."""
    found: dict[str, list[Round]] = {FLOOR: []}
    for each in outcome.rounds:
        if each.at_a_time == at_a_time:
            found.setdefault(each.side, []).append(each)
    return found


def row(label: str, cells: Sequence[str]) -> str:
    """One line."""
    return f"{label:<{WIDTH}}" + "".join(f"{cell:>{max(12, len(cell) + 2)}}" for cell in cells)
