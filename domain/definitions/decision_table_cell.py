"""One cell of a decision table: how it is written, and which values it holds for.

A cell is a list of tests and holds when one of them does, as in DMN's S-FEEL (DMN 1.3, clause 9):

    <= 50000.00 INR          a comparison: <, <=, > or >=
    1 .. 5                   an interval with both its ends
    1 < .. <= 5              an interval that says which ends belong to it
    2026-04-01               a value
    Mysuru, Hubballi         several tests, with a comma and a space between them
    not Mysuru, Hubballi     everything that none of the tests holds for
    "not yet known"          a text that would read otherwise, in double quotes
    -                        anything; so does an empty cell

DMN's brackets (`[1..5)`) are left out: they end a YAML list, and readers confuse their directions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from domain import money
from domain.refusal import Refusal

Kind = Literal["money", "number", "date", "choice", "text"]

# Money as minor units, a date as its ordinal, a number as it is; words stay words.
Point = Decimal | str

EXAMPLES: dict[Kind, str] = {
    "money": "<= 50000.00 INR, or 50000.00 INR < .. <= 100000.00 INR",
    "number": "<= 5, or 5 < .. <= 10, with at most 15 digits before the point and 6 after it",
    "date": "< 2026-04-01, or 2026-04-01 .. 2027-03-31",
    "choice": "one, or one, another, or not one; a name with signs in it in double quotes",
    "text": "one, or one, another, or not one; a text with signs in it in double quotes",
}
# The comma of an amount (`50,000.00 INR`) has no space after it; in quotes it divides nothing.
BETWEEN_TESTS = re.compile(r',\s+(?=(?:[^"]*"[^"]*")*[^"]*$)')
COMPARISON = re.compile(r"(?P<sign><=|<|>=|>) ?(?P<end>.+)")
INTERVAL = re.compile(r"(?P<low>.+?) ?(?P<above><=?)? ?\.\. ?(?P<below><=?)? ?(?P<high>.+)")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
QUOTED = re.compile(r'"(?P<words>[^"]+)"')
SIGNS = re.compile(r'[",<>]|\.\.')
CURRENCY = re.compile(r"\b[A-Z]{3}\b")


class Unreadable(ValueError):
    """A cell that says nothing we can read: `what` is wrong with it, and the `cure`."""

    def __init__(self, text: str, kind: Kind, *, reason: str = "") -> None:
        self.what = f"{text!r} cannot be read as a cell of kind {kind}{reason and f': {reason}'}"
        self.cure = f"Write it as {EXAMPLES[kind]}"
        super().__init__(f"{self.what}. {self.cure}.")


@dataclass(frozen=True, slots=True)
class Span:
    """What lies between two ends. An end that is None is open for ever."""

    low: Decimal | None = None
    low_belongs: bool = True
    high: Decimal | None = None
    high_belongs: bool = True

    def holds(self, point: Decimal) -> bool:
        """Whether the point lies in the span."""
        above = self.low is None or self.low < point or (self.low_belongs and self.low == point)
        below = self.high is None or point < self.high or (self.high_belongs and self.high == point)
        return above and below


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that was read: some spans or words, or everything apart from them."""

    spans: tuple[Span, ...] = ()
    words: frozenset[str] = frozenset()
    negated: bool = False

    def holds(self, point: Point) -> bool:
        """Whether the cell holds for this value."""
        if isinstance(point, str):
            return (point in self.words) != self.negated
        return any(span.holds(point) for span in self.spans) != self.negated

    def ends(self) -> Iterator[Decimal]:
        """Every end of its spans: nowhere else does the cell change its mind."""
        for span in self.spans:
            yield from (end for end in (span.low, span.high) if end is not None)


ANYTHING = Cell(negated=True)


def read(text: str | None, kind: Kind) -> Cell:
    """What a cell says. Raises Unreadable for one that cannot be read as its kind."""
    text = (text or "").strip()
    if text in ("", "-"):
        return ANYTHING
    negated = text.startswith("not ")
    tests = BETWEEN_TESTS.split(text.removeprefix("not ").strip() if negated else text)
    if kind in ("choice", "text"):
        return Cell(words=frozenset(word(test, text, kind) for test in tests), negated=negated)
    return Cell(spans=tuple(span(test, text, kind) for test in tests), negated=negated)


def currencies(text: str | None) -> frozenset[str]:
    """The currencies of a readable cell of money: no other capitals can stand in one."""
    return frozenset(CURRENCY.findall(text or ""))


def word(test: str, text: str, kind: Kind) -> str:
    """One word of a list, without its quotes."""
    quoted = QUOTED.fullmatch(test)
    if quoted:
        return quoted["words"]
    if not test or SIGNS.search(test):
        raise Unreadable(text, kind)
    return test


def span(test: str, text: str, kind: Kind) -> Span:
    """One value, comparison or interval."""
    test = " ".join(test.split())
    interval = INTERVAL.fullmatch(test)
    if interval:
        return between(interval, text, kind)
    comparison = COMPARISON.fullmatch(test)
    if not comparison:
        value = measure(test, text, kind)
        return Span(low=value, high=value)
    end, belongs = measure(comparison["end"], text, kind), "=" in comparison["sign"]
    if "<" in comparison["sign"]:
        return Span(high=end, high_belongs=belongs)
    return Span(low=end, low_belongs=belongs)


def between(interval: re.Match[str], text: str, kind: Kind) -> Span:
    """An interval: `low .. high`, or with a sign on either side of the dots."""
    above, below = interval["above"], interval["below"]
    if (above is None) != (below is None):
        raise Unreadable(text, kind)
    return Span(
        low=measure(interval["low"], text, kind),
        low_belongs=above != "<",
        high=measure(interval["high"], text, kind),
        high_belongs=below != "<",
    )


def measure(value: str, text: str, kind: Kind) -> Decimal:
    """The number that stands for a value, exactly."""
    try:
        if kind == "money":
            return Decimal(money.parse(value).amount)
        if kind == "date" and DAY.fullmatch(value):
            return Decimal(date.fromisoformat(value).toordinal())
    except Refusal as refusal:
        raise Unreadable(text, kind, reason=refusal.message.rstrip(".")) from refusal
    except ValueError as fault:
        raise Unreadable(text, kind, reason=f"{value} is no day of the calendar") from fault
    if kind == "number" and NUMBER.fullmatch(value):
        return Decimal(value)
    raise Unreadable(text, kind)
