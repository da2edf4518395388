"""A book that deals in foreign currencies: its accounts and the rates of its days."""

from datetime import date
from decimal import Decimal

from sqlalchemy import text

from domain.ledger import rates
from domain.ledger.exchange import ExchangeAccounts
from domain.ledger.quotation import Rate

ACCOUNTS = (
    ("receivables", "asset", True),
    ("creditors", "liability", True),
    ("bank_usd", "asset", True),
    ("machinery", "asset", False),
    ("exchange_clearing", "asset", False),
    ("exchange_gain", "income", False),
    ("exchange_loss", "expense", False),
    ("rounding", "expense", False),
)
OPEN = text(
    "SELECT ledger_open_account(:company, jsonb_build_object('code', CAST(:code AS text),"
    " 'title', CAST(:code AS text), 'kind', CAST(:kind AS text), 'opened_on', '2025-04-01',"
    " 'is_monetary', CAST(:is_monetary AS boolean)))"
)
THROUGH = ExchangeAccounts("exchange_gain", "exchange_loss", "exchange_clearing")


def open_accounts(book):
    """Add to the chart what foreign currencies need."""
    with book.transaction() as connection:
        for code, kind, is_monetary in ACCOUNTS:
            stated = {"code": code, "kind": kind, "is_monetary": is_monetary}
            connection.execute(OPEN, {"company": book.company, **stated})
    return book


def set_rate(book, on, rate, *, pair="USD/INR", kind="closing", **stated):
    """Set a rate as a feed does: under a key of its own, without a person unless one is stated."""
    base, quote = pair.split("/")
    told = {name: stated.pop(name) for name in ("key", "person", "reason") if name in stated}
    source = stated.pop("source", "RBI")
    day = date.fromisoformat(on)
    made = Rate(base, quote, day, kind, Decimal(rate), source, **stated)
    key = told.pop("key", f"rate/{pair}/{kind}/{on}/{rate}/{stated}")
    with book.transaction() as connection:
        return rates.set_rate(connection, made, key=key, **told)
