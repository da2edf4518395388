"""The bank's durable log: what arrived, what was answered, and every payment really made."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sandbox.bank import faults
from sandbox.bank.faults import ArmedFault, Fault
from sandbox.bank.payment import (
    ANSWER_LOST_ACCOUNT,
    PaymentAnswer,
    PaymentRequest,
    Refused,
    refusal_of,
)

# `effects` has no unique key on purpose: were the bank to pay twice, the log would show it.
SCHEMA = """
create table if not exists requests (
    number integer primary key autoincrement, received_at text not null, method text not null,
    path text not null, key text, body text not null, fault text
) strict;
create table if not exists answers (
    key text primary key, request text not null, answer text not null
) strict;
create table if not exists effects (
    number integer primary key autoincrement, made_at text not null, key text not null,
    payment_id text not null, utr text not null, amount integer not null, currency text not null,
    debit_account text not null, beneficiary_name text not null,
    beneficiary_account text not null, beneficiary_ifsc text not null,
    reference text not null, narration text not null
) strict;
"""


class KeyReused(Exception):
    """The key already stands for another payment."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived, and the fault that struck it."""

    number: int
    received_at: str
    method: str
    path: str
    key: str | None
    body: str
    fault: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """One payment really made; `amount` in paise."""

    number: int
    made_at: str
    key: str
    payment_id: str
    utr: str
    amount: int
    currency: str
    debit_account: str
    beneficiary_name: str
    beneficiary_account: str
    beneficiary_ifsc: str
    reference: str
    narration: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the bank decided: `answer` is JSON, absent when a fault struck before paying."""

    answer: str | None
    is_replay: bool = False
    fault: Fault | None = None
    fault_seconds: float = 0


class Log:
    """SQLite in `folder`, one writer at a time, on disk before anybody is answered."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            folder / "bank.sqlite3", isolation_level=None, check_same_thread=False, timeout=30
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = full")
        self._connection.executescript(SCHEMA + faults.SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, alone."""
        with self._lock, self._connection:
            self._connection.execute("begin immediate")
            yield self._connection

    def receive(self, method: str, path: str, *, key: str | None, body: str) -> tuple[int, bool]:
        """Note a request as arrived; its number, and whether the bank is away for it."""
        with self.transaction() as connection:
            is_away = faults.claim_away(connection)
            number = connection.execute(
                "insert into requests (received_at, method, path, key, body, fault)"
                " values (?, ?, ?, ?, ?, ?)",
                (_now(), method, path, key, body, Fault.AWAY if is_away else None),
            ).lastrowid
        assert number is not None
        return number, is_away

    def pay(self, key: str, payment: PaymentRequest, *, request: int) -> Outcome:
        """Decide once per key: effect and answer together; the same key gets the first answer.

        Raises KeyReused when the key stands for another payment.
        """
        with self.transaction() as connection:
            first = connection.execute("select * from answers where key = ?", (key,)).fetchone()
            if first and first["request"] != payment.model_dump_json():
                raise KeyReused(key)
            armed = _fault_for(connection, payment, is_new=first is None)
            fault, seconds = (armed.fault, armed.seconds) if armed else (None, 0)
            connection.execute("update requests set fault = ? where number = ?", (fault, request))
            if fault in faults.BEFORE_PAYING:
                return Outcome(None, fault=fault)
            if first:
                return Outcome(first["answer"], True, fault, seconds)
            answer = _decide(connection, key, payment, _refusal(payment, armed))
            return Outcome(answer, False, fault, seconds)

    def answer(self, key: str) -> str | None:
        """The first answer under `key`, as JSON; None when no payment ever arrived under it."""
        with self.transaction() as connection:
            row = connection.execute("select answer from answers where key = ?", (key,)).fetchone()
        return row["answer"] if row else None

    def effects(self, *, key: str | None = None, reference: str | None = None) -> list[Effect]:
        """Payments really made, in order; all of them, or those of a key or a reference."""
        query = "select * from effects where key = ifnull(?1, key)"
        query += " and reference = ifnull(?2, reference) order by number"
        with self.transaction() as connection:
            return [Effect(**row) for row in connection.execute(query, (key, reference))]

    def requests(self, *, key: str | None = None) -> list[Received]:
        """Requests about payments, in the order they arrived."""
        query = "select * from requests where ?1 is null or key = ?1 order by number"
        with self.transaction() as connection:
            return [Received(**row) for row in connection.execute(query, (key,))]


def _fault_for(
    connection: sqlite3.Connection, payment: PaymentRequest, *, is_new: bool
) -> ArmedFault | None:
    fault = faults.claim(connection, payment, is_new=is_new)
    if fault is None and is_new and payment.beneficiary.account.endswith(ANSWER_LOST_ACCOUNT):
        return ArmedFault(fault=Fault.LOSE_ANSWER)
    return fault


def _refusal(payment: PaymentRequest, armed: ArmedFault | None) -> Refused | None:
    if armed and armed.fault is Fault.REFUSE:
        return Refused(armed.reason, f"The sandbox was told to refuse {payment.reference}.")
    return refusal_of(payment)


def _decide(
    connection: sqlite3.Connection, key: str, payment: PaymentRequest, refusal: Refused | None
) -> str:
    payment_id, now = f"pay_{uuid4().hex}", _now()
    utr = None if refusal else _make(connection, key, payment, payment_id=payment_id)
    answer = PaymentAnswer(
        payment_id=payment_id,
        status="refused" if refusal else "accepted",
        utr=utr,
        reason=refusal.reason if refusal else None,
        message=refusal.message if refusal else None,
        created_at=now,
    ).model_dump_json(exclude_none=refusal is None)
    connection.execute(
        "insert into answers values (?, ?, ?)", (key, payment.model_dump_json(), answer)
    )
    return answer


def _make(
    connection: sqlite3.Connection, key: str, payment: PaymentRequest, *, payment_id: str
) -> str:
    """Pay: one row in `effects`; its UTR has the sixteen characters of NEFT."""
    (last,) = connection.execute("select ifnull(max(number), 0) from effects").fetchone()
    utr = f"KBNKN{datetime.now(UTC):%y%j}{last + 1:06d}"
    connection.execute(
        "insert into effects (made_at, key, payment_id, utr, amount, currency, debit_account,"
        " beneficiary_name, beneficiary_account, beneficiary_ifsc, reference, narration)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _now(), key, payment_id, utr, payment.amount, payment.currency, payment.debit_account,
            payment.beneficiary.name, payment.beneficiary.account, payment.beneficiary.ifsc,
            payment.reference, payment.narration,
        ),
    )  # fmt: skip
    return utr


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
