"""Figures of a book: sums by account, currency and dimension, for any days and any knowledge.

One query answers for many spans of days at once. It reads running balances and day movements; raw
postings only of what must be taken out again: entries recorded later than what is asked, and the
few of a kind that a statement leaves out. The day from which each span starts or after which it
ends cuts the movements into buckets; a span is a sum of buckets. The balances less all others are
the longest one, which then is not read: a year in a book of one year costs no more than now.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, TextClause, text

from domain.database import with_json

DAY = timedelta(days=1)
# An entry's id is made when its statement starts, its recorded time when its row is written after
# any wait for a period. No statement waits that long, so ids from a day before bound the scan.
LONGEST_WAIT = DAY


class Sums(NamedTuple):
    """Debits and credits in minor units of `currency`, and the same in the base currency.

    A tuple, as a row of the database is: reports read thousands at a time.
    """

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


class Figure(NamedTuple):
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
    WHERE m.company_id = :company AND {days} {narrowed}
    GROUP BY 1, 2, 3, 4
"""
# Taken out of the running balance (no day) and out of its day.
TAKEN_OUT = """
    SELECT m.account_id, m.currency, {value},
           CASE WHEN day.entry_date IS NOT NULL THEN {bucket_of_day} END AS bucket,
           -total(greatest(m.amount, 0)) AS debit,
           total(least(m.amount, 0)) AS credit,
           -total(greatest(m.base_amount, 0)) AS base_debit,
           total(least(m.base_amount, 0)) AS base_credit
    FROM ({entries}) AS e
    JOIN postings AS m ON m.entry_id = e.id {joined}
    CROSS JOIN LATERAL (
        SELECT CAST(NULL AS date) WHERE :holds
        UNION ALL SELECT m.entry_date WHERE {read}
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
    f"total(m.{part}) AS {part}" for part in ("debit", "credit", "base_debit", "base_credit")
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
    """How a question is read: buckets of days between the cuts, the first before all of them.

    `reads` are the first and the last of buckets that are read one after another. With `left_out`
    all others are read and the running balances, and this one is what they leave.
    """

    cuts: tuple[date, ...]
    reads: tuple[tuple[int, int], ...]
    left_out: int | None = None

    @property
    def holds(self) -> bool:
        """Whether the running balances are read."""
        return self.left_out is not None

    @classmethod
    def back(cls, cuts: tuple[date, ...], left_out: int) -> "Plan":
        """From the running balances back to a bucket."""
        around = ((0, left_out - 1), (left_out + 1, len(cuts)))
        return cls(cuts, tuple(ends for ends in around if ends[0] <= ends[1]), left_out)

    def days(self, ends: tuple[int, int], day: str) -> str:
        """The condition that a day lies in buckets."""
        first, last = ends
        since = [f"{day} >= :cut_{first - 1}"] if first > 0 else []
        until = [f"{day} < :cut_{last}"] if last < len(self.cuts) else []
        return " AND ".join(since + until)


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
    if plan.left_out is not None:
        for buckets in found.values():
            read = [parts for bucket, parts in buckets.items() if bucket is not None]
            buckets[plan.left_out] = less(buckets.get(None, NOTHING), read)
    return tuple(
        Figure(*key, tuple(Sums(key[1], *added(buckets, ends)) for ends in places))
        for key, buckets in found.items()
    )


def planned(connection: Connection, question: Question) -> Plan:
    """Read whichever is less: the buckets of the spans, or all but the longest from the balances.

    Which days the book has only decides that: what is read is read in one statement.
    """
    days = {span.since for span in question.spans}
    days |= {span.until and day_after(span.until) for span in question.spans}
    cuts = tuple(sorted(day for day in days if day is not None))
    places = [place(span, cuts) for span in question.spans]
    needed = (min(first for first, _ in places), max(after for _, after in places) - 1)
    if question.only is not None:
        return Plan.back(cuts, 0) if needed[0] == 0 else Plan(cuts, (needed,))
    begin, end = connection.execute(REACH, {"company": question.company}).one()
    if begin is None:
        return Plan.back(cuts, 0)
    edges = [min(max(cut, begin), day_after(end)) for cut in cuts]
    lengths = [
        (until - since).days
        for since, until in zip([begin, *edges], [*edges, day_after(end)], strict=True)
    ]
    longest = max(range(len(lengths)), key=lambda bucket: lengths[bucket])
    if sum(lengths) - lengths[longest] <= sum(lengths[needed[0] : needed[1] + 1]):
        return Plan.back(cuts, longest)
    return Plan(cuts, (needed,))


def place(span: Span, cuts: Sequence[date]) -> tuple[int, int]:
    """The first bucket of a span and the first after it."""
    first = 0 if span.since is None else bisect_left(cuts, span.since) + 1
    if span.until is None:
        return first, len(cuts) + 1
    return first, bisect_left(cuts, day_after(span.until)) + 1


def day_after(day: date) -> date:
    """The next day; the calendar's last has none, and no entry either."""
    return min(day, date.max - DAY) + DAY


