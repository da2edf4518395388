"""What an operation is: what it needs of the document, what it refuses at once, what it does."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain.access.actor import Actor
from domain.access.company import Company
from domain.definitions.catalog import Catalog
from domain.definitions.content import Content
from domain.processes.record import Facts
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class People:
    """Who entered the document, and who approved it last; None where nobody had to."""

    maker: UUID
    checker: UUID | None

    @property
    def agreed(self) -> UUID:
        """Who approved. Refuses what nobody did: `checker_must_be_named`."""
        if self.checker is None:
            raise Refusal(
                "checker_must_be_named", "Nobody approved this. Have its type say who approves it."
            )
        return self.checker


@dataclass(frozen=True, slots=True)
class Order:
    """An operation to be carried out once, under a key, for what a process is about.

    `catalog` is what the installation knows of process types.
    """

    facts: Facts
    people: People
    key: str
    today: date
    catalog: Catalog


def anybody(_: Connection, __: Content, ___: Actor, *, checks: bool) -> None:
    """Whoever may start the type may ask for it."""


def nobody(_: Connection, __: Content) -> Collection[UUID]:
    """It is about no person."""
    return ()


@dataclass(frozen=True, slots=True)
class Operation:
    """`needs` are required fields by type. `check` refuses early what `perform` would refuse.

    `perform` runs in the transaction of its effect and answers with what the evidence keeps.
    `preview` says what it would do of a document that `check` let pass; it writes nothing.
    `check_maker` refuses who may not ask for it, told whether she is one who `checks` such
    documents; `concerned` are those whom it is about, so that none of them checks it. One that
    `posts`, which each is taken to do that does not deny it, is never left out.
    """

    needs: Mapping[str, str]
    check: Callable[[Connection, Company, Content], None]
    perform: Callable[[Connection, Order], Mapping[str, Any]]
    preview: Callable[[Connection, Company, Content], Mapping[str, Any]] | None = None
    check_maker: Callable[..., None] = anybody
    concerned: Callable[[Connection, Content], Collection[UUID]] = nobody
    posts: bool = True
