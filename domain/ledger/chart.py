"""The chart of accounts that a company starts with: read from a file, proven, and opened."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path as FilePath
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import Connection

from domain.definitions.fields import Name, Strict, Words
from domain.definitions.mistakes import DefinitionErrors, Located, Mistake, words_of
from domain.definitions.source import modelled
from domain.definitions.source import read as read_source
from domain.ledger import accounts
from domain.ledger.accounts import Opening

Kind = Literal["asset", "liability", "equity", "income", "expense"]
Side = Literal["debit", "credit"]
CashFlow = Literal["cash", "operating", "investing", "financing"]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Heading(Strict):
    """A heading of the chart. It takes no postings; what stands under it adds up to it."""

    title: Words
    kind: Kind
    parent: Name | None = None
    translations: dict[Language, Words] = {}


class Account(Heading):
    """An account. `normal_side` follows from the kind unless stated; `currency` is its only one."""

    normal_side: Side | None = None
    currency: Currency | None = None
    statement_line: Name | None = None
    cash_flow: CashFlow | None = None
    control: Literal["receivable", "payable"] | None = None
    is_monetary: bool = False
    required_dimensions: tuple[Name, ...] = ()
    forbidden_dimensions: tuple[Name, ...] = ()


class Chart(Strict):
    """`config/chart_of_accounts.yaml`."""

    headings: dict[Name, Heading] = {}
    accounts: Annotated[dict[Name, Account], Field(min_length=1)]


WORDS = words_of(Heading, Account, Chart)


def read(file: FilePath) -> Chart:
    """The chart in a file. Raises DefinitionErrors with every mistake, its line and its cure."""
    source = read_source(file)
    errors: list[Located] = []
    found = modelled(source, Chart, errors, words=WORDS)
    if found:
        errors += map(source.located, mistakes(found))
    if errors or found is None:
        raise DefinitionErrors(errors)
    return found


def mistakes(chart: Chart) -> Iterator[Mistake]:
    """What no line shows by itself: parents that are none, circles, kinds that do not agree."""
    for part, held in (("headings", chart.headings), ("accounts", chart.accounts)):
        for code, heading in held.items():
            path = (part, code)
            if part == "accounts" and code in chart.headings:
                yield Mistake(path, f"{code!r} is a heading already", "Give one another code")
            if heading.parent is None:
                continue
            parent = chart.headings.get(heading.parent)
            if parent is None:
                what = f"{code!r} stands under {heading.parent!r}, which is no heading"
                yield Mistake((*path, "parent"), what, "Name one of the headings, or add it")
            elif parent.kind != heading.kind:
                what = f"{code!r} is of kind {heading.kind}, its heading of kind {parent.kind}"
                yield Mistake((*path, "kind"), what, "Put it under a heading of its kind")
            if part == "headings" and code in ancestors(chart, code):
                what = f"{code!r} stands under itself"
                yield Mistake((*path, "parent"), what, "Break the circle")
    for code, account in chart.accounts.items():
        for name in set(account.required_dimensions) & set(account.forbidden_dimensions):
            what = f"{code!r} requires and forbids the dimension {name!r}"
            yield Mistake(("accounts", code), what, "Keep one of the two")


def ancestors(chart: Chart, code: str) -> tuple[str, ...]:
    """The headings above a heading, nearest first; a circle ends where it closes."""
    found: list[str] = []
    parent = chart.headings[code].parent
    while parent is not None and parent in chart.headings and parent not in found:
        found.append(parent)
        parent = chart.headings[parent].parent
    return tuple(found)


def open_chart(connection: Connection, company: UUID, chart: Chart, *, on: date) -> None:
    """Open every heading and account from the day `on`; again adds only what is missing.

    Headings come before what stands under them. Refusals are those of `accounts.open_account`.
    """
    order = sorted(chart.headings, key=lambda code: len(ancestors(chart, code)))
    headings = [opening(company, code, chart.headings[code], on) for code in order]
    postable = [opening(company, code, held, on) for code, held in chart.accounts.items()]
    accounts.open_accounts(connection, [*headings, *postable])


def opening(company: UUID, code: str, stated: Heading, on: date) -> Opening:
    """What the chart states of one heading or account."""
    fields = stated.model_dump() | {"translations": tuple(stated.translations.items())}
    is_heading = not isinstance(stated, Account)
    return Opening(company=company, code=code, opened_on=on, is_heading=is_heading, **fields)
