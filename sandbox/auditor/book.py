"""O2: the book adds up."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from sandbox.auditor.seen import Seen


def book_balances(seen: Seen) -> Iterator[str]:
    """Debits equal credits; balances and day movements are the sums of postings; no gaps."""
    for column in ("amount", "base_amount"):
        sums: Counter[tuple[Any, ...]] = Counter()
        for p in seen.rows["postings"]:
            sums["entry", p["entry_id"], p["currency"] if column == "amount" else ""] += p[column]
        for where, value in sums.items():
            if value:
                yield f"O2 {where} is out of balance by {value} ({column})"
    keys = ("account_id", "currency", "dimension_set_id")
    yield from same_sums(seen, "balances", keys)
    yield from same_sums(seen, "day_movements", (*keys, "entry_date"))
    yield from numbers_follow(seen)


def same_sums(seen: Seen, table: str, keys: tuple[str, ...]) -> Iterator[str]:
    """A stored sum equals the sum of raw postings, debits and credits apart."""
    raw: Counter[tuple[Any, ...]] = Counter()
    kept: Counter[tuple[Any, ...]] = Counter()
    for posting in seen.rows["postings"]:
        side = "debit" if posting["amount"] > 0 else "credit"
        raw[(*(posting[k] for k in keys), side)] += abs(posting["amount"])
    for row in seen.rows[table]:
        for side in ("debit", "credit"):
            kept[(*(row[k] for k in keys), side)] += row[side]
    for where in raw.keys() | kept.keys():
        if raw[where] != kept[where]:
            yield f"O2 {table} says {kept[where]} at {where}, its postings {raw[where]}"


def numbers_follow(seen: Seen) -> Iterator[str]:
    """Voucher numbers run from one to the last that was drawn, without a gap."""
    drawn: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number in seen.rows["numbers"]:
        drawn[number["company_id"], number["series"], number["fiscal_year"]].append(
            number["sequence"]
        )
    for series in seen.rows["series"]:
        where = (series["company_id"], series["series"], series["fiscal_year"])
        if sorted(drawn.pop(where, [])) != list(range(1, series["last_sequence"] + 1)):
            yield f"O2 {series['series']} {series['fiscal_year']} has a gap or a number twice"
    yield from (f"O2 numbers were drawn from no series: {where}" for where in drawn)
