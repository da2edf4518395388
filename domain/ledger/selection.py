"""Choosing from the chart of accounts: by kind, by heading, by what stands in code or title."""

from collections.abc import Iterable, Mapping

from domain.ledger import hierarchy
from domain.ledger.accounts import Account
from domain.listing import Condition


def selected(
    chart: Mapping[int, Account], conditions: Iterable[Condition] = ()
) -> tuple[Account, ...]:
    """The accounts that meet every condition, by code.

    Beside the account's own fields: `under` is the code of a heading and chooses all below it,
    `parent` only what stands directly there, `q` words that all stand in one of its titles.
    """
    stated = tuple(conditions)
    return tuple(
        account
        for account in sorted(chart.values(), key=lambda account: account.code)
        if all(meets(chart, account, condition) for condition in stated)
    )


def meets(chart: Mapping[int, Account], account: Account, condition: Condition) -> bool:
    """Whether an account meets a condition."""
    value = condition.value
    match condition.field, condition.operation:
        case "under", _:
            return value in {chart[id].code for id in hierarchy.above(chart, account.id)}
        case "parent", _:
            return account.parent is not None and chart[account.parent].code == value
        case "code", "prefix":
            return account.code.startswith(value)
        case "q", _:
            titles = (account.title, *(title for _, title in account.translations))
            return any(holds(title, value) for title in titles)
        case field, _:
            return bool(getattr(account, field) == value)


def holds(title: str, words: str) -> bool:
    """Whether every word stands in the title, in any case."""
    return all(word in title.casefold() for word in words.casefold().split())
