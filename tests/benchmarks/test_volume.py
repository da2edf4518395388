"""The books made for measuring are books: they agree with themselves and hold what is told."""

import pytest

from benchmarks.ledger import volume
from benchmarks.ledger.comparison import BooksDisagree
from benchmarks.ledger.ground import Book, Ground
from benchmarks.ledger.volume import RECEIVABLE
from benchmarks.meter import Meter
from domain.database import transaction
from domain.ledger import accounts
from domain.ledger.statements import balance
from domain.ledger.subledger.ageing import ageing

POSTINGS = 2_000


@pytest.fixture(scope="module")
def ground(database):
    return Ground(database.app, database.admin, Meter({}))


@pytest.fixture(scope="module")
def grown(ground) -> Book:
    book = volume.opened(ground)
    volume.grow(ground, book, held=0, postings=POSTINGS // 2)
    volume.grow(ground, book, held=POSTINGS // 2, postings=POSTINGS)
    return book


def test_a_book_that_was_filled_past_the_functions_agrees_with_itself(grown):
    volume.prove(grown, postings=POSTINGS)


def test_a_book_of_another_size_is_no_proof(grown):
    with pytest.raises(BooksDisagree):
        volume.prove(grown, postings=POSTINGS + 200)


def test_what_customers_owe_is_the_balance_of_their_account_on_any_day(grown):
    company = grown.tenant.company
    with transaction(grown.engine, grown.tenant.id) as connection:
        account = accounts.named(connection, company, RECEIVABLE).id
        for day in (volume.DAYS[100], volume.DAYS[182], volume.DAYS[-1]):
            owed = sum(line.total for line in ageing(connection, company, as_of=day).lines)
            (held,) = balance(connection, account, as_of=day)
            assert owed == held.amount > 0
