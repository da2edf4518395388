"""A book of millions of postings, made quickly by its owner and proved sound by `integrity`."""

from pathlib import Path
from uuid import UUID

import psycopg
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import text

from benchmarks.ledger.comparison import BooksDisagree
from benchmarks.ledger.facts import CODES, DAYS
from benchmarks.ledger.ground import OPEN_ACCOUNTS, Book, Ground, plain_url
from domain.database import transaction
from domain.ledger import integrity

FUNCTIONS = Path(__file__).with_suffix(".sql")
TENANT = UUID("0190b000-0000-7000-8000-000000000005")
BUSY, RECEIVABLE = CODES[0], "R0000"
CUSTOMERS = 1_000
# The accounts after the busy one that entries debit; they credit the rest.
DEBITED = 500
CHUNK = 20_000
GROW = "SELECT pg_temp.grow(%s, %s, %s, %s, %s)"
ADD_UP = "SELECT pg_temp.add_up(%s, %s)"
ADD_CUSTOMERS = text("""
    INSERT INTO parties (tenant_id, id, code, name, kind)
    SELECT :tenant, uuidv7(), 'CUST-' || n, 'Customer ' || n, 'customer'
    FROM generate_series(1, :customers) AS n
""")


def opened(ground: Ground) -> Book:
    """The empty book, with its customers, its chart and an account of what they owe."""
    book = ground.book(TENANT, codes=())
    opened_on = DAYS[0].isoformat()
    stated: list[dict[str, str]] = [
        {"code": code, "title": code, "kind": kind(number), "opened_on": opened_on}
        for number, code in enumerate(CODES)
    ]
    stated.append(
        {"code": RECEIVABLE, "title": "Receivables", "kind": "asset", "control": "receivable",
         "opened_on": opened_on}
    )  # fmt: skip
    with transaction(ground.owner, TENANT) as connection:
        connection.execute(ADD_CUSTOMERS, {"tenant": TENANT, "customers": CUSTOMERS})
        connection.execute(OPEN_ACCOUNTS, {"company": book.tenant.company, "accounts": stated})
    return book


def kind(number: int) -> str:
    """Of an account by its number, as entries use it: the busy one, those debited, the credited."""
    if number == 0:
        return "asset"
    return "expense" if number <= DEBITED else "income"


def grow(ground: Ground, book: Book, *, held: int, postings: int) -> None:
    """From so many postings to so many; both multiples of 200."""
    company = book.tenant.company
    with (
        psycopg.connect(plain_url(ground.owner)) as connection,
        Progress(console=Console(stderr=True), transient=True) as bar,
    ):
        connection.execute(FUNCTIONS.read_text())
        connection.execute("SET session_replication_role = replica")
        connection.commit()
        for since in bar.track(
            range(held // 2, postings // 2, CHUNK), description=f"Growing to {postings:,} postings"
        ):
            until = min(since + CHUNK, postings // 2)
            with connection.transaction():
                connection.execute(GROW, [TENANT, company, DAYS[0], since, until])
        with connection.transaction():
            connection.execute(ADD_UP, [TENANT, company])
    ground.analyze()


def prove(book: Book, *, postings: int) -> None:
    """Raise BooksDisagree unless the book agrees with itself and has so many postings."""
    with transaction(book.engine, TENANT) as connection:
        found = integrity.check(connection, book.tenant.company)
    if not found.holds or found.postings != postings:
        raise BooksDisagree(f"{found.postings} of {postings} postings: {found.difference}")
