"""A simulated partner as tests run it: a real process on a free port, which can be killed."""

import time
from pathlib import Path
from typing import Any, ClassVar

import httpx2

from local.ports import Ports
from tests import unencrypted
from tests.forked import as_main, forked

READY_SECONDS = 60


class PartnerProcess:
    """One partner on one folder; start, kill and start it again at the same address."""

    MODULE: ClassVar[str]

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = Ports.free().bank
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = unencrypted.client(self.url, timeout=10)
        self.start()

    def start(self) -> None:
        """Come up, or fail with what the process said."""
        given = ["--port", str(self.port), "--data", str(self.data)]
        self.process = forked(as_main, self.MODULE, given)
        deadline = time.monotonic() + READY_SECONDS
        while not self.is_ready():
            assert self.process.is_alive(), f"{self.MODULE} ended while starting"
            assert time.monotonic() < deadline, f"{self.MODULE}: not ready in {READY_SECONDS} s"
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL: nothing is flushed, nobody is told."""
        self.process.kill()
        self.process.join()

    def stop(self) -> None:
        """End and give everything back."""
        self.kill()
        self.http.close()

    def arm(self, fault: str, **more: Any) -> None:
        """Put a fault on the menu."""
        self.http.put("/v1/faults", json={"fault": fault, **more}).raise_for_status()

    def disarm(self) -> None:
        """Behave again."""
        self.http.delete("/v1/faults").raise_for_status()

    def requests(self, key: str) -> list[dict[str, Any]]:
        """The requests that arrived under `key`."""
        return self.told("/v1/requests", key=key)

    def told(self, path: str, **query: str) -> list[dict[str, Any]]:
        """A log of its own."""
        rows: list[dict[str, Any]] = self.http.get(path, params=query).json()
        return rows

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            return self.http.get("/health/ready").status_code == 200
        except httpx2.TransportError:
            return False
