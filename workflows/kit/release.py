"""Which behaviour of our code a process was started under, and keeps.

A process pins its definition by hash, and this number beside it. Code that issues other commands
than before asks `self.start.release >= N` first, so that a process goes on as it began, whichever
worker runs it. A new number is started with only after every worker knows it: workers are released
before the API. A worker that meets a higher number fails the workflow task, not the process; it
heals when a newer worker takes it.
"""

from typing import Final

RELEASE: Final = 1


class ReleaseUnknown(Exception):
    """The process was started under newer code than this worker has."""


def check_known(release: int) -> None:
    """Raise ReleaseUnknown for a process of newer code."""
    if release > RELEASE:
        raise ReleaseUnknown(
            f"The process was started under release {release}, this worker knows {RELEASE}. "
            "Start workers of the newer code; the process waits for them."
        )
