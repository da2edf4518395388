"""How a peer's process is spoken to: a line of JSON in, a line of JSON out, until its input ends.

Only the work itself is timed, in the process that does it.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Answer = Mapping[str, float]
Answering = Callable[..., Answer]


def serve(**answering: Answering) -> None:
    """Answer each request {"do": name, ...} by the function of that name."""
    out, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps({"ready": True}), file=out, flush=True)
    for line in sys.stdin:
        request: dict[str, Any] = json.loads(line)
        answer = answering[request.pop("do")](**request)
        print(json.dumps(answer), file=out, flush=True)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that the work takes, and what it returns."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def each_timed(work: Callable[..., None], pieces: Iterable[Sequence[Any]]) -> float:
    """Seconds that the work takes for all pieces, one after another."""
    started = time.perf_counter()
    for piece in pieces:
        work(*piece)
    return time.perf_counter() - started
