"""Whether what was known at a recorded time is final, or a late commit may still add to it."""

from datetime import datetime

from sqlalchemy import Connection, text

# A read sees an entry only once its transaction has committed, which may be after the entry's
# recorded time. While any transaction that writes is under way, one may hold such an entry: when a
# transaction began is not the application's to read, so all of them count.
IS_FINAL = text("""
    SELECT :known_at < now() AND pg_snapshot_xmin(now_seen) = pg_snapshot_xmax(now_seen)
    FROM pg_current_snapshot() AS now_seen
""")


def is_final(connection: Connection, known_at: datetime) -> bool:
    """Whether asking again as known at this time must give the same figures.

    True only when no transaction that writes was under way; True is always right, False may be
    cautious. Read the figures in the same REPEATABLE READ transaction, or ask this first.
    """
    return bool(connection.execute(IS_FINAL, {"known_at": known_at}).scalar_one())
