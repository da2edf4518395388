"""Many callers of the ledger at once, and the one who ends the backends that they talk to."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from threading import Lock
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from tests.chaos.ledger_server import ANSWER, Server, is_unanswered, was_terminated

Result = TypeVar("Result")
PAUSE = 0.02


class Crowd:
    """Callers who each send until there is an answer."""

    def __init__(self) -> None:
        self.counting = Lock()
        self.unanswered = self.terminated = 0
        self.calls: list[Future[None]] = []

    @contextmanager
    def at_work(self, calls: Iterable[Callable[[], None]]) -> Iterator[None]:
        """A thread for each call. The block is left when all are done; raises what one raised."""
        waiting = list(calls)
        with ThreadPoolExecutor(len(waiting)) as threads:
            self.calls = [threads.submit(call) for call in waiting]
            yield
        for call in self.calls:
            call.result()

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

    def is_done(self) -> bool:
        """Whether nobody has anything to ask any more."""
        return all(call.done() for call in self.calls)


class Killer:
    """Ends backends of a crowd in mid-posting, and counts the certain ones."""

    def __init__(self, server: Server, crowd: Crowd, source: Random) -> None:
        self.server, self.crowd, self.source = server, crowd, source
        self.rounds = self.at_a_lock = self.after_commit = self.at_random = 0

    def end_backends(self, place: str, how_many: int = 1) -> None:
        """End those who stand at a place, and some of those who wait behind them."""
        with self.server.gate(place) as gate:
            standing = gate.wait(how_many, unless=self.crowd.is_done)
            assert standing, f"the crowd was done before anybody came to {place}"
            ended = self.server.terminate(standing)
            assert ended == len(standing)
            self.at_a_lock += 0 if place == ANSWER else ended
            self.after_commit += ended if place == ANSWER else 0
            behind = sorted(set(self.server.posting()) - set(standing))
            some = self.source.sample(behind, min(len(behind), 3))
            self.at_random += self.server.terminate(some)
        self.rounds += 1
        time.sleep(self.source.uniform(0, 0.1))

    def end_server(self, place: str, how_many: int = 1) -> None:
        """Kill the server while so many stand at a place, and start it again."""
        with self.server.gate(place) as gate:
            standing = gate.wait(how_many, unless=self.crowd.is_done)
            assert len(standing) >= how_many, f"the crowd was done before it came to {place}"
            gate.forget()
            self.server.kill()
        self.server.start()
        self.rounds += 1

    def was_felt(self) -> None:
        """Whoever stood at a gate and was ended left a caller without an answer."""
        assert self.crowd.terminated >= self.at_a_lock > 0
        assert self.crowd.unanswered >= self.at_a_lock + self.after_commit
