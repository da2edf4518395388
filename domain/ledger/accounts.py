"""Accounts of a company: read, opened, given another code, closed. The rules are the database's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from domain.database import with_json
from domain.ledger.tables import accounts
from domain.refusal import Refusal

OPEN = with_json("""
    SELECT ledger_open_account((opening.value->>'company')::uuid, opening.value - 'company')
    FROM jsonb_array_elements(:stated) AS opening
""", "stated")  # fmt: skip
RENAME = text("SELECT ledger_rename_account(:company, :code, :new_code)")
CLOSE = text("SELECT ledger_close_account(:company, :code, :last_day)")

# In the order of the fields of Account.
COLUMNS = tuple(
    accounts.c[name]
    for name in (
        "id", "company_id", "code", "title", "kind", "currency", "opened_on", "closed_on",
        "parent_id", "is_heading", "normal_side", "statement_line", "cash_flow", "control",
        "is_monetary", "is_limited", "is_budgeted", "required_dimensions",
        "forbidden_dimensions", "translations",
    )
)  # fmt: skip

# Field, refusal, and the words that it may hold.
WORDS = (
    ("kind", "account_kind_must_be_known",
     ("asset", "liability", "equity", "income", "expense")),
    ("normal_side", "account_normal_side_must_be_known", ("debit", "credit")),
    ("cash_flow", "account_cash_flow_must_be_known",
     ("cash", "operating", "investing", "financing")),
    ("control", "account_control_must_be_known", ("receivable", "payable")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `kind` is asset, liability, equity, income or expense; `currency` its only one.

    `id` is a number of the database, `code` the name that entries use. `parent` is the id of the
    heading it stands under; a heading takes no postings. `statement_line` is where the layouts of
    statements put it, `cash_flow` its section of the cash flow statement. `control` says whether
    its postings are open items; `is_monetary` whether foreign amounts on it are revalued.
    """

    id: int
    company: UUID
    code: str
    title: str
    kind: str
    currency: str | None
    opened_on: date
    closed_on: date | None
    parent: int | None = None
    is_heading: bool = False
    normal_side: str = "debit"
    statement_line: str | None = None
    cash_flow: str | None = None
    control: str | None = None
    is_monetary: bool = False
    is_limited: bool = False
    is_budgeted: bool = False
    required_dimensions: tuple[str, ...] = ()
    forbidden_dimensions: tuple[str, ...] = ()
    translations: tuple[tuple[str, str], ...] = ()

    def titled(self, language: str) -> str:
        """The title in a language of ISO 639-1, or as it was given when there is no translation."""
        return dict(self.translations).get(language, self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is stated of an account that is to be opened; None leaves it to the database.

    `parent` is the code of a heading. `translations` are pairs of language and title.
    """

    company: UUID
    code: str
    title: str
    kind: str
    opened_on: date
    normal_side: str | None = None
    currency: str | None = None
    parent: str | None = None
    is_heading: bool = False
    statement_line: str | None = None
    cash_flow: str | None = None
    control: str | None = None
    is_monetary: bool = False
    required_dimensions: tuple[str, ...] = ()
    forbidden_dimensions: tuple[str, ...] = ()
    translations: tuple[tuple[str, str], ...] = ()


def listed(connection: Connection, company: UUID) -> tuple[Account, ...]:
    """The whole chart, by code."""
    chart = select(*COLUMNS).where(accounts.c.company_id == company).order_by(accounts.c.code)
    return tuple(account(row) for row in connection.execute(chart))


def get(connection: Connection, account_id: int) -> Account:
    """One account. Raises Refusal `account_must_exist`."""
    row = connection.execute(select(*COLUMNS).where(accounts.c.id == account_id)).one_or_none()
    if row is None:
        raise Refusal("account_must_exist", f"There is no account {account_id}.")
    return account(row)


def named(connection: Connection, company: UUID, code: str) -> Account:
    """The company's account of this code. Raises Refusal `account_must_exist`."""
    wanted = accounts.c.company_id == company, accounts.c.code == code
    row = connection.execute(select(*COLUMNS).where(*wanted)).one_or_none()
    if row is None:
        raise Refusal(
            "account_must_exist",
            f"The company has no account {code!r}. Add it to the chart or use another.",
        )
    return account(row)


def open_account(connection: Connection, opening: Opening) -> int:
    """Open an account and give its id. Again changes title, grouping and dimensions as stated.

    Raises Refusal `account_must_be_named`, `account_kind_must_be_known` (and so for normal side,
    cash flow and control), `account_must_stand_under_a_heading` and `account_must_keep_kind`: what
    an account was opened as stays.
    """
    (found,) = open_accounts(connection, [opening])
    return found


def open_accounts(connection: Connection, openings: Sequence[Opening]) -> tuple[int, ...]:
    """Open many in their order, headings before what stands under them; all or none."""
    for opening in openings:
        check_opening(opening)
    values = {"stated": [stated(opening) for opening in openings]}
    return tuple(int(found) for found in connection.scalars(OPEN, values))


def stated(opening: Opening) -> dict[str, object]:
    """The opening as the database reads it, without what is left to it."""
    fields: dict[str, object] = {
        name: getattr(opening, name)
        for name in (
            "code", "title", "kind", "normal_side", "currency", "parent", "is_heading",
            "statement_line", "cash_flow", "control", "is_monetary",
        )
    }  # fmt: skip
    fields["company"] = str(opening.company)
    fields["opened_on"] = opening.opened_on.isoformat()
    fields["translations"] = dict(opening.translations)
    fields["required_dimensions"] = list(opening.required_dimensions)
    fields["forbidden_dimensions"] = list(opening.forbidden_dimensions)
    return {name: value for name, value in fields.items() if value is not None}


def check_opening(opening: Opening) -> None:
    """The ladder of rules that need no database. Raises the first Refusal."""
    if not opening.code.strip() or not opening.title.strip():
        raise Refusal(
            "account_must_be_named",
            f"An account needs a code and a title, not {opening.code!r} and {opening.title!r}.",
        )
    for name, code, known in WORDS:
        value = getattr(opening, name)
        if value is not None and value not in known:
            words = name.replace("_", " ")
            raise Refusal(
                code, f"{value!r} is no {words} of an account. Use one of: {', '.join(known)}."
            )
    if opening.is_heading and (opening.control or opening.required_dimensions):
        raise Refusal(
            "heading_must_take_no_postings",
            f"{opening.code} is a heading: it takes no postings, so it is no control account and "
            "requires no dimensions. State these on the accounts under it.",
        )


def rename(connection: Connection, company: UUID, code: str, *, new_code: str) -> None:
    """Give an account another code; entries, balances and numbers follow.

    Raises Refusal `account_must_exist` (also the second time) and `account_must_be_unique`.
    """
    connection.execute(RENAME, {"company": company, "code": code, "new_code": new_code})


def close(connection: Connection, company: UUID, code: str, *, last_day: date) -> None:
    """Close an account from the day after `last_day` on. Again changes nothing.

    Raises Refusal `account_must_exist` and `account_must_be_empty`.
    """
    connection.execute(CLOSE, {"company": company, "code": code, "last_day": last_day})


def by_id(connection: Connection, company: UUID) -> Mapping[int, Account]:
    """The whole chart by the numbers that figures use."""
    return {account.id: account for account in listed(connection, company)}


def account(row: Row[Any]) -> Account:
    """A row of the table as what it means."""
    fields: list[Any] = list(row)
    required, forbidden, translations = fields[-3:]
    fields[-3:] = tuple(required), tuple(forbidden), tuple(sorted(translations.items()))
    return Account(*fields)
