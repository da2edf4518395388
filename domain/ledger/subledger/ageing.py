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

ITEMS = """
    WITH later AS MATERIALIZED (
        SELECT entry_id, line, sum(amount) AS amount, sum(base_amount) AS base_amount
        FROM (
            SELECT debit_entry_id AS entry_id, debit_line AS line, amount, base_amount
            FROM allocation_lines WHERE on_date > :as_of
            UNION ALL
            SELECT credit_entry_id, credit_line, -amount, -base_amount
            FROM allocation_lines WHERE on_date > :as_of
        ) AS line
        GROUP BY entry_id, line
    ), chosen AS MATERIALIZED (
        SELECT id FROM accounts WHERE company_id = :company AND control = :control
    ), item AS (
        SELECT o.account_id, o.party_id, o.currency, o.entry_id, o.line, o.{since} AS since,
               o.open_amount + coalesce(l.amount, 0) AS amount,
               o.open_base_amount + coalesce(l.base_amount, 0) AS base_amount
        FROM open_items AS o LEFT JOIN later AS l USING (entry_id, line)
        WHERE o.company_id = :company AND o.account_id = ANY (SELECT id FROM chosen)
            AND (o.open_amount <> 0 OR o.open_base_amount <> 0) AND o.entry_date <= :as_of
        UNION ALL
        SELECT o.account_id, o.party_id, o.currency, o.entry_id, o.line, o.{since},
               l.amount, l.base_amount
        FROM later AS l JOIN open_items AS o USING (entry_id, line)
        WHERE o.company_id = :company AND o.account_id = ANY (SELECT id FROM chosen)
            AND o.open_amount = 0 AND o.open_base_amount = 0 AND o.entry_date <= :as_of
    )
"""
AGED = (
    ITEMS
    + """
    SELECT a.code AS account, p.id AS party, p.code AS party_code, p.name AS party_name, s.*
    FROM (
        SELECT account_id, party_id, currency, {figures},
               coalesce(sum(amount) FILTER (WHERE NOT owed), 0)::bigint AS on_account,
               sum(amount)::bigint AS total, sum(base_amount)::bigint AS base_total
        FROM (
            SELECT *, amount * :sign > 0 AS owed,
                   width_bucket(:as_of - since, CAST(:starts AS integer[])) AS bucket
            FROM item
        ) AS aged
        GROUP BY account_id, party_id, currency
        HAVING bool_or(amount <> 0 OR base_amount <> 0)
    ) AS s
    JOIN accounts AS a ON a.id = s.account_id
    JOIN parties AS p ON p.id = s.party_id
    ORDER BY a.code, p.code, s.currency
"""
)
FIGURE = "coalesce(sum(amount) FILTER (WHERE owed AND bucket = {bucket}), 0)::bigint"


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
    query = text(AGED.format(since=Basis(basis).value, figures=f"ARRAY[{figures}] AS buckets"))
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
