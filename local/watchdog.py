"""Ends the members when the stack's process dies without doing so, kill -9 included.

A small process that reads what to watch from a pipe. The pipe ends when the stack's process does,
however it dies; whatever is still watched then is stopped, newest first. A pipe and not
PR_SET_PDEATHSIG, because that one fires when the starting *thread* ends, and is Linux alone.
This file is also that process's program, so it imports nothing of ours.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

GRACE_SECONDS = 8.0


class Watchdog:
    """The stack's end of the pipe."""

    def __init__(self, lock: int) -> None:
        """Start it. It keeps the home's lock too, until all members are gone."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
            pass_fds=[lock],
        )

    def watch(self, pid: int, stop_signal: signal.Signals) -> None:
        """End this process with us."""
        self._say(f"watch {pid} {int(stop_signal)}")

    def forget(self, pid: int) -> None:
        """It has ended; its number may come to mean another."""
        self._say(f"forget {pid} 0")

    def _say(self, line: str) -> None:
        pipe = self._process.stdin
        assert pipe
        with suppress(BrokenPipeError, ValueError):
            pipe.write(f"{line}\n".encode())
            pipe.flush()

    def close(self) -> None:
        """End what is still watched, and the watchdog."""
        pipe = self._process.stdin
        assert pipe
        with suppress(BrokenPipeError):
            pipe.close()
        self._process.wait()


def main() -> None:
    """Read until the pipe ends, then stop whatever is left."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    watched: dict[int, int] = {}
    for line in sys.stdin:
        verb, pid, stop_signal = line.split()
        if verb == "watch":
            watched[int(pid)] = int(stop_signal)
        else:
            watched.pop(int(pid), None)
    for pid in reversed(watched):
        _end(pid, watched[pid])


def _end(pid: int, stop_signal: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, stop_signal)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and not _is_defunct(pid):
            os.kill(pid, 0)
            time.sleep(0.05)
    # The leader may be gone while what it started is not.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _is_defunct(pid: int) -> bool:
    """Ended but never collected, as happens in a container whose first process collects nothing."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


if __name__ == "__main__":
    main()
