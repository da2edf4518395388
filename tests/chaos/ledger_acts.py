"""What a caller asks of the ledger: each act the model answers, and the book, in the same words.

An answer is data that two calls have in common: ids are kept by the caller, by key.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from random import Random
from typing import Any, ClassVar
from uuid import UUID

from domain.ledger import book, holds, limits
from domain.ledger.book import Item, Mode
from domain.ledger.entry import JournalEntry, Numbering, Posting
from domain.ledger.holds import Hold, Take
from domain.ledger.limits import Limit
from domain.ledger.subledger import allocation
from domain.ledger.subledger.allocation import Allocation, Tie
from domain.ledger.subledger.open_items import ItemId
from tests.book import Book
from tests.domain.ledger.model import Model
from tests.domain.ledger.terms import Entry, Line, Refused

SIDES = {"bank": 1, "sales": -1, "travel": 1, "vendor_payable": -1}
LOCKED = date(2026, 5, 1)
LAST_DAY = date(2026, 8, 31)
VENDOR = "V-001"


@dataclass(frozen=True)
class VendorEntry(Entry):
    """An entry of the vendor: its line on the payables is an item to settle."""


@dataclass
class ItemModel(Model):
    """The model, and what of each vendor's entry is open, signed as in the book."""

    items: dict[str, list[int]] = field(default_factory=dict)

    def limit_crossed(self, entries):
        """A reversal must not take away what is settled; that is looked at before limits."""
        for entry in entries:
            amount, is_open = self.items.get(entry.reverses, (0, 0))
            if amount != is_open:
                return "allocation_must_be_undone"
        return super().limit_crossed(entries)

    def record(self, key, entry):
        """The entry with its item; a reversal and what it reverses settle each other."""
        super().record(key, entry)
        of_vendor = isinstance(self.posted.get(entry.reverses, entry), VendorEntry)
        if not of_vendor:
            return
        (amount,) = [line.amount for line in entry.lines if line.account == "vendor_payable"]
        self.items[key] = [amount, amount]
        if entry.reverses is not None:
            self.items[key][1] = self.items[entry.reverses][1] = 0

    def allocate(self, debit, credit, amount):
        """Settle a debit and a credit; None is as much as both leave."""
        most = min(self.items[debit][1], -self.items[credit][1])
        tied = most if amount is None else amount
        if tied == 0 or tied > most:
            raise Refused("item_must_cover_allocation")
        self.items[debit][1] -= tied
        self.items[credit][1] += tied
        return tied


@dataclass
class Caller:
    """A book, and the ids that it answered with, by key."""

    book: Book
    ids: dict[str, UUID] = field(default_factory=dict)
    numbers: dict[str, str | None] = field(default_factory=dict)

    def keep(self, key: str, answered: UUID, number: str | None = None) -> None:
        """What a key answers, it answers for ever."""
        assert self.ids.setdefault(key, answered) == answered
        assert self.numbers.setdefault(key, number) == number

    def stated(self, entry: Entry) -> JournalEntry:
        """The model's entry as the book takes it."""
        of_vendor = isinstance(entry, VendorEntry)
        return JournalEntry(
            self.book.company,
            entry.day,
            entry.narration,
            tuple(Posting(line.account, line.amount, line.currency) for line in entry.lines),
            party=self.book.tenant.party(VENDOR) if of_vendor else None,
            numbering=entry.series and Numbering(entry.series, entry.series + "/{fy}/{seq:05}"),
        )


@dataclass(frozen=True)
class Post:
    """A batch in one of the three modes."""

    items: tuple[tuple[str, Entry, str | None], ...]
    mode: str

    def expected(self, model: ItemModel) -> Any:
        """Status and code of each; atomic raises the first refusal that is no echo of another."""
        found = model.post_batch(self.items, self.mode)
        if self.mode == "atomic":
            for code in (code for _, code in found if code not in (None, "chain_must_hold")):
                raise Refused(code)
        return found

    def ask(self, caller: Caller) -> Any:
        """The same of the book."""
        batch = [Item(key, caller.stated(entry), chain) for key, entry, chain in self.items]
        with caller.book.transaction() as connection:
            outcomes = book.post_batch(connection, batch, mode=Mode(self.mode))
        for item, outcome in zip(batch, outcomes, strict=True):
            if outcome.entry is not None:
                caller.keep(item.key, outcome.entry, outcome.number)
        return [(outcome.outcome, outcome.code) for outcome in outcomes]


