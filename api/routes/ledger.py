"""The book, to read: accounts, balances, entries, integrity, periods."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from api.answers import cursor_of, placed, read
from api.bodies import read_id
from api.caller import Caller, ReadsLedger
from api.documentation import problems
from api.edge import AtHand, Edge
from api.lists import (
    RANGE,
    Cursor,
    Filter,
    Limit,
    amount,
    conditions,
    day,
    id_of,
    listing,
    moment,
    one_of,
    text,
    truth,
    value_of,
)
from api.problems import addressed, not_found
from api.shapes.base import Listing
from api.shapes.entry import (
    AccountPostingBody,
    EntryBody,
    account_posting,
    entry,
)
from api.shapes.integrity import IntegrityBody
from api.shapes.integrity import integrity as integrity_body
from api.shapes.ledger import (
    AccountBody,
    Accounts,
    Balance,
    Periods,
    account,
    balance_line,
    period,
)
from api.starting import company_id
from domain.access import company as masters
from domain.access.company import Company
from domain.identifiers import ENTRY, PARTY, PROCESS
from domain.ledger import (
    accounts,
    checks,
    entries,
    integrity,
    knowledge,
    limits,
    periods,
    reading,
    search,
    selection,
    statements,
)
from domain.ledger.accounts import Account
from domain.ledger.entries import Place
from domain.ledger.entry import EntryKind, Module, Voucher
from domain.ledger.figures import Sums
from domain.ledger.sealing import seals
from domain.listing import Key, Page, now

router = APIRouter(tags=["Ledger"])

KnownAt = Annotated[
    str | None,
    Query(max_length=40, description="RFC 3339 with its offset: without what was recorded later."),
]
DAYS = Filter(day, RANGE)
OF_ACCOUNTS = {
    **{name: Filter(text) for name in ("kind", "parent", "under", "control", "cash_flow", "q")},
    **{name: Filter(text) for name in ("currency", "statement_line")},
    "code": Filter(text, ("prefix",)),
    "is_heading": Filter(truth),
}
OF_ENTRIES = {
    "entry_date": DAYS,
    "recorded_at": Filter(moment, RANGE),
    "kind": Filter(one_of(EntryKind)),
    "voucher": Filter(one_of(Voucher)),
    "module": Filter(one_of(Module)),
    "number": Filter(text),
    "party": Filter(id_of(PARTY)),
    "process": Filter(id_of(PROCESS)),
    "reverses": Filter(id_of(ENTRY)),
    "account": Filter(text),
    "amount": Filter(amount, RANGE),
    "q": Filter(text),
}
READING = problems(400, 401, 403, 422)
READING_ONE = problems(400, 401, 403, 404, 422)


@contextmanager
def book(edge: Edge, caller: Caller, named: str | None) -> Iterator[tuple[Connection, Company]]:
    """A reading transaction, and the company that was named or is the only one."""
    with edge.reading(caller.tenant) as connection:
        yield connection, masters.company(connection, company_id(named))


@contextmanager
def one_state(
    edge: Edge, caller: Caller, named: str | None
) -> Iterator[tuple[Connection, Company]]:
    """The same for several statements whose figures must agree with each other."""
    with edge.seeing_one_state(caller.tenant) as connection:
        yield connection, masters.company(connection, company_id(named))


def account_of(connection: Connection, company: UUID, code: str) -> Account:
    """The account that the path names, or 404."""
    if not code.isprintable():
        raise not_found("account")
    with addressed("account"):
        return accounts.named(connection, company, code)


@router.get("/ledger/accounts", response_model=Accounts, responses=READING)
def list_accounts(
    request: Request, edge: AtHand, caller: ReadsLedger, company: str | None = None
) -> Response:
    """The chart of accounts, by code.

    Filters: kind, parent, under (a heading's code: all that stands below it), is_heading, control,
    cash_flow, statement_line, currency, code[prefix], q (words of the title in any language).
    """
    asked = conditions(request, OF_ACCOUNTS, besides=("company",))
    with book(edge, caller, company) as (connection, of):
        chart = accounts.by_id(connection, of.id)
        found = selection.selected(chart, asked)
    return read(request, Accounts(data=[account(caller, each, chart) for each in found]))


@router.get("/ledger/accounts/{code}", response_model=AccountBody, responses=READING_ONE)
def get_account(
    code: str, request: Request, edge: AtHand, caller: ReadsLedger, company: str | None = None
) -> Response:
    """One account."""
    with book(edge, caller, company) as (connection, of):
        found = account_of(connection, of.id, code)
        return read(request, account(caller, found, accounts.by_id(connection, of.id)))


@router.get(
    "/ledger/accounts/{code}/postings",
    response_model=Listing[AccountPostingBody],
    responses=READING_ONE,
)
def list_account_postings(
    code: str,
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsLedger,
    company: str | None = None,
    since: date | None = None,
    until: date | None = None,
    limit: Limit = 50,
    cursor: str | None = None,
    display: bool = False,
) -> Response:
    """What was posted to an account, last entry date first."""
    conditions(request, {}, besides=("company", "since", "until"))
    before = placed(cursor, lambda day, id, line: Place(date.fromisoformat(day), UUID(id), line))
    with book(edge, caller, company) as (connection, of):
        found = account_of(connection, of.id, code)
        return listing(
            request,
            connection,
            Page(limit),
            find=lambda page: list(
                entries.of_account(
                    connection, found.id,
                    since=since, until=until, before=before, limit=page.limit + 1,
                )
            ),
            key=lambda p: cursor_of(
                p.place.entry_date.isoformat(), p.place.entry.hex, p.place.line
            ),
            shape=lambda each: account_posting(
                each, base_currency=of.base_currency, display=display
            ),
        )  # fmt: skip


@router.get("/ledger/accounts/{code}/balance", response_model=Balance, responses=READING_ONE)
def get_balance(
    code: str,
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsLedger,
    as_of: date | None = None,
    known_at: KnownAt = None,
    company: str | None = None,
    display: bool = False,
) -> Response:
    """What an account holds at the end of a day, as known now or at an earlier time.

    Without either it says what open holds reserve, and what is available, too.
    """
    conditions(request, {}, besides=("company", "as_of", "known_at"))
    known = value_of("known_at", Filter(moment), known_at) if known_at else None
    with one_state(edge, caller, company) as (connection, of):
        found = account_of(connection, of.id, code)
        sums = statements.balance(connection, found.id, as_of=as_of, known_at=known)
        is_final = known is None or knowledge.is_final(connection, known)
        is_now = as_of is None and known is None
        held = limits.held_now(connection, of.id, found.id) if is_now else {}
    reserved_alone = sorted(held.keys() - {each.currency for each in sums})
    lines = [
        balance_line(
            each, base_currency=of.base_currency, held=held.get(each.currency), display=display
        )
        for each in (*sums, *(Sums(each, 0, 0, 0, 0) for each in reserved_alone))
    ]
    body = Balance(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        account=found.code,
        as_of=as_of,
        known_at=known,
        is_final=is_final,
        balances=lines,
    )
    return read(request, body)


@router.get("/ledger/entries", response_model=Listing[EntryBody], responses=READING)
def list_entries(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsLedger,
    company: str | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    display: bool = False,
) -> Response:
    """Journal entries, last recorded first.

    Filters: entry_date and recorded_at with [gte] and [lte], kind, voucher, module, number,
    party, process, reverses, account (a code), amount with [gte] and [lte] (of one of the postings
    on either side, in minor units), q (words that all stand in the narration).
    """
    asked = conditions(request, OF_ENTRIES, besides=("company",))
    before = cursor.id if cursor else None
    with book(edge, caller, company) as (connection, of):
        return listing(
            request,
            connection,
            Page(limit),
            find=lambda page: list(
                search.found(connection, of.id, asked, before=before, limit=page.limit + 1)
            ),
            key=lambda found: Key(found.recorded_at, found.id),
            shape=lambda found: entry(
                caller, found, base_currency=of.base_currency, display=display
            ),
        )


@router.get("/ledger/entries/{id:path}", response_model=EntryBody, responses=READING_ONE)
def get_entry(
    id: str, request: Request, edge: AtHand, caller: ReadsLedger, display: bool = False
) -> Response:
    """One entry, by id or `number:PI/2026-27/00001`, with its reversal links and process."""
    kind, _, number = id.partition(":")
    with edge.reading(caller.tenant) as connection, addressed("entry"):
        if kind == "number" and number.isprintable():
            found = reading.with_number(connection, number)
        else:
            found = entries.entry(connection, read_id(ENTRY, id))
        of = masters.company(connection, found.entry.company)
    body = entry(caller, found, base_currency=of.base_currency, display=display)
    return read(request, body)


@router.get("/ledger/integrity", response_model=IntegrityBody, responses=READING)
def get_integrity(
    request: Request, edge: AtHand, caller: ReadsLedger, company: str | None = None
) -> Response:
    """Recompute the book from raw postings and its seals, and compare; by named checks."""
    conditions(request, {}, besides=("company",))
    with one_state(edge, caller, company) as (connection, of):
        body = integrity_body(
            caller,
            of,
            integrity.check(connection, of.id),
            statements.trial_balance(connection, of.id),
            checked_at=now(connection),
            head=seals.last_head(connection),
            last=checks.last(connection, of.id),
            last_of_seals=checks.last(connection, None),
        )
    return read(request, body)


@router.get("/periods", response_model=Periods, responses=READING)
def list_periods(
    request: Request, edge: AtHand, caller: ReadsLedger, company: str | None = None
) -> Response:
    """The periods of the book by date, with their state."""
    conditions(request, {}, besides=("company",))
    with book(edge, caller, company) as (connection, of):
        found = [period(caller, each) for each in periods.listed(connection, of.id)]
    return read(request, Periods(data=found))
