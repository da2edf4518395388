"""Arithmetic between currencies: conversion, foreign documents, settlement; nothing is posted here.

Where an entry crosses currencies, an exchange-clearing account makes it balance in each of them;
its postings sum to zero in the base currency. Every rounding is half-even, its residue stated.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from domain.ledger.entry import Posting
from domain.ledger.quotation import Quotation
from domain.money import Money, exponent, plain, rounded_half_even
from domain.refusal import Refusal

Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ExchangeAccounts:
    """Where differences go. `dimensions` names those that these accounts take over; None, all."""

    gain: str
    loss: str
    clearing: str
    dimensions: tuple[str, ...] | None = None

    def kept(self, dimensions: Dimensions) -> Dimensions:
        """The dimensions that gain, loss and clearing take over from what they are about."""
        if self.dimensions is None:
            return dimensions
        return tuple(pair for pair in dimensions if pair[0] in self.dimensions)


def convert(amount: Money, quotation: Quotation) -> tuple[Money, Fraction]:
    """The amount in the other currency, rounded half-even, and the residue (exact less rounded).

    The residue is in minor units of the other currency and at most half of one. Raises Refusal
    `rate_must_be_of_currency` when the quotation is for another currency.
    """
    if amount.currency != quotation.from_currency:
        raise Refusal(
            "rate_must_be_of_currency",
            f"{amount} cannot be converted with a rate of {quotation.from_currency}. "
            f"Ask for the rate of {amount.currency}.",
        )
    scale = exponent(quotation.to_currency) - exponent(amount.currency)
    exact = amount.amount * quotation.factor * Fraction(10) ** scale
    minor_units = rounded_half_even(exact)
    return Money(minor_units, quotation.to_currency), exact - minor_units


def entry_lines(
    lines: Sequence[Posting],
    quotation: Quotation,
    *,
    rounding_account: str,
    dimensions: Dimensions = (),
) -> tuple[Posting, ...]:
    """The postings of a foreign document with base amounts that sum to zero exactly.

    Each line is converted and rounded by itself; what the roundings leave, less than one minor unit
    per line, is one posting of base amount alone on `rounding_account`. Lines in the base currency
    stay as they are. Raises Refusal `entry_must_balance` when the lines do not balance in each
    currency: an imbalance is no residue.
    """
    sums: defaultdict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.currency] += line.amount
    for currency, out in sums.items():
        if out:
            raise Refusal(
                "entry_must_balance",
                f"The lines are out by {plain(out, currency)} {currency}. "
                "Debits and credits must be equal in each currency.",
            )
    converted = [with_base(line, quotation) for line in lines]
    residue = sum(line.base for line in converted)
    if residue:
        converted.append(
            Posting(rounding_account, 0, quotation.from_currency, -residue, dimensions)
        )
    return tuple(converted)


def with_base(line: Posting, quotation: Quotation) -> Posting:
    """The line with its base amount at the quotation."""
    if line.currency == quotation.to_currency:
        return line
    money, _ = convert(Money(line.amount, line.currency), quotation)
    return Posting(line.account, line.amount, line.currency, money.amount, line.dimensions)


def settlement(
    open_item: Posting,
    settled: int,
    paid: Sequence[Posting],
    *,
    base_currency: str,
    through: ExchangeAccounts,
) -> tuple[Posting, ...]:
    """The postings that settle an item, or a part of it, with the realised gain or loss.

    `open_item` is what stands open now as it was posted: a receivable of 100.00 USD is a debit of
    10000 with its carrying base amount, a payable a credit. `settled` is how many minor units of it
    are settled, above zero. `paid` is what is given or received for them (bank, charges), with base
    amounts of the settlement date. Ind AS 21, paragraph 28: the difference is profit or loss.
    """
    check_settlement(open_item, settled, paid, base_currency)
    part = share(open_item.base, settled, abs(open_item.amount))
    amount = -settled if open_item.amount > 0 else settled
    is_base = open_item.currency == base_currency
    closing = Posting(
        open_item.account, amount, open_item.currency, None if is_base else -part,
        open_item.dimensions,
    )  # fmt: skip
    dimensions = through.kept(open_item.dimensions)
    gain = closing.base + sum(posting.base for posting in paid)
    difference = gain_or_loss(gain, base_currency, through, dimensions)
    crossing = (closing, *paid, *difference)
    clearing = cleared(crossing, base_currency, through.clearing, dimensions)
    return (closing, *clearing, *difference, *paid)


def check_settlement(
    open_item: Posting, settled: int, paid: Sequence[Posting], base_currency: str
) -> None:
    """What is settled is there and is paid for in a way that a rate can explain."""
    still_open = plain(abs(open_item.amount), open_item.currency)
    stated = f"{plain(settled, open_item.currency)} {open_item.currency}"
    if settled <= 0:
        raise Refusal("settlement_must_be_positive", f"{stated} settles nothing of an item.")
    if settled > abs(open_item.amount):
        raise Refusal(
            "item_must_cover_settlement",
            f"{stated} is more than the {still_open} that is open on {open_item.account}. "
            "Settle at most that, and book the rest on account.",
        )
    if not paid:
        raise Refusal("settlement_must_be_paid", f"Say from or to which account {stated} is paid.")
    currencies = {posting.currency for posting in paid}
    if any(posting.base_amount is None and posting.currency != base_currency for posting in paid):
        raise Refusal(
            "base_amount_must_be_given",
            f"Give the amounts in {base_currency} of what is paid in a foreign currency.",
        )
    sign = 1 if open_item.amount > 0 else -1
    total = sign * sum(posting.amount for posting in paid)
    if currencies == {open_item.currency} and total != settled:
        raise Refusal(
            "payment_must_equal_settlement",
            f"{stated} is settled with {plain(total, open_item.currency)}: no rate explains that. "
            "Add the charges or discount as a posting, or settle less.",
        )


def share(base_amount: int, part: int, whole: int) -> int:
    """The part's share of a base amount, half-even; the whole takes all, so that nothing stays."""
    return rounded_half_even(Fraction(base_amount * part, whole))


def gain_or_loss(
    gain: int, base_currency: str, through: ExchangeAccounts, dimensions: Dimensions
) -> tuple[Posting, ...]:
    """A credit of the gain, a debit of the loss (a gain below zero), or nothing."""
    if not gain:
        return ()
    account = through.gain if gain > 0 else through.loss
    return (Posting(account, -gain, base_currency, dimensions=dimensions),)


def cleared(
    postings: Iterable[Posting], base_currency: str, account: str, dimensions: Dimensions
) -> tuple[Posting, ...]:
    """The postings on the clearing account that make the others balance in each currency."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for posting in postings:
        sums[posting.currency][0] -= posting.amount
        sums[posting.currency][1] -= posting.base
    return tuple(
        Posting(account, amount, currency, None if currency == base_currency else base, dimensions)
        for currency, (amount, base) in sums.items()
        if amount or base
    )
