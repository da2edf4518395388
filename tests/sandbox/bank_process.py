"""The simulated bank as tests run it: a real process on a free port, which can be killed."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

READY_SECONDS = 20


class BankProcess:
    """One bank on one folder; start, kill and start it again at the same address."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx2.Client(base_url=self.url, timeout=10, trust_env=False)
        self.start()

    def start(self) -> None:
        """Come up, or fail with what the process said."""
        command = [sys.executable, "-m", "sandbox.bank", "--port", str(self.port)]
        self.process = subprocess.Popen([*command, "--data", str(self.data)])
        deadline = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            assert self.process.poll() is None, "the bank ended while starting"
            assert time.monotonic() < deadline, f"the bank was not ready in {READY_SECONDS} s"
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL: nothing is flushed, nobody is told."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End and give everything back."""
        self.kill()
        self.http.close()

    def arm(self, fault: str, **more: Any) -> None:
        """Put a fault on the menu."""
        self.http.put("/v1/faults", json={"fault": fault, **more}).raise_for_status()

    def effects(self, **query: str) -> list[dict[str, Any]]:
        """The bank's own log of payments really made."""
        rows: list[dict[str, Any]] = self.http.get("/v1/effects", params=query).json()
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
def running_bank(data: Path) -> Iterator[BankProcess]:
    """A bank for the length of a block."""
    bank = BankProcess(data)
    try:
        yield bank
    finally:
        bank.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
