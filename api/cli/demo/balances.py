"""What happened to the book between two trial balances."""

from collections.abc import Mapping
from typing import Any

Balances = Mapping[str, int]


def balances(report: Mapping[str, Any]) -> dict[str, int]:
    """Each account's balance in minor units; debits above zero."""
    return {
        line["account"]: line["debit"]["amount"] - line["credit"]["amount"]
        for line in report["lines"]
    }


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, int]:
    """The accounts whose balance differs, and by how much."""
    old, new = balances(before), balances(after)
    differences = {code: new.get(code, 0) - old.get(code, 0) for code in {*old, *new}}
    return {code: amount for code, amount in differences.items() if amount}


def net_of(*movements: Balances) -> dict[str, int]:
    """The movements together; an account that ends where it began is left out."""
    codes = {code for each in movements for code in each}
    sums = {code: sum(each.get(code, 0) for each in movements) for code in codes}
    return {code: amount for code, amount in sums.items() if amount}
