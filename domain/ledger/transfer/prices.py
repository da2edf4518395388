"""Prices, by which other tools know what an amount is worth in the base currency."""

from domain.ledger.entry import JournalEntry, Posting
from domain.money import plain


def takes_prices(entry: JournalEntry) -> bool:
    """Whether each posting in another currency has a price: two amounts on one side, neither zero.

    A revaluation has none. Its entry balances in each currency by itself, so it is written without
    prices, and its base amounts only beside the postings.
    """
    return all(posting.amount * posting.base > 0 for posting in entry.postings)


def written(posting: Posting, base_currency: str, *, with_price: bool) -> str:
    """`100.00 USD @@ 8300.00 INR`, or the amount alone."""
    amount = f"{plain(posting.amount, posting.currency)} {posting.currency}"
    if posting.base_amount is None or not with_price:
        return amount
    return f"{amount} @@ {plain(abs(posting.base_amount), base_currency)} {base_currency}"
