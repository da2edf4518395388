"""CPU time by program, read from the kernel: ours, the servers', and what has ended since."""

import time
from collections.abc import Mapping
from contextlib import suppress

import psutil

DRIVER, FLOOR_WORKER = "driver", "floor's worker"


class Meter:
    """Reads how much CPU each named program and everything it started has used."""

    def __init__(self, programs: Mapping[str, int]) -> None:
        """`programs` is process id by name; the driver is this process."""
        self.programs = {name: psutil.Process(pid) for name, pid in programs.items()}

    def read(self) -> dict[str, float]:
        """CPU seconds so far, by name."""
        spent = {name: family(process) for name, process in self.programs.items()}
        return {**spent, DRIVER: time.process_time()}

    def since(self, earlier: Mapping[str, float]) -> dict[str, float]:
        """CPU seconds since an earlier reading."""
        return {name: now - earlier[name] for name, now in self.read().items()}


def family(process: psutil.Process) -> float:
    """A process, its children that ended, and those that run: PostgreSQL is many."""
    own = process.cpu_times()
    total: float = own.user + own.system + own.children_user + own.children_system
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            each = child.cpu_times()
            total += each.user + each.system
    return total
