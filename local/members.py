"""The members of a stack that are programs of ours: how each is started and when it is ready."""

import http.client
import sys
from pathlib import Path
from urllib.parse import urlsplit

from local.ports import HOST, Ports

POSTGRES, TEMPORAL, BANK, MESSAGES = "postgres", "temporal", "bank", "messages"
MIGRATE, SEED, WORKER, API = "migrate", "seed", "worker", "api"
# Started in this order, stopped in the reverse one.
ALL = (POSTGRES, TEMPORAL, BANK, MESSAGES, MIGRATE, SEED, WORKER, API)
# These run to their end, and are ready when that is success.
ONE_OFF = (MIGRATE, SEED)
READY_SECONDS = {MIGRATE: 120.0, SEED: 120.0}
USUAL_READY_SECONDS = 60.0


def program(name: str, *, home: Path, ports: Ports) -> list[str | Path]:
    """The command line of a member; any name not listed is one more worker."""
    ours: dict[str, list[str | Path]] = {
        BANK: ["sandbox.bank", "--host", HOST, "--port", str(ports.bank), "--data", home / BANK],
        MESSAGES: [
            "sandbox.messages", "--host", HOST, "--port", str(ports.messages),
            "--data", home / MESSAGES,
        ],
        MIGRATE: ["migrations"],
        SEED: ["sandbox.tenant"],
        API: ["api.app"],
    }  # fmt: skip
    return [sys.executable, "-m", *ours.get(name, ["workflows.worker"])]


def answers(url: str) -> bool:
    """Whether `/health/ready` below this address answers 200, past no proxy."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or HOST, parts.port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def has_written_pid(file: Path, pid: int) -> bool:
    """Whether a worker has said in its file that it polls."""
    try:
        return file.read_text().strip() == str(pid)
    except FileNotFoundError:
        return False
