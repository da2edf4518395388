"""A layout filled in with the figures of accounts: what each row is worth in each column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from domain.ledger.accounts import Account
from domain.ledger.figures import Figure
from domain.reports.columns import Slice
from domain.reports.layout import Layout, Row, Takes, every

Amounts = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What rows draw on, each a figure for every column, debits less credits in base currency.

    `amounts` are by account id; `profits` and `cash` are what the layout names so.
    """

    chart: Mapping[int, Account]
    amounts: Mapping[int, Amounts]
    width: int
    profits: Mapping[str, Amounts] = field(default_factory=dict)
    cash: Mapping[str, Amounts] = field(default_factory=dict)

    @property
    def nothing(self) -> Amounts:
        """Zero in every column."""
        return (0,) * self.width


@dataclass(frozen=True, slots=True)
class Worth:
    """A row of the layout with its figures, the accounts behind them and the rows under it."""

    row: Row
    amounts: Amounts
    accounts: tuple[tuple[Account, Amounts], ...] = ()
    under: tuple["Worth", ...] = ()

    @property
    def is_nil(self) -> bool:
        """Whether nothing stands in any column, here or below."""
        return not any(self.amounts) and all(below.is_nil for below in self.under)


def amounts_of(figures: Iterable[Figure], slices: Sequence[Slice]) -> dict[int, Amounts]:
    """Debits less credits in base currency for each column, by account."""
    found: dict[int, list[int]] = {}
    for figure in figures:
        cells = found.setdefault(figure.account, [0] * len(slices))
        for at, slice in enumerate(slices):
            if slice.holds(figure):
                cells[at] += figure.sums[slice.place].base_amount
    return {account: tuple(cells) for account, cells in found.items()}


def total(amounts: Iterable[Amounts], width: int) -> Amounts:
    """Column by column."""
    held = list(amounts)
    return tuple(sum(column) for column in zip(*held, strict=True)) if held else (0,) * width


def section(account: Account) -> str:
    """The account's section of the cash flow; unless stated equity is financing, else operating."""
    return account.cash_flow or ("financing" if account.kind == "equity" else "operating")


def evaluated(layout: Layout, facts: Facts) -> tuple[Worth, ...]:
    """Every top row of the layout with its figures."""
    takings = taken(layout, facts)
    known: dict[str, Amounts] = {}
    return tuple(worth(row, "credit", facts, takings, known) for row in layout.rows)


def taken(layout: Layout, facts: Facts) -> dict[int, tuple[Account, ...]]:
    """The accounts that each row takes, by the row's identity."""
    used = [facts.chart[account] for account in facts.amounts]
    rows = [row for _, row in every(layout.rows) if row.takes]
    found = {id(row): tuple(a for a in used if row.takes and meets(row.takes, a)) for row in rows}
    for row in rows:
        if row.takes and row.takes.rest:
            others = {
                account.id
                for other in rows
                if other.takes and other.takes.sections == row.takes.sections
                and other is not row and not other.takes_back
                for account in found[id(other)]
            }  # fmt: skip
            left = tuple(a for a in used if is_left(row.takes, a) and a.id not in others)
            found[id(row)] = (*found[id(row)], *left)
    return found


def meets(takes: Takes, account: Account) -> bool:
    """Whether a row takes the account by what it states; the rest comes afterwards."""
    if takes.rest:
        return account.statement_line in takes.lines
    return (
        (not takes.lines or account.statement_line in takes.lines)
        and account.statement_line not in takes.without
        and (not takes.kinds or account.kind in takes.kinds)
        and (not takes.sections or section(account) in takes.sections)
    )


def is_left(takes: Takes, account: Account) -> bool:
    """Whether the account is one of the rest of a row, unless another row takes it."""
    return (
        account.statement_line not in takes.lines
        and (not takes.kinds or account.kind in takes.kinds)
        and (not takes.sections or section(account) in takes.sections)
    )


def worth(
    row: Row,
    side: str,
    facts: Facts,
    takings: Mapping[int, tuple[Account, ...]],
    known: dict[str, Amounts],
) -> Worth:
    """One row and all below it. What has an id is noted for the rows that add it up."""
    side = row.side or side
    under = tuple(worth(below, side, facts, takings, known) for below in row.rows)
    sign = (1 if side == "debit" else -1) * (-1 if row.takes_back else 1)
    accounts = tuple(
        (account, tuple(sign * cell for cell in facts.amounts[account.id]))
        for account in sorted(takings.get(id(row), ()), key=lambda account: account.code)
    )
    parts = [amounts for _, amounts in accounts] + [below.amounts for below in under]
    if row.profit:
        parts.append(tuple(sign * cell for cell in facts.profits.get(row.profit, facts.nothing)))
    if row.cash:
        turned = -1 if row.takes_back else 1
        parts.append(tuple(turned * cell for cell in facts.cash.get(row.cash, facts.nothing)))
    parts += [known[name] for name in row.adds]
    parts += [tuple(-cell for cell in known[name]) for name in row.less]
    amounts = total(parts, facts.width)
    if row.id:
        known[row.id] = amounts
    return Worth(row, amounts, accounts, under)


def named(rows: Iterable[Worth]) -> dict[str, Amounts]:
    """The figures of every row that has an id."""
    found: dict[str, Amounts] = {}
    for each in rows:
        if each.row.id:
            found[each.row.id] = each.amounts
        found |= named(each.under)
    return found
