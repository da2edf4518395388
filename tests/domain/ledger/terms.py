"""What the model speaks of: entries, holds, refusals, and what is wrong with an entry by itself."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

MALFORMED = {
    "entry_must_have_two_postings",
    "entry_must_balance",
    "effect_key_must_have_one_content",
    "effect_key_must_stand_once",
    "chain_must_hold",
}


class Refused(Exception):
    """A rule said no; the code is the only argument."""

    @property
    def code(self):
        return self.args[0]


@dataclass(frozen=True)
class Line:
    """One posting: account, amount, currency, what it is worth in the base currency, dimensions."""

    account: str
    amount: int
    currency: str = "INR"
    base: int | None = None
    branch: str | None = None

    @property
    def worth(self):
        return self.amount if self.base is None else self.base


@dataclass(frozen=True)
class Entry:
    """What is to be posted."""

    day: date
    lines: tuple[Line, ...]
    series: str | None = None
    kind: str = "normal"
    reverses: str | None = None
    narration: str = "Entry"
    party: str | None = None


@dataclass
class Hold:
    """A reservation; `debit` would gain, `credit` lose."""

    debit: str
    credit: str
    amount: int
    expires: datetime | None
    remaining: int
    state: str = "open"


def exchange_lines(account, branch, difference, gain=None):
    """What is held is worth so much more or less: through clearing to the year's result."""
    gain = difference > 0 if gain is None else gain
    result = "exchange_gain_unrealised" if gain else "exchange_loss_unrealised"
    return (
        Line(account, 0, "USD", difference, branch),
        Line("exchange_clearing", 0, "USD", -difference, branch),
        Line("exchange_clearing", difference, "INR", None, branch),
        Line(result, -difference, "INR", None, branch),
    )


def malformed(entry):
    """What is wrong with an entry whatever the book says."""
    if len(entry.lines) < 2:
        return "entry_must_have_two_postings"
    residues = Counter()
    for line in entry.lines:
        residues[line.currency] += line.amount
    return "entry_must_balance" if any(residues.values()) else None
