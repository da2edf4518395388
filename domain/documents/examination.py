"""What an accepted input must also satisfy against the books and the masters."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access import company as masters
from domain.access.company import Company, Party
from domain.definitions import journal
from domain.definitions.fields import AccountField, PartyField
from domain.definitions.model import Definition
from domain.documents import store
from domain.documents.checks import check_document
from domain.documents.facts import DocumentFacts
from domain.documents.references import check_references
from domain.documents.store import Content
from domain.operations.catalog import check_operations
from domain.refusal import Refusal

# The last day of a year is also its adjustment period's.
PERIOD = text("""
    SELECT starts_on, state FROM periods
    WHERE tenant_id = (SELECT current_tenant()) AND company_id = :company
      AND :day BETWEEN starts_on AND ends_on AND NOT is_adjustment
""")
ACCOUNTS = text("""
    SELECT code, kind FROM accounts
    WHERE tenant_id = (SELECT current_tenant()) AND company_id = :company AND code = ANY(:codes)
""")


def examine(
    connection: Connection,
    definition: Definition,
    company: Company,
    content: Content,
    process: UUID,
    *,
    posted: Collection[str] = (),
) -> Party | None:
    """Climb every check the definition names. Returns the party it is about. Raises a Refusal.

    The dates of journals that are `posted` already are the book's, whatever was locked since.
    """
    today = masters.today(connection)
    check_amounts(definition, content)
    party = party_of(connection, definition, content)
    check_accounts(connection, definition, company, content)
    check_references(connection, definition, company, content, process)
    check_document(definition.checks, DocumentFacts(content, company, party, today))
    if "entry_date_must_be_open" in definition.checks:
        for name, template in definition.journals.items():
            if name not in posted:
                check_open(connection, company, journal.day(template.date, content, today))
    check_operations(connection, definition, company, content)
    store.check_keys(connection, definition, content, process)
    return party


def check_amounts(definition: Definition, content: Content) -> None:
    """The amount that limits apply to is there, and what must be equal is."""
    if definition.amount and journal.is_without_money(definition, content):
        raise Refusal("amount_must_be_given", "No amount stands anywhere. Enter one.")
    for one, other in definition.equal:
        left, right = (journal.total(definition, name, content) for name in (one, other))
        if left != right:
            raise Refusal(
                "amounts_must_be_equal",
                f"{one.capitalize()} are {left}, {other} {right}. Make them equal.",
                **{one: str(left), other: str(right)},
            )


def party_of(connection: Connection, definition: Definition, content: Content) -> Party | None:
    """The party that the content names, or None when its type deals with none."""
    code = party_code(definition, content)
    return masters.party(connection, code) if code else None


def party_code(definition: Definition, content: Content) -> str:
    """The code in the first party field; empty when there is none."""
    for name, field in definition.fields.items():
        if isinstance(field, PartyField):
            return str(content.get(name, ""))
    return ""


def check_accounts(
    connection: Connection, definition: Definition, company: Company, content: Content
) -> None:
    """Every account named must be in the chart, and of the kind that its field wants."""
    named = list(accounts_of(definition, content))
    if not named:
        return
    asked = {"company": company.id, "codes": [code for code, _ in named]}
    known = {row.code: row.kind for row in connection.execute(ACCOUNTS, asked)}
    for code, kind in named:
        if code not in known:
            raise Refusal(
                "account_must_exist", f"{company.name} has no account {code!r}. Use another."
            )
        if kind is not None and known[code] != kind:
            raise Refusal(
                "account_must_be_of_kind",
                f"{code} is an account of kind {known[code]}, but {kind} is wanted here.",
            )


def accounts_of(definition: Definition, content: Content) -> Iterator[tuple[str, str | None]]:
    """Each account code in the content, with the kind its field asks for."""
    for path, field in definition.fields_by_path().items():
        if isinstance(field, AccountField):
            rows, _, name = path.rpartition(".")
            places: list[Any] = list(content.get(rows, ())) if rows else [content]
            yield from ((str(p[name]), field.kind) for p in places if name in p)


def check_open(connection: Connection, company: Company, day: date) -> None:
    """Refuse a date that no open period holds."""
    period = connection.execute(PERIOD, {"company": company.id, "day": day}).one_or_none()
    if period is None:
        raise Refusal(
            "period_must_exist",
            f"No period holds {day}. Open the fiscal year first, or correct it.",
        )
    if period.state != "open":
        raise Refusal(
            "period_locked",
            f"The entry would be dated {day}, but {period.starts_on:%B %Y} is {period.state}. "
            "Use a date in an open period or ask for the period to be reopened.",
            period=f"{period.starts_on:%Y-%m}",
            state=period.state,
        )
