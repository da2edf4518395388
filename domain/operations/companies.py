"""Adding a company to a tenant, with a book of its own, and changing what is known of one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from domain.access import companies
from domain.access.companies import Said
from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.identifiers import COMPANY, written
from domain.ledger import accounts, periods
from domain.ledger.accounts import Account, Opening
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"request": "choice", "code": "text", "reason": "text"}
ADD: Final = "add"
# Said of a new company alone: the book stands on them.
FIRST = ("base_currency", "first_year")


def check(connection: Connection, company: Company, content: Content) -> None:
    """Climb every rule."""
    asked(connection, content)


def asked(connection: Connection, content: Content) -> tuple[UUID | None, Said]:
    """The company as it is to be, and the id of one that is there. Raises the first Refusal."""
    code, adds = reading.text(content, "code"), reading.text(content, "request") == ADD
    found = companies.find(connection, code)
    check_fields(content, adds=adds)
    if adds and found:
        raise Refusal(
            "company_must_be_new",
            f"{found[1].code} is the code of {found[1].name}. Choose another, or ask for a change.",
        )
    if not adds and not found:
        raise Refusal("company_must_exist", f"The tenant has no company {code!r}.")
    said = said_of(content, found[1] if found else None)
    companies.check_said(said)
    companies.check_apart(connection, said)
    if found:
        check_change(found[1], said)
    return (found[0] if found else None), said


def check_fields(content: Content, *, adds: bool) -> None:
    """A new company says when its book begins and in which currency; another keeps both."""
    given = [name for name in FIRST if content.get(name)]
    if adds and len(given) < len(FIRST):
        raise Refusal(
            "company_must_be_described",
            "Say of a new company its base currency and a day of its first fiscal year.",
        )
    if not adds and given:
        raise Refusal(
            "company_fields_must_fit_request",
            f"{' and '.join(given)} cannot be changed: the book stands on it. Leave it out.",
        )


def said_of(content: Content, before: Said | None) -> Said:
    """What the document says; of a company that is there, over what is known of it."""
    names = ("name", "base_currency", "bank_account", "gstin", "pan")
    given = {name: reading.text(content, name) for name in names if content.get(name)}
    kept = asdict(before) if before else dict.fromkeys(names[:3], "")
    return Said(**({"code": reading.text(content, "code")} | kept | given))


def check_change(before: Said, after: Said) -> None:
    """Something changes, and it stays the same legal entity."""
    if after == before:
        raise Refusal(
            "company_must_change", f"{before.name} is as you say already. Nothing is to be done."
        )
    if before.known_pan and after.known_pan != before.known_pan:
        raise Refusal(
            "company_must_keep_its_pan",
            f"{before.name} has the PAN {before.known_pan}. Another PAN is another legal entity: "
            "add it as a company of its own.",
        )


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Write it. A new company gets the chart of the one in which it was asked for, and its year."""
    content = order.facts.content
    id, said = asked(connection, content)
    if id is not None:
        before = companies.find(connection, said.code)
        companies.change(connection, id, said)
        return {"company": written(COMPANY, id), "before": shown(before), "after": asdict(said)}
    id = companies.add(connection, said)
    open_book(connection, order.facts.company.id, id, reading.day(content, "first_year"))
    return {"company": written(COMPANY, id), "after": asdict(said)}


def shown(found: tuple[UUID, Said] | None) -> dict[str, Any] | None:
    """A company for the evidence."""
    return asdict(found[1]) if found else None


def open_book(connection: Connection, like: UUID, company: UUID, day: date) -> None:
    """Its first fiscal year, and the chart of another from the first day of that."""
    periods.open_year(connection, company, day)
    first_day = periods.listed(connection, company)[0].starts_on
    known = accounts.listed(connection, like)
    accounts.open_accounts(connection, copies(known, company, first_day))


def copies(known: Iterable[Account], company: UUID, on: date) -> list[Opening]:
    """Every account that is in use, headings before what stands under them."""
    by_id = {account.id: account for account in known}
    in_use = [account for account in by_id.values() if account.closed_on is None]
    in_use.sort(key=lambda account: (not account.is_heading, len(list(above(account, by_id)))))
    return [copy(account, by_id, company, on) for account in in_use]


def above(account: Account, by_id: Mapping[int, Account]) -> Iterator[Account]:
    """The headings above it, the nearest first."""
    while account.parent is not None:
        account = by_id[account.parent]
        yield account


def copy(account: Account, by_id: Mapping[int, Account], company: UUID, on: date) -> Opening:
    """The account as another company opens it."""
    return Opening(
        company=company,
        code=account.code,
        title=account.title,
        kind=account.kind,
        opened_on=on,
        normal_side=account.normal_side,
        currency=account.currency,
        parent=by_id[account.parent].code if account.parent is not None else None,
        is_heading=account.is_heading,
        statement_line=account.statement_line,
        cash_flow=account.cash_flow,
        control=account.control,
        is_monetary=account.is_monetary,
        required_dimensions=account.required_dimensions,
        forbidden_dimensions=account.forbidden_dimensions,
        translations=account.translations,
    )


WRITE_COMPANY = Operation(NEEDS, check, perform)
