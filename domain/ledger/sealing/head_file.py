"""A file of heads that lies where those who write the database do not: lines are only added."""

import fcntl
import os
from collections.abc import Callable, Sequence
from io import BufferedRandom
from pathlib import Path

# More than two heads need.
TAIL = 8192


def extend(path: Path, following: Callable[[bytes], Sequence[str]]) -> int:
    """Append the lines that follow on the last, of one writer at a time; how many they are.

    `following` is given the last line, empty when there is none; what it raises leaves the file as
    it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = following(last_line(file))
        file.writelines(f"{line}\n".encode() for line in lines)
        file.flush()
        os.fsync(file.fileno())
    return len(lines)


def last_line(file: BufferedRandom) -> bytes:
    """The last line of an open file, if any. One that a crash cut short is taken away."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - TAIL))
    whole, newline, torn = file.read().rpartition(b"\n")
    file.truncate(end - len(torn))
    return whole.splitlines()[-1] if newline else b""


def lines(path: Path) -> list[str]:
    """Every line; none when there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return list(file)
