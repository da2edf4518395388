"""Many callers of the ledger at once, and the one who ends the backends that they talk to."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from random import Random
from threading import Event, Lock
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from tests.chaos.ledger_server import (
    ANSWER,
    PATIENCE,
    Gate,
    Server,
    is_unanswered,
    was_terminated,
)

Result = TypeVar("Result")
PAUSE = 0.02


class Crowd:
    """Callers who each send until there is an answer."""

    def __init__(self) -> None:
        self.begun = Event()
        self.counting = Lock()
        self.unanswered = self.terminated = 0
        self.calls: list[Future[None]] = []

    @contextmanager
    def at_work(self, calls: Iterable[Callable[[], None]]) -> Iterator[None]:
        """A thread for each call; none begins before `begun`. Raises what one raised."""
        waiting = list(calls)
        with ThreadPoolExecutor(len(waiting)) as threads:
            self.calls = [threads.submit(self.begin, call) for call in waiting]
            try:
                yield
            finally:
                self.begun.set()
        for call in self.calls:
            call.result()

    def begin(self, call: Callable[[], None]) -> None:
        self.begun.wait()
        call()

    def send(self, ask: Callable[[], Result]) -> Result:
        """Ask until there is an answer, a refusal being one."""
        while True:
            try:
                return ask()
            except SQLAlchemyError as fault:
                if not is_unanswered(fault):
                    raise
                with self.counting:
                    self.unanswered += isinstance(fault, DBAPIError)
                    self.terminated += was_terminated(fault)
            time.sleep(PAUSE)

    def has_failed(self) -> bool:
        """Whether a call ended with a fault."""
        return any(call.done() and call.exception() for call in self.calls)

    def is_done(self) -> bool:
        """Whether there is nobody to wait for."""
        return self.has_failed() or all(call.done() for call in self.calls)


class Killer:
    """Ends backends of a crowd in mid-posting, and counts the certain ones."""

    def __init__(self, server: Server, crowd: Crowd, source: Random) -> None:
        self.server, self.crowd, self.source = server, crowd, source
        self.visited: list[str] = []
        self.at_a_lock = self.after_commit = self.at_random = 0

    def end_backends(self, places: Sequence[str]) -> None:
        """At each place end those who come there first, and some of those who wait behind them.

        All gates are shut before the crowd begins, so nobody gets past a place unseen.
        """
        with ExitStack() as stack:
            gates = [stack.enter_context(self.server.gate(place)) for place in places]
            self.crowd.begun.set()
            deadline = time.monotonic() + PATIENCE
            while gates:
                assert not self.crowd.is_done(), f"nobody came to {[gate.place for gate in gates]}"
                assert time.monotonic() < deadline, f"nobody at {[gate.place for gate in gates]}"
                for gate in self.source.sample(gates, len(gates)):
                    if standing := gate.standing():
                        self.end_at(gate, standing)
                        gate.open()
                        gates.remove(gate)
                time.sleep(self.source.uniform(0, PAUSE))

    def end_at(self, gate: Gate, standing: list[int]) -> None:
        """They are dead before the gate opens, so their callers cannot have been answered."""
        some = self.source.sample(standing, min(len(standing), 5))
        ended = self.server.terminate(some)
        assert ended == len(some)
        if gate.place == ANSWER:
            self.after_commit += ended
        else:
            self.at_a_lock += ended
        behind = sorted(set(self.server.posting()) - set(standing))
        self.at_random += self.server.terminate(self.source.sample(behind, min(len(behind), 3)))
        self.visited.append(gate.place)

    def end_server(self, place: str) -> None:
        """Kill the server while somebody stands at a place, and start it again."""
        with self.server.gate(place) as gate:
            self.crowd.begun.set()
            standing = gate.wait(unless=self.crowd.is_done)
            assert standing, f"the crowd was done before it came to {place}"
            gate.forget()
            self.server.kill()
        self.server.start()

    def was_felt(self) -> None:
        """Each backend that was ended at a gate left a caller without an answer."""
        assert self.at_a_lock > 0
        assert self.crowd.terminated >= self.at_a_lock
        assert self.crowd.unanswered >= self.at_a_lock + self.after_commit
