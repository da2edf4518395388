"""Names of accounts as Beancount and hledger take them: `Assets:Vendor-Payable`."""

import re
from collections.abc import Iterable

from domain.ledger.accounts import Account

ROOTS = {
    "asset": "Assets", "liability": "Liabilities", "equity": "Equity", "income": "Income",
    "expense": "Expenses",
}  # fmt: skip


def names(chart: Iterable[Account]) -> dict[str, str]:
    """A name for each code. Where two come out alike the later code is told apart by a number."""
    given: dict[str, str] = {}
    taken: set[str] = set()
    for account in sorted(chart, key=lambda account: account.code):
        plain = f"{ROOTS[account.kind]}:{component(account.code)}"
        name, count = plain, 1
        while name in taken:
            count += 1
            name = f"{plain}-{count}"
        taken.add(name)
        given[account.code] = name
    return given


def component(code: str) -> str:
    """Letters, digits and hyphens, each word with a capital."""
    words = re.findall("[A-Za-z0-9]+", code)
    return "-".join(word[0].upper() + word[1:] for word in words) or "Account"
