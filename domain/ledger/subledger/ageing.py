"""How long receivables and payables have been open, by party, as of any day, past ones too.

Costs what is open now and what was allocated since the day, not what was ever posted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.refusal import Refusal

# The last day of each bucket; after it one without end. Before them stands what is not due.
BUCKETS = (30, 60, 90)

# What is open now and, back again, what was allocated after the day; an item keeps its side.
AGED = """
    WITH chosen AS MATERIALIZED (
        SELECT id FROM accounts WHERE company_id = :company AND control = :control
    ), amounts AS (
        SELECT account_id, party_id, currency, {since} AS since, open_amount AS side,
               open_amount AS amount, open_base_amount AS base_amount
        FROM open_items
        WHERE company_id = :company AND account_id = ANY (SELECT id FROM chosen)
            AND (open_amount <> 0 OR open_base_amount <> 0) AND entry_date <= :as_of
        UNION ALL
        SELECT o.account_id, o.party_id, o.currency, o.{since}, o.amount, l.amount, l.base_amount
        FROM allocation_lines AS l
        JOIN open_items AS o ON o.entry_id = l.debit_entry_id AND o.line = l.debit_line
        WHERE l.on_date > :as_of AND o.entry_date <= :as_of
            AND o.company_id = :company AND o.account_id = ANY (SELECT id FROM chosen)
        UNION ALL
        SELECT o.account_id, o.party_id, o.currency, o.{since}, o.amount, -l.amount, -l.base_amount
        FROM allocation_lines AS l
        JOIN open_items AS o ON o.entry_id = l.credit_entry_id AND o.line = l.credit_line
        WHERE l.on_date > :as_of AND o.entry_date <= :as_of
            AND o.company_id = :company AND o.account_id = ANY (SELECT id FROM chosen)
    ), summed AS (
        SELECT account_id, party_id, currency,
               CASE WHEN side * :sign > 0
                    THEN width_bucket(:as_of - since, CAST(:starts AS integer[]))
                    ELSE -1 END AS bucket,
               sum(amount)::bigint AS amount, sum(base_amount)::bigint AS base_amount
        FROM amounts
        GROUP BY account_id, party_id, currency, bucket
    )
    SELECT a.code AS account, p.id AS party, p.code AS party_code, p.name AS party_name, s.*
    FROM (
        SELECT account_id, party_id, currency, {figures} AS buckets,
               coalesce(sum(amount) FILTER (WHERE bucket < 0), 0)::bigint AS on_account,
               sum(amount)::bigint AS total, sum(base_amount)::bigint AS base_total
        FROM summed
        GROUP BY account_id, party_id, currency
        HAVING bool_or(amount <> 0 OR base_amount <> 0)
    ) AS s
    JOIN accounts AS a ON a.id = s.account_id
    JOIN parties AS p ON p.id = s.party_id
    ORDER BY a.code, p.code, s.currency
"""
FIGURE = "coalesce(sum(amount) FILTER (WHERE bucket = {bucket}), 0)::bigint"


class Control(StrEnum):
    """What an account holds of parties: what they owe, or what they are owed."""

    RECEIVABLE = "receivable"
    PAYABLE = "payable"

    @property
    def sign(self) -> int:
        """What is owed stands on this side: a debit above zero, a credit below."""
        return 1 if self is Control.RECEIVABLE else -1


class Basis(StrEnum):
    """The day from which an item ages."""

    DUE_DATE = "due_date"
    ENTRY_DATE = "entry_date"


@dataclass(frozen=True, slots=True)
class AgedParty:
    """One party on one account in one currency, signed as in the book.

    `buckets` are what is not due, then one figure for each bucket. `on_account` is what stands on
    the other side: advances, notes. Together they are `total`, the party's balance that day.
    """

    account: str
    party: UUID
    party_code: str
    party_name: str
    currency: str
    buckets: tuple[int, ...]
    on_account: int
    total: int
    base_total: int


@dataclass(frozen=True, slots=True)
class Ageing:
    """`titles` name the figures in `buckets`; the last one has no end."""

    company: UUID
    control: Control
    as_of: date
    basis: Basis
    titles: tuple[str, ...]
    lines: tuple[AgedParty, ...]


def ageing(
    connection: Connection,
    company: UUID,
    *,
    as_of: date,
    control: Control = Control.RECEIVABLE,
    basis: Basis = Basis.DUE_DATE,
    buckets: Sequence[int] = BUCKETS,
) -> Ageing:
    """What is open at the end of the day `as_of`, by account, party and currency.

    `buckets` are the last days overdue of each: 30, 60, 90 make 1 to 30, 31 to 60, 61 to 90 and
    over 90. Raises Refusal `buckets_must_rise`.
    """
    check(buckets)
    starts = [1, *(last + 1 for last in buckets)]
    figures = ", ".join(FIGURE.format(bucket=bucket) for bucket in range(len(starts) + 1))
    query = text(AGED.format(since=Basis(basis).value, figures=f"ARRAY[{figures}]"))
    rows = connection.execute(
        query,
        {
            "company": company, "control": control, "as_of": as_of, "sign": control.sign,
            "starts": starts,
        },
    )  # fmt: skip
    lines = tuple(aged(row) for row in rows)
    return Ageing(company, control, as_of, basis, titles(buckets), lines)


def check(buckets: Sequence[int]) -> None:
    """One last day after the other, each later than the one before."""
    rising = all(early < late for early, late in zip([0, *buckets], buckets, strict=False))
    if not buckets or not rising:
        raise Refusal(
            "buckets_must_rise",
            f"The buckets {list(buckets)} do not rise from a day on. Give their last days, "
            "such as 30, 60, 90.",
        )


def titles(buckets: Sequence[int]) -> tuple[str, ...]:
    """`not due`, `1-30`, `31-60`, `over 60`."""
    starts = [1, *(last + 1 for last in buckets)]
    between = [f"{start}-{last}" for start, last in zip(starts, buckets, strict=False)]
    return ("not due", *between, f"over {buckets[-1]}")


def aged(row: Any) -> AgedParty:
    """A row as what it means."""
    return AgedParty(
        row.account,
        row.party,
        row.party_code,
        row.party_name,
        row.currency,
        tuple(row.buckets),
        row.on_account,
        row.total,
        row.base_total,
    )
