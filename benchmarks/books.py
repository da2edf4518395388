"""After each round: everything was paid, once, and the book says so. Speed without that is void."""

from dataclasses import dataclass

import httpx2
from sqlalchemy import Engine, text

from domain.database import transaction
from domain.ledger.statements import trial_balance
from sandbox.tenant import Tenant

PAID = text("SELECT count(*) FROM processes WHERE stage = 'paid' AND status = 'completed'")


class BooksDisagree(Exception):
    """What was driven is not what the book, the record or the bank says."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many processes are paid, how often the bank paid, and what the book says of it, in paise.

    `bank` is what the bank account holds, `payable` what is owed to vendors.
    """

    processes: int
    payments: int
    bank: int
    payable: int

    def after(self, count: int, total: int) -> "Standing":
        """Where everything must stand after so many more invoices of so much in all."""
        return Standing(
            self.processes + count, self.payments + count, self.bank - total, self.payable
        )


def standing(engine: Engine, tenant: Tenant, bank_url: str) -> Standing:
    """Where everything stands now. Raises BooksDisagree when the trial balance does not balance."""
    with transaction(engine, tenant.id) as connection:
        processes = connection.scalar(PAID)
        balance = trial_balance(connection, tenant.company)
    if balance.base_debit != balance.base_credit:
        raise BooksDisagree(f"Debits {balance.base_debit}, credits {balance.base_credit}.")
    held = {line.code: line.sums.amount for line in balance.lines}
    payments = len(httpx2.get(f"{bank_url}/v1/effects", trust_env=False, timeout=60).json())
    return Standing(processes or 0, payments, held.get("bank", 0), held.get("vendor_payable", 0))


def check(expected: object, found: object) -> None:
    """Raise BooksDisagree unless both are the same."""
    if expected != found:
        raise BooksDisagree(f"Expected {expected}, found {found}.")
