"""The chart of accounts of a company, to read. Accounts are opened by ledger_open_account."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from domain.ledger.tables import accounts
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `kind` is asset, liability, equity, income or expense; `currency` its only one.

    `id` is a number of the database, `code` the name that entries use.
    """

    id: int
    company: UUID
    code: str
    title: str
    kind: str
    currency: str | None
    opened_on: date
    closed_on: date | None


def listed(connection: Connection, company: UUID) -> tuple[Account, ...]:
    """The whole chart, by code."""
    chart = select(accounts).where(accounts.c.company_id == company).order_by(accounts.c.code)
    return tuple(account(row) for row in connection.execute(chart))


def get(connection: Connection, account_id: int) -> Account:
    """One account. Raises Refusal `account_must_exist`."""
    row = connection.execute(select(accounts).where(accounts.c.id == account_id)).one_or_none()
    if row is None:
        raise Refusal("account_must_exist", f"There is no account {account_id}.")
    return account(row)


def named(connection: Connection, company: UUID, code: str) -> Account:
    """The company's account of this code. Raises Refusal `account_must_exist`."""
    wanted = accounts.c.company_id == company, accounts.c.code == code
    row = connection.execute(select(accounts).where(*wanted)).one_or_none()
    if row is None:
        raise Refusal(
            "account_must_exist",
            f"The company has no account {code!r}. Add it to the chart or use another.",
        )
    return account(row)


def account(row: Row[Any]) -> Account:
    """A row of the table as what it means."""
    return Account(
        row.id,
        row.company_id,
        row.code,
        row.title,
        row.kind,
        row.currency,
        row.opened_on,
        row.closed_on,
    )
