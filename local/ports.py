"""Which port each local server listens on, and who holds a port that is busy."""

import random
import socket
from dataclasses import dataclass, fields

import psutil

from local.problem import LocalProblem
from local.topology import Topology, load

HOST = "127.0.0.1"
# Below the range that Linux and macOS hand to outgoing connections, so that no client takes one.
FREE_RANGE = (12_000, 30_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One port per local server."""

    postgres: int
    temporal: int
    temporal_ui: int
    api: int
    bank: int
    messages: int

    @classmethod
    def from_topology(cls, topology: Topology | None = None) -> "Ports":
        """The ports that temporal-dev.yaml names."""
        topology = topology or load()
        return cls(
            postgres=topology.postgres.port,
            temporal=topology.temporal.port,
            temporal_ui=topology.temporal.ui_port,
            api=topology.api.port,
            bank=topology.bank.port,
            messages=topology.messages.port,
        )

    @classmethod
    def free(cls) -> "Ports":
        """Ports nobody listens on now, for a stack beside others."""
        names = [field.name for field in fields(cls)]
        chosen: list[int] = []
        source = random.SystemRandom()
        while len(chosen) < len(names):
            port = source.randint(*FREE_RANGE)
            if port not in chosen and is_free(port):
                chosen.append(port)
        return cls(**dict(zip(names, chosen, strict=True)))


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def require_free(port: int, *, server: str, cure: str) -> None:
    """Raise LocalProblem naming the port, its holder when visible, and the cure."""
    if not is_free(port):
        raise LocalProblem(
            f"Port {port}, which {server} needs, is held by {holder(port)}; stop that, or {cure}."
        )


def holder(port: int) -> str:
    """The process that listens on a port, as far as this user may see it."""
    try:
        listening = [
            each.pid
            for each in psutil.net_connections(kind="tcp")
            if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port
        ]
        pid = next((pid for pid in listening if pid), None)
        return f"{psutil.Process(pid).name()} (pid {pid})" if pid else "another process"
    except psutil.Error:
        return "another process"
