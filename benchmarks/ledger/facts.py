"""What a caller knows of an entry to be posted, before any side has given it its form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from domain.ledger.book import Item
from domain.ledger.entry import JournalEntry, Posting

ACCOUNTS = 1_000
CODES = [f"A{number:04}" for number in range(ACCOUNTS)]
FIRST_DAY = date(2025, 4, 1)
DAYS = [FIRST_DAY + timedelta(days) for days in range(365)]
CURRENCY = "INR"
NARRATION = "Sale of goods"


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry: its key, its day, and account number and paise of each leg, debits above zero."""

    key: str
    day: date
    legs: tuple[tuple[int, int], ...]


def drawn(
    random: Random,
    count: int,
    *,
    postings: int = 2,
    accounts: int = ACCOUNTS,
    days: Sequence[date] = DAYS,
) -> list[Fact]:
    """Entries on any of the days between any accounts: one debit, the rest credits."""
    facts = []
    for _ in range(count):
        debited, *credited = random.sample(range(accounts), postings)
        amounts = [random.randint(1_00, 100_000_00) for _ in credited]
        legs = ((debited, sum(amounts)), *((a, -m) for a, m in zip(credited, amounts, strict=True)))
        facts.append(Fact(str(uuid4()), random.choice(days), legs))
    return facts


def debits(facts: Sequence[Fact]) -> int:
    """Paise debited by all of them."""
    return sum(amount for fact in facts for _, amount in fact.legs if amount > 0)


def item(fact: Fact, company: UUID, codes: Sequence[str] = CODES) -> Item:
    """As the domain takes it."""
    postings = tuple(Posting(codes[number], amount, CURRENCY) for number, amount in fact.legs)
    return Item(fact.key, JournalEntry(company, fact.day, NARRATION, postings))


def plain(fact: Fact, company: str) -> Mapping[str, Any]:
    """As the database's function reads it, written by hand."""
    return {
        "key": fact.key,
        "entry": {
            "company": company,
            "entry_date": fact.day.isoformat(),
            "narration": NARRATION,
            "postings": [
                {"account": CODES[number], "amount": amount, "currency": CURRENCY}
                for number, amount in fact.legs
            ],
        },
    }


def rupees(paise: int) -> str:
    """1234.50; credits below zero."""
    return f"{'-' if paise < 0 else ''}{abs(paise) // 100}.{abs(paise) % 100:02}"
