"""A whole book in hledger's journal format, with effect keys, numbers and dimensions as tags."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import Connection

from domain.ledger import accounts
from domain.ledger.entry import Posting
from domain.ledger.transfer import prices
from domain.ledger.transfer.account_names import names
from domain.ledger.transfer.booked import Recorded, company, in_order
from domain.money import exponent, plain

TYPES = {"asset": "A", "liability": "L", "equity": "E", "income": "R", "expense": "X"}


def export(connection: Connection, company_id: UUID) -> Iterator[str]:
    """The lines of a company's book. One state of the book only under REPEATABLE READ.

    Amounts in other currencies carry `@@` with their amount in the base currency. In tags and
    numbers what would end them is percent-encoded.
    """
    owner = company(connection, company_id)
    chart = accounts.listed(connection, company_id)
    named = names(chart)
    for account in chart:
        yield f"account {named[account.code]}  ; type: {TYPES[account.kind]}\n"
    seen: set[str] = set()
    for recorded in in_order(connection, company_id):
        postings = recorded.booked.entry.postings
        for currency in sorted({posting.currency for posting in postings} - seen):
            seen.add(currency)
            yield f"\ncommodity 1000.{'0' * exponent(currency)} {currency}\n"
        yield from written(recorded, named, owner.base_currency)


def written(recorded: Recorded, named: Mapping[str, str], base_currency: str) -> Iterator[str]:
    """One entry."""
    entry = recorded.booked.entry
    number = f" ({encoded(recorded.number.number)})" if recorded.number else ""
    narration = " ".join(entry.narration.replace(";", ",").split())
    yield f"\n{entry.entry_date} *{number} {narration}\n"
    said: dict[str, str | None] = {
        "id": str(recorded.booked.id),
        "key": recorded.booked.effect_key,
        "kind": str(entry.kind),
        "voucher": str(entry.voucher),
        "party": recorded.party,
        "reverses": str(recorded.booked.reverses) if recorded.booked.reverses else None,
        "narration": entry.narration if entry.narration != narration else None,
    }
    for name, value in said.items():
        if value is not None:
            yield f"    ; {name}: {encoded(value)}\n"
    with_price = prices.takes_prices(entry)
    for posting in entry.postings:
        amount = prices.written(posting, base_currency, with_price=with_price)
        yield f"    {named[posting.account]}  {amount}\n"
        yield from beside(posting, base_currency)


def beside(posting: Posting, base_currency: str) -> Iterator[str]:
    """What stands beside a posting: its amount in the base currency, and its dimensions."""
    if posting.base_amount is not None:
        yield f"    ; base: {plain(posting.base_amount, base_currency)} {base_currency}\n"
    for name, value in posting.dimensions:
        yield f"    ; {name}: {encoded(value)}\n"


def encoded(value: str) -> str:
    """A value that ends where it ends: no comma, parenthesis or line break in it."""
    return quote(value, safe=" !\"#$&'*+-./:;<=>?@[\\]^_`{|}~")
