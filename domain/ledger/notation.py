"""Journal notation, read and written: the one way in which entries stand in text.

    2026-07-16  Refund of SINV/2026/1
      Dr  sales_returns   1000.00 INR
      Cr  bank            1000.00 INR  party V-001

A posting is a side, an account, an amount with its currency, and dimensions as pairs of name and
value; a value with spaces stands in double quotes. A posting in a currency other than the book's
carries `= 8300.00 INR` after its amount. `#` starts a line that is only for the reader.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from domain import money
from domain.ledger.entry import JournalEntry, Posting
from domain.refusal import Refusal

HEAD = re.compile(r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[ \t]+(?P<narration>\S.*)")
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')
DIMENSION = re.compile(r"[a-z][a-z0-9_]*")
BARE = re.compile(r'[^\s"#=]+')


@dataclass(frozen=True, slots=True)
class Line:
    """A posting as written: `amount` is the text between the account and the dimensions."""

    side: str
    account: str
    amount: str
    dimensions: tuple[tuple[str, str], ...] = ()

    @property
    def is_debit(self) -> bool:
        """Whether the posting stands on the debit side."""
        return self.side == "Dr"


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as its text has it: everything but whose book it is for."""

    entry_date: date
    narration: str
    postings: tuple[Posting, ...]

    def in_book_of(self, company: UUID) -> JournalEntry:
        """The same, for the book of one company."""
        return JournalEntry(company, self.entry_date, self.narration, self.postings)


class Writable(Protocol):
    """A JournalEntry, a Written, or anything else that has these."""

    @property
    def entry_date(self) -> date: ...
    @property
    def narration(self) -> str: ...
    @property
    def postings(self) -> tuple[Posting, ...]: ...


def meaningful_lines(text: str) -> list[tuple[int, str]]:
    """Lines that say something, each with its index from 0."""
    lines = [(index, line.strip()) for index, line in enumerate(text.split("\n"))]
    return [(index, line) for index, line in lines if line and not line.startswith("#")]


def parse(text: str) -> tuple[Written, ...]:
    """Every entry in `text`. Refuses what it cannot read, with the number of the line."""
    entries: list[Written] = []
    for index, line in meaningful_lines(text):
        try:
            if head := HEAD.fullmatch(line):
                entries.append(Written(day(head["date"]), head["narration"], ()))
            elif not entries:
                raise unreadable(f"{line!r} stands before any date and narration")
            else:
                entries[-1] = with_posting(entries[-1], posting(read_line(line)))
        except Refusal as refusal:
            raise Refusal(refusal.code, f"Line {index + 1}: {refusal.message}") from refusal
    return tuple(entries)


def with_posting(entry: Written, added: Posting) -> Written:
    """The entry with one posting more."""
    return Written(entry.entry_date, entry.narration, (*entry.postings, added))


def day(text: str) -> date:
    """A day of the calendar."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise unreadable(f"{text!r} is no day of the calendar") from None


def read_line(text: str) -> Line:
    """One posting, its amount still text: templates write a name there, entries write money."""
    tokens = TOKEN.findall(text)
    if len(tokens) < 3 or tokens[0] not in ("Dr", "Cr"):
        raise unreadable(f"{text!r} is no posting")
    width = 1
    if re.match("-?[0-9]", tokens[2]):
        width = 5 if tokens[4:5] == ["="] else 2
    pairs = tokens[2 + width :]
    if len(tokens) < 2 + width or len(pairs) % 2:
        raise unreadable(f"{text!r} lacks a currency, or a dimension lacks its value")
    names, values = pairs[::2], [unquoted(value) for value in pairs[1::2]]
    for name in names:
        if not DIMENSION.fullmatch(name) or names.count(name) > 1:
            raise unreadable(f"{name!r} in {text!r} is no dimension, or stands there twice")
    dimensions = tuple(sorted(zip(names, values, strict=True)))
    return Line(tokens[0], unquoted(tokens[1]), " ".join(tokens[2 : 2 + width]), dimensions)


def unquoted(token: str) -> str:
    """The text that `quoted` wrote."""
    if not token.startswith('"'):
        return token
    try:
        return str(json.loads(token))
    except ValueError:
        raise unreadable(f"{token} is not closed or not escaped as in JSON") from None


def posting(line: Line) -> Posting:
    """The posting of a line whose amount is money. Refuses a sign: the side is the sign."""
    stated, _, base = line.amount.partition(" = ")
    amount = money.parse(stated)
    base_amount = money.parse(base).amount if base else None
    if amount.amount < 0 or (base_amount or 0) < 0:
        raise unreadable(f"{line.amount!r} has a sign, but Dr and Cr already are the sign")
    sign = 1 if line.is_debit else -1
    return Posting(
        line.account,
        sign * amount.amount,
        amount.currency,
        None if base_amount is None else sign * base_amount,
        line.dimensions,
    )


def unreadable(what: str) -> Refusal:
    """The refusal of text that is not in the notation."""
    return Refusal(
        "notation_must_be_readable",
        f"{what}. Write '2026-07-16  What it is for', then indented "
        "'Dr  account  1000.00 INR' or 'Cr  account  1000.00 INR  party V-001'.",
    )


def write(entries: Iterable[Writable], *, base_currency: str = "INR") -> str:
    """The text of entries, aligned, with a blank line between two."""
    return "\n".join(written(entry, base_currency) for entry in entries)


def written(entry: Writable, base_currency: str) -> str:
    """The text of one entry. Refuses a narration that does not fit on one line."""
    narration = entry.narration
    if narration != narration.strip() or len(narration.splitlines()) != 1:
        raise Refusal(
            "narration_must_be_one_line",
            f"{narration!r} has line breaks or outer spaces. Write it on one line.",
        )
    rows = [columns(posting, base_currency) for posting in entry.postings]
    account_width = max((len(row[1]) for row in rows), default=0)
    amount_width = max((len(row[2]) for row in rows), default=0)
    lines = [f"{entry.entry_date.isoformat()}  {narration}"]
    for side, account, amount, rest in rows:
        lines.append(f"  {side}  {account:<{account_width}}  {amount:>{amount_width}} {rest}")
    return "\n".join(lines) + "\n"


def columns(posting: Posting, base_currency: str) -> tuple[str, str, str, str]:
    """Side, account, amount, and the rest of the line from the currency on."""
    if posting.amount * posting.base < 0:
        raise unreadable(f"{posting} is a debit in one currency and a credit in the other")
    is_debit = posting.amount > 0 or (posting.amount == 0 and posting.base >= 0)
    rest = posting.currency
    if posting.base_amount is not None:
        rest += f" = {money.plain(abs(posting.base_amount), base_currency)} {base_currency}"
    for name, value in posting.dimensions:
        if not DIMENSION.fullmatch(name):
            raise unreadable(f"{name!r} on {posting.account} is no name of a dimension")
        rest += f"  {name} {quoted(value)}"
    amount = money.plain(abs(posting.amount), posting.currency)
    return "Dr" if is_debit else "Cr", quoted(posting.account), amount, rest


def quoted(value: str) -> str:
    """Bare when it is one plain word, else as a JSON string."""
    return value if BARE.fullmatch(value) else json.dumps(value)
