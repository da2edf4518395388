"""`python -m benchmarks`: runs the comparisons and prints them."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import ledger, processes, tables
from benchmarks.arena import ENGINE, FLOOR, REST

AT_A_TIME = (1, 32)


def main() -> None:
    """Read the options, run what is asked, print it, write it down."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each side (default 5)")
    parser.add_argument(
        "--only", choices=["processes", "ledger"], help="run one comparison, not all"
    )
    parser.add_argument(
        "--at-a-time", type=int, nargs="+", default=AT_A_TIME,
        help="how many processes run at a time (default 1 32)",
    )  # fmt: skip
    parser.add_argument(
        "--side", nargs="+", choices=(ENGINE, REST), default=(ENGINE, REST),
        help="which of ours meet the floor (default both)",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round to FILE too")
    asked = parser.parse_args()
    results: dict[str, Any] = {}
    if asked.only in (None, "processes"):
        outcome = processes.run(
            rounds=asked.rounds, at_a_time=asked.at_a_time, sides=(FLOOR, *asked.side)
        )
        print(tables.processes(outcome), end="\n\n")
        results["processes"] = asdict(outcome)
    if asked.only in (None, "ledger"):
        posted = ledger.run(rounds=asked.rounds)
        print(ledger.table(posted), end="\n\n")
        results["ledger"] = [asdict(each) for each in posted]
    print(tables.machine())
    if asked.json:
        asked.json.write_text(json.dumps({"machine": tables.machine(), **results}, indent=1))


if __name__ == "__main__":
    main()
