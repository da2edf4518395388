"""Money: integer minor units with a currency, its text, and the only rounding there is."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from domain.currencies import EXPONENTS, PUBLISHED
from domain.refusal import Refusal

# The largest integer that every JSON reader keeps exact (RFC 8259, section 6).
LARGEST_AMOUNT = 9_007_199_254_740_991

# No more digits than decimal arithmetic keeps exact.
TEXT = re.compile(r"(?P<amount>-?[0-9][0-9,_]{0,20}(\.[0-9]{1,6})?) (?P<currency>[A-Z]{3})")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in integer minor units (paise for INR) of one currency."""

    amount: int
    currency: str

    def __str__(self) -> str:
        return f"{grouped(self.amount, self.currency)} {self.currency}"


def given(amount: int | None, currency: str | None) -> Money | None:
    """Money from two columns of a row; None where there is none."""
    return None if amount is None or currency is None else Money(amount, currency)


def exponent(currency: str) -> int:
    """Digits after the decimal point. Refuses a currency that ISO 4217 does not list."""
    if currency not in EXPONENTS:
        raise Refusal(
            "currency_must_be_known",
            f"{currency!r} is no currency of ISO 4217 as published on {PUBLISHED}. "
            "Write its code, such as INR.",
        )
    return EXPONENTS[currency]


def parse(text: str) -> Money:
    """Reads `1,180.00 INR`. Refuses more digits than the currency has: nothing is rounded here."""
    match = TEXT.fullmatch(text.strip())
    if match is None:
        raise Refusal("money_must_be_readable", f"{text!r} is not money. Write it as 1180.00 INR.")
    currency = match["currency"]
    scaled = Decimal(re.sub("[,_]", "", match["amount"])).scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise Refusal(
            "money_must_fit_currency",
            f"{text!r} has more digits than {currency} has. Round it before you enter it.",
        )
    return Money(int(scaled), currency)


def rounded(amount: Decimal) -> int:
    """Minor units, half away from zero: the rounding of Indian tax invoices and of this product."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def rounded_half_even(amount: Fraction) -> int:
    """Minor units, halves to the even one: the rounding of conversions, which favours no side."""
    return round(amount)


def plain(amount: int, currency: str) -> str:
    """`1180.00`: no grouping, as journal notation writes it."""
    digits = exponent(currency)
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**digits)
    return f"{sign}{whole}.{part:0{digits}}" if digits else f"{sign}{whole}"


def grouped(amount: int, currency: str) -> str:
    """`12,34,567.89` for INR (lakh and crore), `1,234,567.89` for the rest."""
    sign = "-" if amount < 0 else ""
    whole, point, part = plain(abs(amount), currency).partition(".")
    if currency == "INR":
        head, tail = whole[:-3], whole[-3:]
        pairs = re.sub(r"(?<=\d)(?=(\d\d)+$)", ",", head)
        return f"{sign}{pairs + ',' if pairs else ''}{tail}{point}{part}"
    return f"{sign}{int(whole):,}{point}{part}"
