"""What a scenario finds before it begins, where the cast alone could not make it."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from domain.identifiers import ENTRY, written
from domain.ledger import periods, years
from domain.ledger.entry import JournalEntry, credit, debit
from domain.ledger.periods import PeriodState
from domain.operations import years as operations
from tests.book import Book
from tests.office import Office


def preparations(office: Office) -> Mapping[str, Callable[[], str]]:
    """By what stands in braces: how it is made."""
    book = Book(office.database, office.tenant)
    return {
        "{posted}": partial(posted_entry, book),
        "{locked_year}": partial(locked_year, book),
        "{open_year}": partial(open_year, book),
        "{next_year}": partial(next_year, book),
    }


def posted_entry(book: Book) -> str:
    """An entry that stands in the book: a month's rent."""
    postings = debit("office_rent", 25_000_00), credit("bank", 25_000_00)
    posted = book.post(JournalEntry(book.company, date.today(), "Rent", postings))
    return written(ENTRY, posted.entry)


def open_year(book: Book) -> str:
    """The year that we are in, some of its months not locked."""
    with book.transaction() as connection:
        return periods.holding(connection, book.company, date.today()).fiscal_year


def next_year(book: Book) -> str:
    """The year after the last that is open."""
    with book.transaction() as connection:
        return operations.next_year(periods.listed(connection, book.company))


def locked_year(book: Book) -> str:
    """The earliest year, with rent paid in it: locked month by month and not closed."""
    deepa, bina = book.tenant.person("deepa"), book.tenant.person("bina")
    with book.transaction() as connection:
        found = periods.listed(connection, book.company)
        year, first = found[0].fiscal_year, found[0].starts_on
        if found[0].state is PeriodState.CLOSED:
            years.reopen(
                connection, book.company, year, maker=deepa, checker=bina, reason="Again",
                key=f"again {len(years.listed(connection, book.company))}",
            )  # fmt: skip
            return year
        months = [each for each in found if each.fiscal_year == year and not each.is_adjustment]
    if months[0].state is PeriodState.OPEN:
        postings = debit("office_rent", 25_000_00), credit("bank", 25_000_00)
        book.post(JournalEntry(book.company, first, "Rent", postings))
    with book.transaction() as connection:
        for month in months:
            if month.state is not PeriodState.LOCKED:
                periods.lock(connection, month.id, person=deepa, reason="Year end")
    return year
