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
    and their reversals, `only` is one account.
    """

    company: UUID
    spans: tuple[Span, ...]
    dimensions: tuple[tuple[str, str], ...] = ()
    by: str | None = None
    known_at: datetime | None = None
    leaves_out: tuple[str, ...] = ()
    only: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """An account in one currency under one value of the dimension asked by: a sum for each span."""

    account: int
    currency: str
    value: str | None
    sums: tuple[Sums, ...]


KEPT = """
    SELECT account_id, currency, dimension_set_id, CAST(NULL AS date) AS entry_date,
           debit, credit, base_debit, base_credit
    FROM balances WHERE company_id = :company AND :holds {only}
    UNION ALL
    SELECT account_id, currency, dimension_set_id, entry_date,
           debit, credit, base_debit, base_credit
    FROM day_movements
    WHERE company_id = :company AND entry_date BETWEEN :first AND :last {only}
"""
# Taken out of the balances (no day) and out of its day.
TAKEN_OUT = """
    UNION ALL
    SELECT p.account_id, p.currency, p.dimension_set_id, day.entry_date,
           -greatest(p.amount, 0), least(p.amount, 0),
           -greatest(p.base_amount, 0), least(p.base_amount, 0)
    FROM ({entries}) AS e
    JOIN postings AS p ON p.entry_id = e.id
    CROSS JOIN LATERAL (
        SELECT CAST(NULL AS date) WHERE :holds
        UNION ALL SELECT p.entry_date WHERE p.entry_date BETWEEN :first AND :last
    ) AS day (entry_date)
    WHERE true {only}
"""
LATER = """
    SELECT id FROM journal_entries
    WHERE company_id = :company AND id >= :first_id AND recorded_at > :known_at
"""
OF_KINDS = """
    SELECT id FROM journal_entries
    WHERE company_id = :company AND kind = ANY(:kinds) AND {special}
      AND (CAST(:known_at AS timestamptz) IS NULL OR recorded_at <= :known_at)
    UNION ALL
    SELECT r.id FROM journal_entries AS o JOIN journal_entries AS r ON r.reverses = o.id
    WHERE o.company_id = :company AND o.kind = ANY(:kinds) AND o.{special}
      AND (CAST(:known_at AS timestamptz) IS NULL OR r.recorded_at <= :known_at)
"""
SPECIAL = "kind IN ('opening', 'closing', 'revaluation')"
TOTALLED = """
    SELECT kept.account_id, kept.currency, {by} AS value,
           width_bucket(kept.entry_date, CAST(:cuts AS date[])) AS bucket,
           sum(kept.debit)::bigint AS debit, sum(kept.credit)::bigint AS credit,
           sum(kept.base_debit)::bigint AS base_debit, sum(kept.base_credit)::bigint AS base_credit
    FROM ({source}) AS kept {joined}
    GROUP BY 1, 2, 3, 4
"""
JOINED = "JOIN dimension_sets AS d ON d.id = kept.dimension_set_id AND d.dimensions @> :dimensions"

Key = tuple[int, str, str | None]
Parts = tuple[int, int, int, int]
NOTHING: Parts = (0, 0, 0, 0)


def ask(connection: Connection, question: Question) -> tuple[Figure, ...]:
    """Every account with a figure in one of the spans; one statement, so one state of the book."""
    cuts = cut(question.spans)
    found: defaultdict[Key, dict[int | None, Parts]] = defaultdict(dict)
    for row in connection.execute(statement_of(question), values_of(question, cuts)):
        parts = (row.debit, row.credit, row.base_debit, row.base_credit)
        found[row.account_id, row.currency, row.value][row.bucket] = parts
    places = [place(span, cuts) for span in question.spans]
    return tuple(
        Figure(*key, tuple(Sums(key[1], *spanned(buckets, len(cuts), *ends)) for ends in places))
        for key, buckets in found.items()
    )


def cut(spans: Iterable[Span]) -> tuple[date, ...]:
    """The days on which a bucket starts."""
    days = {span.since for span in spans} | {span.until and span.until + DAY for span in spans}
    return tuple(sorted(day for day in days if day is not None))


def place(span: Span, cuts: Sequence[date]) -> tuple[int | None, int | None]:
    """The first bucket of a span, None for all before; the first after it, None for all after."""
    first = None if span.since is None else bisect_left(cuts, span.since) + 1
    after = None if span.until is None else bisect_left(cuts, span.until + DAY) + 1
    return first, after


def spanned(
    buckets: Mapping[int | None, Parts], count: int, first: int | None, after: int | None
) -> Parts:
    """The sum of a span: its buckets, or everything less the buckets after it."""
    if first is not None:
        return added(buckets, range(first, after or count + 1), NOTHING, 1)
    everything = buckets.get(None, NOTHING)
    return added(buckets, range(after or count + 1, count + 1), everything, -1)


def added(
    buckets: Mapping[int | None, Parts], places: Iterable[int], start: Parts, sign: int
) -> Parts:
    """The start and the buckets at these places, each part by itself."""
    held = [buckets[at] for at in places if at in buckets]
    one, two, three, four = (
        begun + sign * sum(column)
        for begun, column in zip(start, zip(*held, strict=True) if held else [()] * 4, strict=True)
    )
    return one, two, three, four


def values_of(question: Question, cuts: Sequence[date]) -> Mapping[str, object]:
    """The parameters. Movements are read from the first cut to the last day that counts."""
    holds = any(span.since is None for span in question.spans)
    open_ended = holds or any(span.until is None for span in question.spans)
    first = cuts[0] if cuts else date.max
    last = date.max if open_ended else cuts[-1] - DAY
    values: dict[str, object] = {
        "company": question.company,
        "cuts": list(cuts),
        "holds": holds,
        "first": first,
        "last": last,
        "only": question.only,
        "by": question.by,
        "dimensions": dict(question.dimensions),
        "known_at": question.known_at,
        "kinds": list(question.leaves_out),
        "first_id": question.known_at and id_at(question.known_at - LONGEST_WAIT),
    }
    return values


def statement_of(question: Question) -> TextClause:
    """The query for this shape of question."""
    return written(
        question.only is not None,
        question.by is not None,
        is_filtered=bool(question.dimensions),
        is_dated=question.known_at is not None,
        leaves_out=bool(question.leaves_out),
    )


@cache
def written(
    is_one: bool, is_split: bool, *, is_filtered: bool, is_dated: bool, leaves_out: bool
) -> TextClause:
    """The text of a query, made once for each shape."""
    only = "AND account_id = :only" if is_one else ""
    source = KEPT.format(only=only)
    if is_dated:
        source += TAKEN_OUT.format(entries=LATER, only=only)
    if leaves_out:
        source += TAKEN_OUT.format(entries=OF_KINDS.format(special=SPECIAL), only=only)
    joined = JOINED if is_split or is_filtered else ""
    by = "d.dimensions->>CAST(:by AS text)" if is_split else "CAST(NULL AS text)"
    query = text(TOTALLED.format(by=by, source=source, joined=joined))
    return query.bindparams(bindparam("dimensions", type_=JSONB)) if joined else query


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