def added(buckets: Mapping[int | None, Parts], ends: tuple[int, int]) -> Parts:
    """The sum of buckets from the first on, the last left out; each part by itself."""
    one, two, three, four = NOTHING
    for at in range(*ends):
        held = buckets.get(at)
        if held is not None:
            one, two, three, four = (
                one + held[0], two + held[1], three + held[2], four + held[3],
            )  # fmt: skip
    return one, two, three, four


def less(whole: Parts, parts: Iterable[Parts]) -> Parts:
    """What parts leave of a whole."""
    one, two, three, four = whole
    for held in parts:
        one, two, three, four = one - held[0], two - held[1], three - held[2], four - held[3]
    return one, two, three, four


def values_of(question: Question, plan: Plan) -> Mapping[str, object]:
    """The parameters."""
    return {
        "company": question.company,
        "cuts": list(plan.cuts),
        "holds": plan.holds,
        **{f"cut_{place}": cut for place, cut in enumerate(plan.cuts)},
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
    return written(
        replace(plan, cuts=(date.min,) * len(plan.cuts)),
        is_one=question.only is not None,
        is_split=question.by is not None,
        is_filtered=bool(question.dimensions),
        is_dated=question.known_at is not None,
        leaves_out=bool(question.leaves_out),
        of_kinds=bool(question.kinds),
    )


@cache
def written(
    plan: Plan,
    *,
    is_one: bool,
    is_split: bool,
    is_filtered: bool,
    is_dated: bool,
    leaves_out: bool,
    of_kinds: bool,
) -> TextClause:
    """The text of a query, made once for each shape; the plan's cuts are counted, not read."""
    bucket_of = "width_bucket({day}, CAST(:cuts AS date[]))"
    read = [f"({plan.days(ends, 'm.entry_date')})" for ends in plan.reads]
    words = {
        "value": "d.dimensions->>CAST(:by AS text) AS value" if is_split else "NULL AS value",
        "joined": JOINED if is_split or is_filtered else "",
        "narrowed": ("AND m.account_id = :only " if is_one else "")
        + (OF_ACCOUNTS if of_kinds else ""),
        "bucket_of_day": bucket_of.format(day="day.entry_date") if read else "0",
        "read": " OR ".join(read) or "false",
        "sums": SUMS,
    }
    parts = [HELD.format(**words)] if plan.holds else []
    for ends in plan.reads:
        # Rows of one bucket need not be told apart.
        bucket = str(ends[0]) if ends[0] == ends[1] else bucket_of.format(day="m.entry_date")
        days = plan.days(ends, "m.entry_date")
        parts.append(MOVED.format(**words, bucket=f"{bucket} AS bucket", days=days))
    parts += [TAKEN_OUT.format(**words, entries=LATER)] if is_dated else []
    parts += [TAKEN_OUT.format(**words, entries=OF_KINDS)] if leaves_out else []
    return with_json(" UNION ALL ".join(parts), *(("dimensions",) if words["joined"] else ()))


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
