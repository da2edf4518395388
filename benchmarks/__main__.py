"""`python -m benchmarks`: runs the comparisons and prints them."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import decisions, decisions_end_to_end, inbox, lifecycle, processes, tables
from benchmarks.contest import ENGINE, FLOOR, REST
from benchmarks.documents import ROADS
from benchmarks.ledger import running as ledger
from benchmarks.ledger.comparison import printed

AT_A_TIME = (1, 32)
COMPARISONS = ("processes", "lifecycle", "inbox", "decisions", "ledger")


def main() -> None:
    """Read the options, run what is asked, print it, write it down."""
    asked = options().parse_args()
    results: dict[str, Any] = {}
    if "processes" in asked.comparison:
        outcome = processes.run(
            rounds=asked.rounds, at_a_time=asked.at_a_time, sides=(FLOOR, *asked.side)
        )
        print(tables.processes(outcome), end="\n\n")
        results["processes"] = asdict(outcome)
    if "lifecycle" in asked.comparison:
        lived = lifecycle.run(
            rounds=asked.rounds, at_a_time=asked.at_a_time, types=asked.type, quick=asked.quick
        )
        for type, each in lived.items():
            print(tables.processes(each, type), end="\n\n")
        results["lifecycle"] = {type: asdict(each) for type, each in lived.items()}
    if "inbox" in asked.comparison:
        read = inbox.run(rounds=asked.rounds, quick=asked.quick)
        print(printed(read), end="\n\n")
        results["inbox"] = asdict(read)
    if "decisions" in asked.comparison:
        decided = decisions.run(rounds=asked.rounds, quick=asked.quick)
        print(printed(decided), end="\n\n")
        whole = decisions_end_to_end.run(rounds=asked.rounds, quick=asked.quick)
        print(printed(whole), end="\n\n")
        results["decisions"] = [asdict(decided), asdict(whole)]
    if "ledger" in asked.comparison:
        found = ledger.run(rounds=asked.rounds, quick=asked.quick, parts=asked.part)
        results["ledger"] = [asdict(each) for each in found]
    print(tables.machine())
    if asked.json:
        asked.json.write_text(json.dumps({"machine": tables.machine(), **results}, indent=1))


def options() -> argparse.ArgumentParser:
    """What can be asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "comparison",
        nargs="*",
        default=COMPARISONS,
        help="processes, lifecycle, inbox, decisions, ledger (default all)",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each side (default 5)")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="all but the processes on a small scale: to see that it runs",
    )
    parser.add_argument(
        "--part", nargs="+", choices=tuple(ledger.PARTS), default=tuple(ledger.PARTS),
        help="parts of the ledger's comparison (default all)",
    )  # fmt: skip
    parser.add_argument(
        "--at-a-time", type=int, nargs="+", default=AT_A_TIME,
        help="how many processes run at a time (default 1 32)",
    )  # fmt: skip
    parser.add_argument(
        "--side", nargs="+", choices=(ENGINE, REST), default=(ENGINE, REST),
        help="which of ours meet the floor (default both)",
    )  # fmt: skip
    parser.add_argument(
        "--type", nargs="+", choices=tuple(ROADS), default=tuple(ROADS),
        help="which types the lifecycle is measured by (default all)",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round to FILE too")
    return parser


if __name__ == "__main__":
    main()
