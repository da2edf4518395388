"""What a scenario finds before it begins, where the cast alone could not make it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import text

from domain.documents import uploads
from domain.documents.uploads import Sent
from domain.identifiers import DELEGATION, ENTRY, HOLD, UPLOAD, written
from domain.ledger import holds, periods, rates, years
from domain.ledger.entry import JournalEntry, Posting, credit, debit
from domain.ledger.holds import Hold
from domain.ledger.periods import PeriodState
from domain.ledger.quotation import Rate
from domain.operations import years as operations
from tests.book import Book
from tests.office import Office
from tests.scenarios import drafted as drafts
from tests.scenarios.drafted import HIGHER, drafted
from tests.scenarios.scenario import document
from tests.today import today

ADD_FORMER = text(
    "INSERT INTO parties (tenant_id, id, code, name, kind, active)"
    " VALUES (:tenant, :id, :code, 'Kadamba Transport', 'vendor', false)"
)
ADD_PRODUCT = text(
    "INSERT INTO products (tenant_id, id, code, name, nature, unit, active)"
    " VALUES (:tenant, :id, :code, 'Barcode scanner', 'goods', 'NOS', :active)"
)

CERTIFICATE = {
    "entry_date": "today", "due_date": "today", "gross": "1000.00 INR", "retention_rate": "",
    "retention_deducted": "0.00 INR", "net": "1000.00 INR",
}  # fmt: skip


def preparations(office: Office) -> Mapping[str, Callable[[], str]]:
    """By what stands in braces: how it is made."""
    book = Book(office.database, office.tenant)
    return {
        "{posted}": partial(posted_entry, book),
        "{locked_year}": partial(locked_year, book),
        "{open_year}": partial(open_year, book),
        "{next_year}": partial(next_year, book),
        "{locked_day}": partial(locked_day, book),
        "{day_with_euros}": partial(day_with, book, "EUR"),
        "{day_with_pounds}": partial(day_with, book, "GBP"),
        "{former_vendor}": partial(former_vendor, book),
        "{hold}": partial(standing_hold, book),
        "{released_hold}": partial(released_hold, book),
        "{delegated}": partial(delegated, office),
        "{draft}": partial(drafted, office.database, office.tenant, office.catalog),
        "{definition}": partial(defined, office),
        "{version}": partial(version_in_force, office),
        "{released}": partial(released, office),
        "{payment}": partial(waiting_payment, office),
        "{certificate}": partial(certificate, office, "issued"),
        "{draft_certificate}": partial(certificate, office, "draft"),
        "{bill}": partial(sent, book, "asha", "bill.pdf"),
        "{sheet}": partial(sent, book, "mohan", "sheet.pdf"),
        "{product}": partial(product, book, is_active=True),
        "{former_product}": partial(product, book, is_active=False),
    }


def sent(book: Book, name: str, file: str) -> str:
    """A file that one of the cast sent to be attached."""
    content = b"%PDF-1.7 " + uuid4().hex.encode()
    with book.as_owner() as connection:
        found = uploads.keep(
            connection, book.tenant.id, book.tenant.user(name),
            Sent(content, "application/pdf", file),
        )  # fmt: skip
    return written(UPLOAD, found.id)


def product(book: Book, *, is_active: bool) -> str:
    """A product of the scenario's own."""
    code = f"P-{uuid4().hex[:6]}"
    values = {"tenant": book.tenant.id, "id": uuid4(), "code": code, "active": is_active}
    with book.as_owner() as connection:
        connection.execute(ADD_PRODUCT, values)
    return code


def certificate(office: Office, stage: str) -> str:
    """A payment certificate of mohan's that stands at a stage: small, so bina alone approves it."""
    given = CERTIFICATE | {"certificate_number": f"RA-{uuid4().hex[:6]}"}
    office = replace(office, type="payment_certificate")
    case = office.receive(document(office.catalog.get(office.type), given), by="mohan")
    if stage == "issued":
        case.act("mohan", "submit")
        case.stands_at("approval").decide("bina")
    case.stands_at(stage)
    return str(case.opened.reference)


