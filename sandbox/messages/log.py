"""The gateway's durable log: what arrived, and every message really delivered."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sandbox.messages.faults import BEFORE, Fault, FaultOrder

# `messages` has no unique key on purpose: were one delivered twice, the log would show it.
SCHEMA = """
create table if not exists requests (
    number integer primary key autoincrement, received_at text not null, key text, fault text
) strict;
create table if not exists answers (key text primary key, request text not null, answer text)
    strict;
create table if not exists messages (
    number integer primary key autoincrement, delivered_at text not null, key text not null,
    message_id text not null, message text not null
) strict;
create table if not exists faults (
    number integer primary key autoincrement, fault text not null, times integer not null,
    used integer not null default 0, seconds real not null, recipient text
) strict;
"""


class KeyReused(Exception):
    """The key stands for another message."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a request: the answer, and the fault that misdelivers it."""

    answer: str
    fault: Fault | None = None
    seconds: float = 0


class Log:
    """One SQLite file; one connection, one request at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(
            folder / "messages.sqlite", isolation_level=None, check_same_thread=False
        )
        self.connection.row_factory = sqlite3.Row
        self.connection.executescript("pragma journal_mode = wal;" + SCHEMA)
        self.lock = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing; others wait."""
        with self.lock:
            self.connection.execute("begin immediate")
            try:
                yield self.connection
            except BaseException:
                self.connection.execute("rollback")
                raise
            self.connection.execute("commit")

    def send(self, key: str, message: dict[str, Any]) -> Outcome:
        """Deliver once per key. Raises KeyReused for another message under it."""
        request = json.dumps(message, sort_keys=True)
        with self.transaction() as connection:
            armed = claim(connection, message["to"])
            fault = Fault(armed["fault"]) if armed else None
            connection.execute(
                "insert into requests (received_at, key, fault) values (?, ?, ?)",
                (now(), key, fault),
            )
            seconds = armed["seconds"] if armed else 0
            if fault in BEFORE:
                return Outcome("", fault, seconds)
            stood = connection.execute("select * from answers where key = ?", (key,)).fetchone()
            if stood:
                if stood["request"] != request:
                    raise KeyReused
                return Outcome(stood["answer"], fault, seconds)
            message_id = f"msg_{uuid4().hex}"
            answer = json.dumps({"message_id": message_id, "status": "accepted"})
            connection.execute("insert into answers values (?, ?, ?)", (key, request, answer))
            connection.execute(
                "insert into messages (delivered_at, key, message_id, message) values (?, ?, ?, ?)",
                (now(), key, message_id, request),
            )
            return Outcome(answer, fault, seconds)

    def messages(self, to: str | None) -> list[dict[str, Any]]:
        """Messages really delivered, oldest first."""
        with self.transaction() as connection:
            rows = connection.execute("select * from messages order by number").fetchall()
        found = [
            {"key": row["key"], "message_id": row["message_id"], **json.loads(row["message"])}
            for row in rows
        ]
        return [each for each in found if to in (None, each["to"])]

    def requests(self, key: str | None) -> list[dict[str, Any]]:
        """Requests as they arrived."""
        with self.transaction() as connection:
            rows = connection.execute("select * from requests order by number").fetchall()
        return [dict(row) for row in rows if key in (None, row["key"])]

    def arm(self, order: FaultOrder) -> None:
        """Let the next requests go wrong."""
        with self.transaction() as connection:
            connection.execute(
                "insert into faults (fault, times, seconds, recipient) values (?, ?, ?, ?)",
                (order.fault, order.times, order.seconds, order.to),
            )

    def disarm(self) -> None:
        """Behave again."""
        with self.transaction() as connection:
            connection.execute("delete from faults")


def claim(connection: sqlite3.Connection, to: str) -> sqlite3.Row | None:
    """Use the oldest live fault that strikes this recipient."""
    row: sqlite3.Row | None = connection.execute(
        "select * from faults where (times = 0 or used < times)"
        " and (recipient is null or recipient = ?) order by number limit 1",
        (to,),
    ).fetchone()
    if row:
        connection.execute("update faults set used = used + 1 where number = ?", (row["number"],))
    return row


def now() -> str:
    """The moment, for the log."""
    return datetime.now(UTC).isoformat()
