"""The hand-written ledger of handwritten.sql, driven by plain psycopg. It is no part of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.ledger.facts import NARRATION, Fact
from benchmarks.ledger.ground import Ground, Standing, plain_url

SCHEMA = Path(__file__).with_suffix(".sql")
NAME_TENANT = "SELECT set_config('handwritten.tenant', '1', true)"
POST = "SELECT handwritten.post(%s, %s, %s, %s, %s, %s)"
STANDING = """
    SELECT (SELECT count(*) FROM handwritten.entry), sum(debit), sum(credit)
    FROM handwritten.balance
"""


def lay_out(ground: Ground) -> None:
    """Make its tables and function."""
    with psycopg.connect(plain_url(ground.owner)) as connection:
        connection.execute(SCHEMA.read_text())


@dataclass(frozen=True, slots=True)
class Handwritten:
    """Posts by one call of one function over arrays."""

    connection: psycopg.Connection[Any]

    def post(self, facts: Sequence[Fact]) -> None:
        """One transaction: name the tenant, post."""
        legs = [(place, *leg) for place, fact in enumerate(facts, 1) for leg in fact.legs]
        places, accounts, amounts = (list(column) for column in zip(*legs, strict=True))
        keys, days = [fact.key for fact in facts], [fact.day for fact in facts]
        narrations = [NARRATION] * len(facts)
        with self.connection.transaction():
            self.connection.execute(NAME_TENANT)
            self.connection.execute(POST, [keys, days, narrations, places, accounts, amounts])

    def standing(self) -> Standing:
        """Where its book stands."""
        with self.connection.transaction():
            self.connection.execute(NAME_TENANT)
            row = self.connection.execute(STANDING).fetchone()
        assert row
        return Standing(*map(int, row))
