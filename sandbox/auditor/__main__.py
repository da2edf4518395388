"""The auditor's command line: exits with 1 and one line per finding.

What clients know to have asked for comes from a file they wrote (one JSON object per line, see
`Asked`); without it only the parts are compared with each other.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from sandbox.auditor.auditing import audit
from sandbox.auditor.reading import read_asked
from sandbox.auditor.seen import Places


def arguments() -> argparse.Namespace:
    """What it is told."""
    summary, _, guide = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser("python -m sandbox.auditor", description=summary, epilog=guide)
    parser.add_argument("--database", required=True, help="URL of a login that may read")
    parser.add_argument("--bank", required=True, help="URL of the simulated bank")
    parser.add_argument("--temporal", required=True, help="host:port")
    parser.add_argument("--namespace", default="kontor")
    parser.add_argument("--tenant", required=True, action="append", help="uuid; may be repeated")
    parser.add_argument(
        "--prefix", required=True, action="append", help="the id of each, as in tnt_..."
    )
    parser.add_argument("--asked", type=Path, help="what clients wrote down, JSON lines")
    parser.add_argument("--patience", type=float, default=20, help="seconds")
    return parser.parse_args()


def main() -> int:
    """Audit, print, and say by the exit code."""
    given = arguments()
    tenants = dict(zip(given.tenant, given.prefix, strict=True))
    places = Places(given.database, given.bank, given.temporal, given.namespace, tenants)
    found, seen = asyncio.run(audit(places, read_asked(given.asked), patience=given.patience))
    for finding in found:
        print(finding)
    counts = {name: len(rows) for name, rows in seen.rows.items()}
    print(f"{len(found)} findings in {counts}, {len(seen.bank)} payments at the bank.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