def posted_entry(book: Book) -> str:
    """An entry that stands in the book: a month's rent."""
    postings = debit("office_rent", 25_000_00), credit("bank", 25_000_00)
    posted = book.post(JournalEntry(book.company, today(), "Rent", postings))
    return written(ENTRY, posted.entry)


def open_year(book: Book) -> str:
    """The year that we are in, some of its months not locked."""
    with book.transaction() as connection:
        return periods.holding(connection, book.company, today()).fiscal_year


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


def locked_day(book: Book) -> str:
    """A day of a year that is locked."""
    locked_year(book)
    with book.transaction() as connection:
        return periods.listed(connection, book.company)[0].starts_on.isoformat()


def day_with(book: Book, currency: str, day: date | None = None) -> str:
    """A day on which 1,000.00 of the currency came in at 90, and closed at 92 (booked: 90)."""
    account, day = f"bank_{currency.lower()}", day or today() - timedelta(5)
    postings = (
        Posting(account, 1_000_00, currency, 90_000_00),
        Posting("exchange_clearing", -1_000_00, currency, -90_000_00),
        debit("exchange_clearing", 90_000_00),
        credit("share_capital", 90_000_00),
    )
    entry = JournalEntry(book.company, day, f"Capital in {currency}", postings)
    book.post(entry, key=f"prepared/{currency}/{day}")
    for kind, value in (("closing", "92"), ("booked", "90")):
        rate = Rate(currency, "INR", day, kind, Decimal(value), "FBIL")
        with book.transaction() as connection:
            rates.set_rate(connection, rate, key=f"prepared/{currency}/{kind}")
    return day.isoformat()


def standing_hold(book: Book) -> str:
    """1,000.00 of the wallets that will be paid from the bank."""
    return written(HOLD, hold_placed(book))


def hold_placed(book: Book) -> UUID:
    """The same as its id."""
    hold = Hold(book.company, "wallet_liability", "bank", 1_000_00, "INR", "Pay-out of a wallet")
    with book.transaction() as connection:
        return holds.place(connection, hold, key=str(uuid4())).hold


def released_hold(book: Book) -> str:
    """One that was given back."""
    placed = hold_placed(book)
    with book.transaction() as connection:
        holds.release(connection, placed, reason="Cancelled", key=str(uuid4()))
    return written(HOLD, placed)


def former_vendor(book: Book) -> str:
    """A vendor who was deactivated, of the scenario's own: others need theirs as they are."""
    code = f"V-{uuid4().hex[:6]}"
    values = {"tenant": book.tenant.id, "id": uuid4(), "code": code}
    with book.as_owner() as connection:
        connection.execute(ADD_FORMER, values)
    return code


def delegated(office: Office) -> str:
    """A delegation of deepa's to bina, of days that no other test is about."""
    office = replace(office, type="delegation")
    days = {"first_day": "2090-01-01", "last_day": "2090-01-31"}
    case = office.receive(document(office.catalog.get("delegation"), days), by="deepa")
    case.decide("esha")
    case.stands_at("done")
    found = "SELECT id FROM delegations WHERE process_id = :process"
    return written(DELEGATION, office.rows(found, process=case.process)[0].id)


def defined(office: Office) -> str:
    """What the draft means."""
    return drafts.definition("payment", HIGHER, office.catalog).hash


def version_in_force(office: Office) -> str:
    """A version of the payment, drafted by esha and approved by deepa."""
    draft = drafted(office.database, office.tenant, office.catalog)
    changing = replace(office, type="definition_change")
    case = changing.receive(dict(drafts.change(draft, defined(office))), by="esha")
    case.decide("deepa")
    case.stands_at("activated")
    return drafts.version(office.database, office.tenant)


def released(office: Office) -> str:
    """What such a version means."""
    version_in_force(office)
    return defined(office)


def waiting_payment(office: Office) -> str:
    """A payment of today that waits for its audit, under what is shipped."""
    given = document(office.catalog.get("payment"), {"entry_date": "today"})
    return replace(office, type="payment").receive(given).id
