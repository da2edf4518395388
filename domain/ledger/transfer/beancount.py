"""A whole book in Beancount's format (version 3), with effect keys, numbers and dimensions kept."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy import Connection

from domain.ledger import accounts
from domain.ledger.accounts import Account
from domain.ledger.entry import Posting
from domain.ledger.transfer import prices
from domain.ledger.transfer.account_names import names
from domain.ledger.transfer.booked import Recorded, company, in_order
from domain.money import exponent, plain

RESERVED = ("base", "code", "filename", "lineno")


def export(connection: Connection, company_id: UUID) -> Iterator[str]:
    """The lines of a company's book. One state of the book only under REPEATABLE READ.

    Amounts in other currencies carry `@@` with their amount in the base currency, and `base`.
    """
    owner = company(connection, company_id)
    chart = accounts.listed(connection, company_id)
    named = names(chart)
    yield f"option {text('title')} {text(owner.name)}\n"
    yield f"option {text('operating_currency')} {text(owner.base_currency)}\n\n"
    for account in chart:
        yield from opened(account, named)
    seen: set[str] = set()
    for recorded in in_order(connection, company_id):
        entry = recorded.booked.entry
        for currency in sorted({posting.currency for posting in entry.postings} - seen):
            seen.add(currency)
            yield f"\n{entry.entry_date} commodity {currency}\n  precision: {exponent(currency)}\n"
        yield from written(recorded, named, owner.base_currency)
    for account in chart:
        if account.closed_on is not None:
            yield f"\n{account.closed_on} close {named[account.code]}\n"


def opened(account: Account, named: Mapping[str, str]) -> Iterator[str]:
    """The directive that opens an account."""
    currency = f" {account.currency}" if account.currency else ""
    yield f"{account.opened_on} open {named[account.code]}{currency}\n"
    yield f"  code: {text(account.code)}\n"
    yield f"  title: {text(account.title)}\n"


def written(recorded: Recorded, named: Mapping[str, str], base_currency: str) -> Iterator[str]:
    """One entry."""
    entry = recorded.booked.entry
    yield f"\n{entry.entry_date} * {text(entry.narration)}\n"
    said: dict[str, str | None] = {
        "id": str(recorded.booked.id),
        "key": recorded.booked.effect_key,
        "kind": str(entry.kind),
        "voucher": str(entry.voucher),
        "number": recorded.number.number if recorded.number else None,
        "party": recorded.party,
        "reverses": str(recorded.booked.reverses) if recorded.booked.reverses else None,
    }
    for name, value in said.items():
        if value is not None:
            yield f"  {name}: {text(value)}\n"
    with_price = prices.takes_prices(entry)
    for posting in entry.postings:
        amount = prices.written(posting, base_currency, with_price=with_price)
        yield f"  {named[posting.account]}  {amount}\n"
        yield from beside(posting, base_currency)


def beside(posting: Posting, base_currency: str) -> Iterator[str]:
    """What stands beside a posting: its amount in the base currency, and its dimensions."""
    if posting.base_amount is not None:
        yield f"    base: {plain(posting.base_amount, base_currency)} {base_currency}\n"
    for name, value in posting.dimensions:
        is_taken = name in RESERVED or len(name) < 2
        yield f"    {'dimension_' if is_taken else ''}{name}: {text(value)}\n"


def text(value: str) -> str:
    """A string as Beancount reads it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
