"""Figures of a book: sums by account, currency and dimension, for any days and any knowledge.

One query answers for many spans of days at once. It reads running balances and day movements; raw
postings only of what must be taken out again: entries recorded later than what is asked, and the
few of a kind that a statement leaves out. The day from which each span starts or after which it
ends cuts the movements into buckets; a span is a sum of buckets.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

DAY = timedelta(days=1)
# An entry's id is made when its statement starts, its recorded time when its row is written after
# any wait for a period. No statement waits that long, so ids from a day before bound the scan.
LONGEST_WAIT = DAY


@dataclass(frozen=True, slots=True)
class Sums:
    """Debits and credits in minor units of `currency`, and the same in the base currency."""

    currency: str
    debit: int
    credit: int
    base_debit: int
    base_credit: int

    @property
    def amount(self) -> int:
        """Debits less credits."""
        return self.debit - self.credit

    @property
    def base_amount(self) -> int:
        """Debits less credits in the base currency."""
        return self.base_debit - self.base_credit


@dataclass(frozen=True, slots=True)
class Span:
    """Days by entry date, both counted in: from the first one and to the last unless stated."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a book.

    `dimensions` are names and values that a posting must carry, `by` the dimension whose values are
    kept apart. `known_at` leaves out what was recorded later, `leaves_out` entries of these kinds
    and their reversals, `only` is one account, `kinds` are the kinds of accounts asked for.
    """

    company: UUID
    spans: tuple[Span, ...]
    dimensions: tuple[tuple[str, str], ...] = ()
    by: str | None = None
    known_at: datetime | None = None
    leaves_out: tuple[str, ...] = ()
    only: int | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """An account in one currency under one value of the dimension asked by: a sum for each span."""

    account: int
    currency: str
    value: str | None
    sums: tuple[Sums, ...]


# Each part is summed by itself; a bucket of null is the running balance.
HELD = """
    SELECT m.account_id, m.currency, {value}, CAST(NULL AS integer) AS bucket, {sums}
    FROM balances AS m {joined}
    WHERE m.company_id = :company {narrowed} GROUP BY 1, 2, 3
"""
MOVED = """
    SELECT m.account_id, m.currency, {value}, {bucket}, {sums}
    FROM day_movements AS m {joined}
    WHERE m.company_id = :company AND m.entry_date BETWEEN :first AND :last {narrowed}
    GROUP BY 1, 2, 3, 4
"""
# Taken out of the running balance (no day) and out of its day.
TAKEN_OUT = """
    SELECT m.account_id, m.currency, {value},
           CASE WHEN day.entry_date IS NOT NULL THEN {bucket_of_day} END AS bucket,
           -sum(greatest(m.amount, 0))::bigint AS debit,
           sum(least(m.amount, 0))::bigint AS credit,
           -sum(greatest(m.base_amount, 0))::bigint AS base_debit,
           sum(least(m.base_amount, 0))::bigint AS base_credit
    FROM ({entries}) AS e
    JOIN postings AS m ON m.entry_id = e.id {joined}
    CROSS JOIN LATERAL (
        SELECT CAST(NULL AS date) WHERE :holds
        UNION ALL SELECT m.entry_date WHERE m.entry_date BETWEEN :first AND :last
    ) AS day (entry_date)
    WHERE true {narrowed}
    GROUP BY 1, 2, 3, 4
"""
LATER = """
    SELECT id FROM journal_entries
    WHERE company_id = :company AND id >= :first_id AND recorded_at > :known_at
"""
# The condition in words is that of a partial index.
OF_KINDS = """
    SELECT id FROM journal_entries
    WHERE company_id = :company AND kind = ANY(:leaves_out)
      AND kind IN ('opening', 'closing', 'revaluation')
      AND (CAST(:known_at AS timestamptz) IS NULL OR recorded_at <= :known_at)
    UNION ALL
    SELECT r.id FROM journal_entries AS o JOIN journal_entries AS r ON r.reverses = o.id
    WHERE o.company_id = :company AND o.kind = ANY(:leaves_out)
      AND o.kind IN ('opening', 'closing', 'revaluation')
      AND (CAST(:known_at AS timestamptz) IS NULL OR r.recorded_at <= :known_at)
"""
SUMS = ", ".join(
    f"sum(m.{part})::bigint AS {part}" for part in ("debit", "credit", "base_debit", "base_credit")
)
JOINED = "JOIN dimension_sets AS d ON d.id = m.dimension_set_id AND d.dimensions @> :dimensions"
OF_ACCOUNTS = """
    AND m.account_id IN (SELECT id FROM accounts WHERE company_id = :company AND kind = ANY(:kinds))
"""
# The ends of an index.
REACH = text(
    "SELECT min(entry_date), max(entry_date) FROM journal_entries WHERE company_id = :company"
)

Key = tuple[int, str, str | None]
Parts = tuple[int, int, int, int]
NOTHING: Parts = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a question is read. `holds`: from the running balances back; else from the first day on.

    `first` and `last` are the days whose movements are read, none when `moves` is not set.
    """

    cuts: tuple[date, ...]
    holds: bool
    first: date
    last: date

    @property
    def moves(self) -> bool:
        """Whether any movement is read."""
        return self.first <= self.last


def ask(connection: Connection, question: Question) -> tuple[Figure, ...]:
    """Every account with a figure in one of the spans; one statement, so one state of the book."""
    plan = planned(connection, question)
    found: defaultdict[Key, dict[int | None, Parts]] = defaultdict(dict)
    for account, currency, value, bucket, *parts in connection.execute(
        statement_of(question, plan), values_of(question, plan)
    ):
        buckets = found[account, currency, value]
        held = buckets.get(bucket)
        one, two, three, four = parts
        if held is not None:
            one, two, three, four = one + held[0], two + held[1], three + held[2], four + held[3]
        buckets[bucket] = (one, two, three, four)
    places = [place(span, plan.cuts) for span in question.spans]
    return tuple(
        Figure(*key, tuple(Sums(key[1], *spanned(buckets, plan, *ends)) for ends in places))
        for key, buckets in found.items()
    )


