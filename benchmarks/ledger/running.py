"""All parts of the ledger's comparison in turn on one server, each printed when it is done."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence

from benchmarks.ledger import files, hot, importing, peers, posting, reads
from benchmarks.ledger.comparison import Comparison, printed, verdicts
from benchmarks.ledger.ground import Ground, ground

Part = Callable[[Ground, int, bool], Iterable[Comparison]]

# The largest last, so that none works beside its rows.
PARTS: dict[str, Part] = {
    "posting": lambda on, rounds, quick: posting.run(on, rounds=rounds, quick=quick),
    "hot": lambda on, rounds, quick: [hot.run(on, rounds=rounds, quick=quick)],
    "peers": lambda on, rounds, quick: peers.run(on, rounds=rounds, quick=quick),
    "files": lambda on, rounds, quick: [files.run(on, rounds=rounds, quick=quick)],
    "import": lambda on, rounds, quick: [importing.run(on, rounds=rounds, quick=quick)],
    "reads": lambda on, _rounds, quick: [reads.run(on, quick=quick)],
}
OF_PEERS = ("peers", "files")


def run(*, rounds: int, quick: bool, parts: Sequence[str]) -> tuple[Comparison, ...]:
    """The parts asked for. Those that need peers are left out, and say so, where there are none."""
    found: list[Comparison] = []
    with ground() as on:
        for name in parts:
            if name in OF_PEERS and not peers.are_installed():
                print(f"{name} is left out: `make .bench-venv/.locked` installs the peers.\n")
                continue
            print(f"{name}; load average {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
            for comparison in PARTS[name](on, rounds, quick):
                print(printed(comparison), end="\n\n", flush=True)
                found.append(comparison)
    held = [is_met for each in found for _, is_met in verdicts(each)]
    print(f"Of {len(held)} required figures {sum(held)} are met.")
    return tuple(found)
