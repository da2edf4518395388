"""Finding entries by what people know of them: the voucher number, the process."""

from uuid import UUID

from sqlalchemy import Connection, text

from domain.ledger import entries
from domain.ledger.entries import BookedEntry
from domain.refusal import Refusal

BY_NUMBER = text("""
    SELECT entry_id FROM voucher_numbers
    WHERE tenant_id = (SELECT current_tenant()) AND number = :number
    ORDER BY entry_id LIMIT 1
""")
MOST = 200


def with_number(connection: Connection, number: str) -> BookedEntry:
    """The entry that drew a voucher number. Refuses one that is not there: `entry_must_exist`."""
    id = connection.execute(BY_NUMBER, {"number": number}).scalar_one_or_none()
    if id is None:
        raise Refusal("entry_must_exist", f"There is no entry with the number {number!r}.")
    return entries.entry(connection, id)


def of_process(connection: Connection, company: UUID, process: UUID) -> list[BookedEntry]:
    """The entries of a process, in the order they were posted; the last two hundred of them."""
    found = entries.entries(connection, company, process=process, limit=MOST)
    return list(reversed(found))
