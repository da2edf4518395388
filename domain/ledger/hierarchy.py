"""The tree of the chart: which account stands under which heading, and sums that roll up."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from domain.ledger.accounts import Account


def rolled_up(
    chart: Mapping[int, Account], amounts: Mapping[int, tuple[int, ...]]
) -> dict[int, tuple[int, ...]]:
    """The amounts of accounts, and of each heading the sum of all under it, column by column."""
    found: dict[int, tuple[int, ...]] = {}
    for id, cells in amounts.items():
        for at in (id, *above(chart, id)):
            held = found.get(at, (0,) * len(cells))
            found[at] = tuple(one + other for one, other in zip(held, cells, strict=True))
    return found


def above(chart: Mapping[int, Account], id: int) -> Iterator[int]:
    """The headings over an account, nearest first."""
    seen = {id}
    parent = chart[id].parent
    while parent is not None and parent not in seen:
        yield parent
        seen.add(parent)
        parent = chart[parent].parent


def walked(chart: Mapping[int, Account]) -> Iterator[tuple[Account, int]]:
    """Every account with its depth, each heading before what stands under it, in order of id."""
    under: defaultdict[int | None, list[Account]] = defaultdict(list)
    for account in sorted(chart.values(), key=lambda account: account.id):
        under[account.parent].append(account)
    waiting = [(account, 0) for account in reversed(under[None])]
    while waiting:
        account, level = waiting.pop()
        yield account, level
        waiting += [(below, level + 1) for below in reversed(under[account.id])]
