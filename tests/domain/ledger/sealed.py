"""A sealed book as tests speak to it: seal, verify, and the superuser who tampers with it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from uuid import UUID

from sqlalchemy import Connection, text

from config.keys import new_signing_key
from domain.database import transaction
from domain.ledger.sealing import seals, verification
from domain.ledger.sealing.seals import Signer
from domain.ledger.sealing.verification import Verdict
from domain.ledger.sealing.verify_seal import Head
from tests.book import Book
from tests.installation import eventually

SETTLED = text("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= CAST(:begun AS xid8)")


class Sealed:
    """The seals of a book. Each call is a transaction of its own."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @cached_property
    def signer(self) -> Signer:
        """The installation's key."""
        return Signer(new_signing_key())

    def settle(self) -> None:
        """Wait until what was posted may be sealed: until older transactions of other tests end."""
        with self.book.transaction() as connection:
            begun = connection.scalar(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"))

        def is_settled() -> bool:
            with self.book.transaction() as connection:
                return bool(connection.scalar(SETTLED, {"begun": begun}))

        eventually(is_settled)

    def seal(self, most: int = 10_000, *, settled: bool = True) -> Head | None:
        """Seal what waits for it, as the sealer does."""
        if settled:
            self.settle()
        with self.book.transaction() as connection:
            return seals.seal(connection, self.signer, most=most)

    def sales(self, count: int, *, first: int = 1) -> list[UUID]:
        """Entries `Sale 1`, `Sale 2` ..., each in a transaction of its own."""
        return [
            self.book.post(self.book.sale(number * 100, narration=f"Sale {number}")).entry
            for number in range(first, first + count)
        ]

    def heads(self) -> list[Head]:
        """The chain."""
        with self.book.transaction() as connection:
            return seals.heads(connection)

    def verify(self, *, kept: Sequence[Head] = (), keys: Sequence[str] = ()) -> Verdict:
        """The chain against the tables, by the login of the API."""
        with transaction(self.book.database.reader, self.book.tenant.id) as connection:
            return verification.verify(connection, kept=kept, keys=keys)

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """The superuser's hand in the tenant's tables: no trigger and no foreign key speaks."""
        with transaction(self.book.database.admin, self.book.tenant.id) as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql("SET LOCAL ROLE kontor_owner")
            yield connection

    def damage(self, statements: str) -> None:
        """Tamper with statements, parted by semicolons."""
        with self.tampering() as connection:
            for statement in filter(str.strip, statements.split(";")):
                connection.exec_driver_sql(statement)
