"""Whether what was known at a recorded time is final, or a late commit may still add to it."""

from datetime import datetime

from sqlalchemy import Connection, text

# A read sees an entry only once its transaction has committed, which may be after the entry's
# recorded time. Such a transaction drew its id before that time, which is before this one began.
# None is left when the snapshot has none in progress (xmin is xmax) and no id was drawn from
# xmax on: age() counts from the id that comes next. When a transaction began is not the
# application's to read, so one that began after the recorded time counts as well.
IS_FINAL = text("""
    SELECT :known_at < now() AND pg_snapshot_xmin(seen) = pg_snapshot_xmax(seen)
        AND age(xid(pg_snapshot_xmax(seen))) = 0
    FROM pg_current_snapshot() AS seen
""")


def is_final(connection: Connection, known_at: datetime) -> bool:
    """Whether asking again as known at this time must give the same figures.

    True only when no transaction that writes was under way: True is always right, False may be
    cautious. Ask before reading the figures, or in one REPEATABLE READ transaction with them.
    """
    return bool(connection.execute(IS_FINAL, {"known_at": known_at}).scalar_one())
