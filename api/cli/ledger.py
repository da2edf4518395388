"""Commands about the ledger: accounts, entries, balances, its integrity; nothing is written."""

from typing import Annotated, Final

import typer

from api.cli import pictures, reserves, sheets
from api.cli.command import command
from api.cli.reports import (
    AsOf,
    Company,
    Format,
    KnownAt,
    Language,
    Scale,
    Since,
    To,
    Until,
    show,
)
from api.cli.session import Session, query
from api.cli.wording import addressed

PANEL: Final = "Ledger"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Code = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its code, such as bank.")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="The rows of a page.")]
Cursor = Annotated[
    str | None, typer.Option(metavar="CURSOR", help="next_cursor of the page before.")
]


@command(app, "accounts", panel=PANEL)
def accounts(
    session: Session,
    *,
    kind: Annotated[
        str | None, typer.Option(help="asset, liability, equity, income or expense.")
    ] = None,
    under: Annotated[
        str | None, typer.Option(metavar="HEADING", help="All below this heading.")
    ] = None,
    control: Annotated[str | None, typer.Option(help="receivable or payable.")] = None,
    q: Annotated[str | None, typer.Option(metavar="WORDS", help="In the title.")] = None,
    company: Company = None,
) -> None:
    """The chart of accounts."""
    asked = query(kind=kind, under=under, control=control, q=q, company=company)
    body = session.client.get("/v1/ledger/accounts", **asked).body
    session.terminal.show(body, lambda: sheets.accounts(session.terminal, body["data"]))


@command(app, "account", panel=PANEL)
def account(session: Session, code: Code, *, company: Company = None) -> None:
    """One account: what it is and what it takes."""
    body = session.client.get(f"/v1/ledger/accounts/{code}", **query(company=company)).body
    session.terminal.show(body, lambda: pictures.thing(session.terminal, body))


@command(app, "balance", panel=PANEL)
def balance(
    session: Session,
    code: Code,
    *,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    company: Company = None,
) -> None:
    """What an account holds, now or as of a day, as known now or earlier."""
    asked = query(as_of=as_of, known_at=known_at, company=company)
    body = session.client.get(f"/v1/ledger/accounts/{code}/balance", **asked).body
    session.terminal.show(body, lambda: sheets.balance(session.terminal, body))


@command(app, "entries", panel=PANEL)
def entries(
    session: Session,
    *,
    since: Since = None,
    until: Until = None,
    kind: Annotated[str | None, typer.Option(help="normal, reversal, closing, …")] = None,
    voucher: Annotated[str | None, typer.Option(help="journal, payment, sales, …")] = None,
    account: Annotated[str | None, typer.Option(metavar="CODE")] = None,
    party: Annotated[str | None, typer.Option(metavar="pty_…")] = None,
    process: Annotated[str | None, typer.Option(metavar="prc_…")] = None,
    q: Annotated[str | None, typer.Option(metavar="WORDS", help="In the narration.")] = None,
    amount: Annotated[
        str | None, typer.Option(metavar="PAISE", help="Of a posting, in minor units.")
    ] = None,
    company: Company = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> None:
    """Journal entries, last recorded first."""
    asked = query(
        kind=kind, voucher=voucher, account=account, party=party, process=process, q=q,
        amount=amount, company=company, limit=str(limit), cursor=cursor,
    )  # fmt: skip
    days = {"entry_date[gte]": since, "entry_date[lte]": until}
    body = session.client.get("/v1/ledger/entries", **asked, **query(**days)).body
    session.terminal.show(body, lambda: sheets.entries(session.terminal, body))


@command(app, "entry", panel=PANEL)
def entry(
    session: Session,
    id: Annotated[str, typer.Argument(metavar="ENTRY", help="jrn_… or PI/2026-27/00001.")],
) -> None:
    """One entry with its postings, and what it reverses or is reversed by."""
    body = session.client.get(f"/v1/ledger/entries/{addressed(id)}").body
    session.terminal.show(body, lambda: sheets.entry(session.terminal, body))


@command(app, "limits", panel=PANEL)
def limits(
    session: Session,
    *,
    account: Annotated[str | None, typer.Option(metavar="CODE")] = None,
    company: Company = None,
) -> None:
    """Floors and ceilings of accounts."""
    body = session.client.get("/v1/ledger/limits", **query(account=account, company=company)).body
    session.terminal.show(body, lambda: reserves.limits(session.terminal, body["data"]))


@command(app, "holds", panel=PANEL)
def holds(
    session: Session,
    *,
    state: Annotated[str | None, typer.Option(help="open, taken, released or expired.")] = None,
    account: Annotated[str | None, typer.Option(metavar="CODE", help="Of either side.")] = None,
    company: Company = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> None:
    """Amounts that are reserved and not yet posted, last placed first."""
    asked = query(state=state, account=account, company=company, limit=str(limit), cursor=cursor)
    body = session.client.get("/v1/ledger/holds", **asked).body
    session.terminal.show(body, lambda: reserves.holds(session.terminal, body))


@command(app, "hold", panel=PANEL)
def hold(session: Session, id: Annotated[str, typer.Argument(metavar="hld_…")]) -> None:
    """One hold, and what became of it."""
    body = session.client.get(f"/v1/ledger/holds/{id}").body
    session.terminal.show(body, lambda: reserves.hold(session.terminal, body))


@command(app, "rates", panel=PANEL)
def rates(
    session: Session,
    *,
    on: Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="Today.")] = None,
    kind: Annotated[str | None, typer.Option(help="closing, spot, average, …")] = None,
    currency: Annotated[str | None, typer.Option(metavar="USD", help="Of this currency.")] = None,
    known_at: KnownAt = None,
    company: Company = None,
) -> None:
    """The exchange rates that serve on a day, with their sources."""
    asked = query(on=on, kind=kind, from_currency=currency, known_at=known_at, company=company)
    body = session.client.get("/v1/ledger/rates", **asked).body
    session.terminal.show(body, lambda: reserves.rates(session.terminal, body["data"]))


@command(app, "verify", panel=PANEL)
def verify(session: Session, *, company: Company = None) -> None:
    """Recompute the book, check by check.

    Exit code 1 when it does not agree with itself, or did not in the last nightly check: that one
    also compares the seals with the heads that are kept outside the database.
    """
    body = session.client.get("/v1/ledger/integrity", **query(company=company)).body
    session.terminal.show(body, lambda: sheets.integrity(session.terminal, body))
    kept = (body["last_check"], body["last_check_of_seals"])
    if not all(each["holds"] for each in (body, *kept) if each):
        raise typer.Exit(1)


@command(app, "statement", panel=PANEL)
def statement(
    session: Session,
    code: Code,
    *,
    since: Since = None,
    until: Until = None,
    known_at: KnownAt = None,
    language: Language = None,
    scale: Scale = None,
    company: Company = None,
    format: Format = None,
    to: To = None,
) -> None:
    """The postings of an account with the balance after each: its general ledger."""
    asked = query(
        account=code, since=since, until=until, known_at=known_at, language=language,
        scale=scale, company=company,
    )  # fmt: skip
    show(session, "general-ledger", asked, format=format, to=to)


@command(app, "export", panel=PANEL)
def export(
    session: Session,
    *,
    since: Since = None,
    until: Until = None,
    language: Language = None,
    company: Company = None,
    format: Format = None,
    to: To = None,
) -> None:
    """Every entry of the days with its postings: the day book, as a table or a file."""
    asked = query(since=since, until=until, language=language, company=company)
    show(session, "day-book", asked, format=format, to=to)