@dataclass(frozen=True)
class Reverse:
    """The mirror of an entry."""

    key: str
    original: str
    day: date

    def expected(self, model: ItemModel) -> Any:
        """Nothing, or the refusal."""
        model.reverse(self.key, self.original, self.day)

    def ask(self, caller: Caller) -> Any:
        """The same of the book."""
        posted = caller.book.reverse(caller.ids[self.original], on=self.day, key=self.key)
        caller.keep(self.key, posted.entry, posted.number)


@dataclass(frozen=True)
class SetLimit:
    """A floor, a ceiling, both or neither."""

    account: str
    floor: int | None
    ceiling: int | None

    def expected(self, model: ItemModel) -> Any:
        """Nothing."""
        model.set_limit(self.account, self.floor, self.ceiling)

    def ask(self, caller: Caller) -> Any:
        """The same of the book."""
        stated = Limit(self.account, floor=self.floor, ceiling=self.ceiling)
        person = caller.book.tenant.person("deepa")
        with caller.book.transaction() as connection:
            limits.set_limit(connection, caller.book.company, stated, person=person)


@dataclass(frozen=True)
class Place:
    """A hold."""

    key: str
    debit: str
    credit: str
    amount: int

    def expected(self, model: ItemModel) -> Any:
        """The amount, or the refusal."""
        model.place(self.key, self.debit, self.credit, self.amount, None)
        return self.amount

    def ask(self, caller: Caller) -> Any:
        """The same of the book."""
        hold = Hold(caller.book.company, self.debit, self.credit, self.amount, "INR", "Hold")
        with caller.book.transaction() as connection:
            placed = holds.place(connection, hold, key=self.key)
        caller.keep(self.key, placed.hold)
        return placed.amount


@dataclass(frozen=True)
class TakeHold:
    """So much of a hold, posted."""

    key: str
    hold: str
    take: Take
    day: date

    def expected(self, model: ItemModel) -> Any:
        """What was taken, or the refusal."""
        how = {"up_to": self.take.up_to, "is_last": self.take.is_last}
        return model.take(self.key, self.hold, self.take.amount, self.day, **how)

    def ask(self, caller: Caller) -> Any:
        """The same of the book."""
        head = caller.stated(Entry(self.day, (), narration="Taken"))
        with caller.book.transaction() as connection:
            taken = holds.take(connection, caller.ids[self.hold], self.take, head, key=self.key)
        caller.keep(self.key, taken.entry, taken.number)
        return taken.amount


@dataclass(frozen=True)
class Release:
    """The rest of a hold, given back."""

    key: str
    hold: str

    def expected(self, model: ItemModel) -> Any:
        """What was given back, or the refusal."""
        before = model.holds[self.hold].remaining
        model.release(self.hold)
        return before

    def ask(self, caller: Caller) -> Any:
        """The same of the book."""
        with caller.book.transaction() as connection:
            hold = caller.ids[self.hold]
            released = holds.release(connection, hold, reason="No", key=self.key)
        return released.amount


@dataclass(frozen=True)
class Allocate:
    """A payment and a bill, as far as they settle each other."""

    key: str
    debit: str
    credit: str
    amount: int | None

    def expected(self, model: ItemModel) -> Any:
        """What was settled, or the refusal."""
        return model.allocate(self.debit, self.credit, self.amount)

    def ask(self, caller: Caller) -> Any:
        """The same of the book. The vendor's line stands first in each entry."""
        debit, credit = (ItemId(caller.ids[key], 1) for key in (self.debit, self.credit))
        asked = Allocation(caller.book.company, LAST_DAY, (Tie(debit, credit, self.amount),))
        with caller.book.transaction() as connection:
            made = allocation.allocate(connection, asked, key=self.key)
        caller.keep(self.key, made.id)
        return made.lines[0].amount


Act = Post | Reverse | SetLimit | Place | TakeHold | Release | Allocate


