"""The simulated message gateway as tests run it: a real process on a free port."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from local.ports import Ports

READY_SECONDS = 20


class MessagesProcess:
    """One gateway on one folder."""

    def __init__(self, data: Path) -> None:
        port = Ports.free().messages
        self.url = f"http://127.0.0.1:{port}"
        self.http = httpx2.Client(base_url=self.url, timeout=10, trust_env=False)
        command = [sys.executable, "-m", "sandbox.messages", "--port", str(port)]
        self.process = subprocess.Popen([*command, "--data", str(data)])
        deadline = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            assert self.process.poll() is None, "the gateway ended while starting"
            assert time.monotonic() < deadline, f"no gateway within {READY_SECONDS} s"
            time.sleep(0.05)

    def stop(self) -> None:
        """End and give everything back."""
        self.process.kill()
        self.process.wait()
        self.http.close()

    def arm(self, fault: str, **more: Any) -> None:
        """Put a fault on the menu."""
        self.http.put("/v1/faults", json={"fault": fault, **more}).raise_for_status()

    def disarm(self) -> None:
        """Behave again."""
        self.http.delete("/v1/faults").raise_for_status()

    def messages(self, **query: str) -> list[dict[str, Any]]:
        """Messages really delivered."""
        rows: list[dict[str, Any]] = self.http.get("/v1/messages", params=query).json()
        return rows

    def requests(self, key: str) -> list[dict[str, Any]]:
        """The requests that arrived under `key`."""
        rows: list[dict[str, Any]] = self.http.get("/v1/requests", params={"key": key}).json()
        return rows

    def _is_ready(self) -> bool:
        try:
            return self.http.get("/health/ready").status_code == 200
        except httpx2.TransportError:
            return False


@contextmanager
def running_messages(data: Path) -> Iterator[MessagesProcess]:
    """A gateway for the length of a block."""
    gateway = MessagesProcess(data)
    try:
        yield gateway
    finally:
        gateway.stop()
