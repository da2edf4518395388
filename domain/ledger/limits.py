"""Floors and ceilings: what an account must keep and what it may hold, and what it has to spare.

Amounts are counted on the account's normal side: a wallet (a liability) of 500.00 holds 500.00. A
hard limit refuses the entry that would cross it (`balance_must_stay_above_floor`,
`balance_must_stay_below_ceiling`), a soft one warns. Open holds count against both. An entry that
brings an account back towards its limit always passes.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from domain.database import with_json

SET = with_json("SELECT ledger_set_limit(:company, :stated, :person)", "stated")
HELD = with_json("""
    SELECT h.* FROM accounts a, held_by(a.id, :currency, :dimensions) AS h
    WHERE a.company_id = :company AND a.code = :account
""", "dimensions")  # fmt: skip
HELD_NOW = text("""
    SELECT c.currency, h.* FROM (
        SELECT currency FROM balances WHERE company_id = :company AND account_id = :account
        UNION
        SELECT currency FROM holds
        WHERE :account IN (debit_account_id, credit_account_id) AND state = 'open'
    ) AS c, held_by(:account, c.currency, '{}') AS h
    ORDER BY c.currency
""")
LISTED = text("""
    SELECT a.code, l.currency, l.dimensions, l.floor, l.ceiling, l.is_hard
    FROM limits l JOIN accounts a ON a.id = l.account_id
    WHERE l.company_id = :company AND (l.floor IS NOT NULL OR l.ceiling IS NOT NULL)
    ORDER BY a.code, l.currency, l.id
""")

Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """The least and the most an account may hold of a currency, in minor units; None is no limit.

    `dimensions` narrow it to what is posted with them: one customer of the receivables.
    """

    account: str
    currency: str = "INR"
    floor: int | None = None
    ceiling: int | None = None
    is_hard: bool = True
    dimensions: Dimensions = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What an account holds on its normal side, and what open holds will take out and bring in."""

    posted: int
    pending_out: int
    pending_in: int

    @property
    def available(self) -> int:
        """What is posted and not reserved."""
        return self.posted - self.pending_out


def set_limit(connection: Connection, company: UUID, limit: Limit, *, person: UUID) -> None:
    """Set, change or (with neither floor nor ceiling) lift a limit. Again changes nothing.

    Raises Refusal `account_must_exist`, `ceiling_must_not_be_below_floor`,
    `currency_must_be_known`, `limited_account_must_have_one_slot`.
    """
    stated = {
        "account": limit.account,
        "currency": limit.currency,
        "floor": limit.floor,
        "ceiling": limit.ceiling,
        "is_hard": limit.is_hard,
        "dimensions": dict(limit.dimensions),
    }
    connection.execute(SET, {"company": company, "stated": stated, "person": person})


def listed(connection: Connection, company: UUID) -> tuple[Limit, ...]:
    """Every limit of the company, by account."""
    return tuple(
        Limit(
            row.code,
            row.currency,
            row.floor,
            row.ceiling,
            row.is_hard,
            tuple(sorted(row.dimensions.items())),
        )
        for row in connection.execute(LISTED, {"company": company})
    )


def held(
    connection: Connection,
    company: UUID,
    account: str,
    currency: str = "INR",
    *,
    dimensions: Dimensions = (),
) -> Held:
    """What an account holds now. Holds past their time do not count, swept or not."""
    asked = {
        "company": company,
        "account": account,
        "currency": currency,
        "dimensions": dict(dimensions),
    }
    row = connection.execute(HELD, asked).one()
    return Held(int(row.posted), int(row.pending_out), int(row.pending_in))


def held_now(connection: Connection, company: UUID, account: int) -> dict[str, Held]:
    """What an account holds now in each currency that it has a balance or an open hold in."""
    rows = connection.execute(HELD_NOW, {"company": company, "account": account})
    return {
        row.currency: Held(int(row.posted), int(row.pending_out), int(row.pending_in))
        for row in rows
    }