@dataclass
class Whim:
    """Acts at random: most are good, the others are refused by every rule there is."""

    source: Random
    serial: count = field(default_factory=count)
    KINDS: ClassVar[dict[str, int]] = {
        "post": 8, "bill": 4, "reverse": 2, "limit": 2, "place": 3, "take": 3, "release": 1,
        "allocate": 3,
    }  # fmt: skip

    def act(self, model: ItemModel) -> Act:
        """The next act, given what stands in the book."""
        (kind,) = self.source.choices(list(self.KINDS), self.KINDS.values())
        found: Act | None = getattr(self, kind)(model)
        return found or self.post(model)

    def post(self, model: ItemModel) -> Act:
        """Several entries, some of them under a key that was used."""
        keys = [self.key(model) for _ in range(self.source.randint(1, 6))]
        mode = self.source.choice(["atomic", "independent", "chains"])
        chains = [None, "a", "b"]
        return Post(
            tuple((key, self.entry(), self.source.choice(chains)) for key in dict.fromkeys(keys)),
            mode,
        )

    def entry(self) -> Entry:
        """An entry; one in ten is out of balance, names no account, or lies in the locked month."""
        source, amount = self.source, self.source.randint(1, 1_000_00)
        debit, credit = source.choice(sorted(SIDES)), source.choice(sorted(SIDES))
        lines, day = [Line(debit, amount), Line(credit, -amount)], self.day()
        match source.randint(0, 30):
            case 0:
                lines[0] = Line(debit, amount + 1)
            case 1:
                lines[0] = Line("nowhere", amount)
            case 2:
                day = LOCKED
        return Entry(day, tuple(lines), source.choice([None, "INV", "CN"]))

    def bill(self, _model: ItemModel) -> Act:
        """A vendor's bill or a payment to him."""
        amount, sign = self.source.randint(1, 1_000_00), self.source.choice([1, -1])
        other = "bank" if sign == 1 else "travel"
        lines = (Line("vendor_payable", sign * amount), Line(other, -sign * amount))
        return Post(((self.fresh("bill"), VendorEntry(self.day(), lines), None),), "independent")

    def reverse(self, model: ItemModel) -> Act | None:
        """Any entry, even one that was reversed or is settled."""
        if not model.posted:
            return None
        return Reverse(self.fresh("reversal"), self.source.choice(sorted(model.posted)), self.day())

    def limit(self, _model: ItemModel) -> Act:
        """A hard one, or none any more."""
        floor = self.source.choice([None, -5_000_00, -1_000_00, 0])
        room = self.source.choice([None, None, 10_000_00])
        ceiling = None if room is None else (floor or 0) + room
        return SetLimit(self.source.choice(sorted(SIDES)), floor, ceiling)

    def place(self, _model: ItemModel) -> Act:
        """Between any two accounts, or one and itself."""
        debit, credit = self.source.choice(sorted(SIDES)), self.source.choice(sorted(SIDES))
        return Place(self.fresh("hold"), debit, credit, self.source.randint(1, 500_00))

    def take(self, model: ItemModel) -> Act | None:
        """A part, the rest, or too much."""
        if not model.holds:
            return None
        hold, coin = self.source.choice(sorted(model.holds)), self.source.choice
        how = Take(self.source.randint(1, 500_00), coin([True, False]), coin([True, False]))
        return TakeHold(self.fresh("take"), hold, how, self.day())

    def release(self, model: ItemModel) -> Act | None:
        """Any hold."""
        if not model.holds:
            return None
        return Release(self.fresh("release"), self.source.choice(sorted(model.holds)))

    def allocate(self, model: ItemModel) -> Act | None:
        """Any payment and any bill."""
        debits = sorted(key for key, (amount, _) in model.items.items() if amount > 0)
        credits = sorted(key for key, (amount, _) in model.items.items() if amount < 0)
        if not debits or not credits:
            return None
        amount = self.source.choice([None, None, self.source.randint(1, 500_00)])
        key, source = self.fresh("allocation"), self.source
        return Allocate(key, source.choice(debits), source.choice(credits), amount)

    def key(self, model: ItemModel) -> str:
        """Mostly a new one."""
        used = sorted([*model.posted, *model.kept_refusals])
        return (
            self.source.choice(used) if used and self.source.random() < 0.1 else self.fresh("post")
        )

    def fresh(self, kind: str) -> str:
        """A key that was never used."""
        return f"{kind} {next(self.serial)}"

    def day(self) -> date:
        """Three months that are open."""
        return date(2026, self.source.choice([6, 7, 8]), self.source.randint(1, 28))