def planned(connection: Connection, question: Question) -> Plan:
    """Read whichever is nearer: back from the running balances, or on from the first day."""
    days = {span.since for span in question.spans}
    days |= {span.until and day_after(span.until) for span in question.spans}
    cuts = tuple(sorted(day for day in days if day is not None))
    ends = [span.until for span in question.spans if span.since is None]
    if not ends:
        is_open = any(span.until is None for span in question.spans)
        return Plan(cuts, False, cuts[0], date.max if is_open else cuts[-1] - DAY)
    back = Plan(cuts, True, cuts[0] if cuts else date.max, date.max if cuts else date.min)
    if question.only is not None or None in ends or any(s.until is None for s in question.spans):
        return back
    begin, end = connection.execute(REACH, {"company": question.company}).one()
    if begin is None or cuts[-1] - begin >= end - cuts[0]:
        return back
    return Plan(cuts, False, date.min, cuts[-1] - DAY)


def place(span: Span, cuts: Sequence[date]) -> tuple[int | None, int | None]:
    """The first bucket of a span, None for all before; the first after it, None for all after."""
    first = None if span.since is None else bisect_left(cuts, span.since) + 1
    after = None if span.until is None else bisect_left(cuts, day_after(span.until)) + 1
    return first, after


def day_after(day: date) -> date:
    """The next day; the calendar's last has none, and no entry either."""
    return min(day, date.max - DAY) + DAY


def spanned(
    buckets: Mapping[int | None, Parts], plan: Plan, first: int | None, after: int | None
) -> Parts:
    """The sum of a span: its buckets, or everything less the buckets after it."""
    end = len(plan.cuts) + 1
    if first is not None or not plan.holds:
        return added(buckets, range(first or 0, after or end), NOTHING, 1)
    return added(buckets, range(after or end, end), buckets.get(None, NOTHING), -1)


def added(
    buckets: Mapping[int | None, Parts], places: Iterable[int], start: Parts, sign: int
) -> Parts:
    """The start and the buckets at these places, each part by itself."""
    one, two, three, four = start
    for at in places:
        held = buckets.get(at)
        if held is not None:
            one, two = one + sign * held[0], two + sign * held[1]
            three, four = three + sign * held[2], four + sign * held[3]
    return one, two, three, four


def values_of(question: Question, plan: Plan) -> Mapping[str, object]:
    """The parameters."""
    return {
        "company": question.company,
        "cuts": list(plan.cuts),
        "holds": plan.holds,
        "first": plan.first,
        "last": plan.last,
        "only": question.only,
        "by": question.by,
        "dimensions": dict(question.dimensions),
        "known_at": question.known_at,
        "leaves_out": list(question.leaves_out),
        "kinds": list(question.kinds),
        "first_id": question.known_at and id_at(question.known_at - LONGEST_WAIT),
    }


def statement_of(question: Question, plan: Plan) -> TextClause:
    """The query for this shape of question."""
    # Rows of one bucket need not be told apart: those read are from the first cut on.
    is_one_bucket = plan.first > date.min and len(plan.cuts) <= 1 + (plan.last < date.max)
    return written(
        (plan.holds, plan.moves, is_one_bucket),
        is_one=question.only is not None,
        is_split=question.by is not None,
        is_filtered=bool(question.dimensions),
        is_dated=question.known_at is not None,
        leaves_out=bool(question.leaves_out),
        of_kinds=bool(question.kinds),
    )


@cache
def written(
    reads: tuple[bool, bool, bool],
    *,
    is_one: bool,
    is_split: bool,
    is_filtered: bool,
    is_dated: bool,
    leaves_out: bool,
    of_kinds: bool,
) -> TextClause:
    """The text of a query, made once for each shape."""
    holds, moves, is_one_bucket = reads
    bucket = "1" if is_one_bucket else "width_bucket({day}, CAST(:cuts AS date[]))"
    words = {
        "value": "d.dimensions->>CAST(:by AS text) AS value" if is_split else "NULL AS value",
        "joined": JOINED if is_split or is_filtered else "",
        "narrowed": ("AND m.account_id = :only " if is_one else "")
        + (OF_ACCOUNTS if of_kinds else ""),
        "bucket": f"{bucket.format(day='m.entry_date')} AS bucket",
        "bucket_of_day": bucket.format(day="day.entry_date"),
        "sums": SUMS,
    }
    parts = [HELD] if holds else []
    parts += [MOVED] if moves else []
    parts += [TAKEN_OUT.replace("{entries}", LATER)] if is_dated else []
    parts += [TAKEN_OUT.replace("{entries}", OF_KINDS)] if leaves_out else []
    query = text(" UNION ALL ".join(part.format(**words) for part in parts))
    return query.bindparams(bindparam("dimensions", type_=JSONB)) if words["joined"] else query


def id_at(moment: datetime) -> UUID:
    """The smallest UUIDv7 of a moment (RFC 9562, section 5.7)."""
    milliseconds = max(int(moment.timestamp() * 1000), 0)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62)


def base_amounts(figures: Iterable[Figure], span: int = 0) -> dict[int, int]:
    """Debits less credits in the base currency by account, over currencies and dimensions."""
    found: defaultdict[int, Any] = defaultdict(int)
    for figure in figures:
        found[figure.account] += figure.sums[span].base_amount
    return dict(found)
