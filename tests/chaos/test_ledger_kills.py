"""The server is killed under the ledger in mid-batch, and each key is answered exactly once.

A caller keeps its keys; after each restart it sends what was not answered again. The kills are
certain: each finds a batch that has begun and not ended, or is committed and nobody knows.

    KONTOR_SEEDS=200 make campaign
"""

import os
from collections.abc import Iterator
from random import Random

import pytest

from tests.chaos.ledger_driver import Driver
from tests.chaos.ledger_server import ANSWER, COMMIT, PLACES, WRITES, Server, ledger_server

SEEDS = range(int(os.environ.get("KONTOR_SEEDS", "50")))
FEW = 30
ANYWHERE = "anywhere"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with ledger_server() as server:
        yield server


def kill_at(server: Server, place: str, drivers: list[Driver]) -> None:
    """Kill while somebody stands at a place; what he asked is in the book as a whole, or not."""
    with server.gate(place) as gate:
        # At the answer all stand in the end: then nobody moves while their models are looked at.
        how_many = len(drivers) if place == ANSWER else 1
        while True:
            gate.wait(how_many, unless=lambda: any(driver.fault for driver in drivers))
            for driver in drivers:
                driver.raise_fault()
            # Those who are sent on left nothing: their acts are ones that write no key.
            if place != ANSWER or any(driver.leaves() for driver in drivers):
                break
            gate.let_pass()
        for driver in drivers:
            driver.hold_back()
        gate.forget()
        server.kill()
    for driver in drivers:
        driver.wait_parked()
    server.start()
    landed = [driver.landed() for driver in drivers]
    in_flight = [driver for driver in drivers if driver.attempts and driver.asking]
    assert in_flight, "nobody was in flight"
    if place == ANSWER:
        assert any(landed), "nothing was committed and unanswered"
    elif len(drivers) == 1:
        assert landed == [set()], "it was committed before the gate"
    for driver in drivers:
        driver.go_on()


def kill_anywhere(server: Server, drivers: list[Driver]) -> None:
    """Kill between any two instructions; what is asked is in the book as a whole, or not."""
    for driver in drivers:
        driver.hold_back()
    server.kill()
    for driver in drivers:
        driver.wait_parked()
    server.start()
    for driver in drivers:
        driver.landed()
        driver.go_on()


def run(server: Server, seed: int, *, places: list[str], books: int = 1) -> list[Driver]:
    """Kill at these places under so many books, and compare each with its model."""
    source, kills = Random(seed), server.kills
    drivers = [Driver(server.database, source.randrange(2**32)) for _ in range(books)]
    for driver in drivers:
        driver.start()
    for place in places:
        enough = {driver: len(driver.acts) + source.randint(1, FEW) for driver in drivers}
        while any(driver.is_alive() and len(driver.acts) < enough[driver] for driver in drivers):
            drivers[0].join(0.01)
        if place == ANYWHERE:
            kill_anywhere(server, drivers)
        else:
            kill_at(server, place, drivers)
    for driver in drivers:
        driver.finish()
    assert server.kills == kills + len(places)
    assert sum(driver.resent for driver in drivers) >= sum(place != ANYWHERE for place in places)
    for driver in drivers:
        driver.agrees()
        assert driver.replay() > 0
    return drivers


def test_every_key_is_answered_once_though_the_server_is_killed_in_mid_batch(server):
    run(server, 1, places=["postings", COMMIT, ANSWER])


@pytest.mark.campaign
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_key_is_answered_once_wherever_the_server_is_killed(server, seed):
    source = Random(f"places {seed}")
    places = [*source.sample(WRITES, 3), COMMIT, ANSWER, source.choice(PLACES), ANYWHERE]
    source.shuffle(places)
    run(server, seed, places=places, books=source.choice([1, 1, 3]))
