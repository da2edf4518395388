"""A book that deals in foreign currencies: its accounts and the rates of its days."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from domain.ledger import notation, rates, revaluation, statements
from domain.ledger.entry import JournalEntry, check_entry
from domain.ledger.exchange import ExchangeAccounts
from domain.ledger.monetary import Scope
from domain.ledger.notation import Written
from domain.ledger.quotation import Leg, Quotation, Rate, Version

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
DAY = YEAR_END = date(2026, 3, 31)
PURCHASE = """
    2026-01-30  Machinery
      Dr  machinery  5000.00 USD = 300000.00 INR
      Cr  creditors  5000.00 USD = 300000.00 INR
"""
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


def quotation(pair, rate, *, units=1, inverted=False):
    """A quotation of one rate, without a database. `inverted` asks for the way back."""
    base, quote = pair.split("/")
    stated = Rate(base, quote, DAY, "spot", Decimal(rate), "RBI", units)
    ends = (quote, base) if inverted else (base, quote)
    leg = Leg(Version(UUID(int=1), stated, 1, None, None, None), inverted)
    return Quotation(*ends, DAY, "spot", (leg,))


def assert_written(postings, expected):
    check_entry(JournalEntry(UUID(int=1), DAY, "Entry", tuple(postings)))
    assert notation.write([Written(DAY, "Entry", tuple(postings))]) == notation.write(
        notation.parse(expected)
    )


def revalue(book, on=YEAR_END, *, key="year end", through=THROUGH, company=None, **scope):
    with book.transaction() as connection:
        stated = Scope(company or book.company, on, **scope)
        return revaluation.revalue(connection, stated, through=through, key=key)


def preview(book, on=YEAR_END, **scope):
    with book.transaction() as connection:
        return revaluation.preview(connection, Scope(book.company, on, **scope))


def base(book, account, as_of=None):
    """Debits less credits in paise, whatever the currency."""
    with book.transaction() as connection:
        lines = statements.trial_balance(connection, book.company, as_of=as_of).lines
    return sum(line.sums.base_amount for line in lines if line.code == account)


def profit(book, as_of):
    """Gains less losses from the beginning of the book, in paise."""
    return -base(book, "exchange_gain", as_of) - base(book, "exchange_loss", as_of)
