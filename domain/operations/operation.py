"""What an operation is: what it needs of the document, what it refuses at once, what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain.access.company import Company
from domain.definitions.content import Content
from domain.processes.record import Facts


@dataclass(frozen=True, slots=True)
class People:
    """Who entered the document, and who approved it last; None where nobody had to."""

    maker: UUID
    checker: UUID | None


@dataclass(frozen=True, slots=True)
class Order:
    """An operation to be carried out once, under a key, for what a process is about."""

    facts: Facts
    people: People
    key: str
    today: date


@dataclass(frozen=True, slots=True)
class Operation:
    """`needs` are required fields by type. `check` refuses early what `perform` would refuse.

    `perform` runs in the transaction of its effect and answers with what the evidence keeps. One
    that `posts`, which each is taken to do that does not deny it, is never left out.
    """

    needs: Mapping[str, str]
    check: Callable[[Connection, Company, Content], None]
    perform: Callable[[Connection, Order], Mapping[str, Any]]
    posts: bool = True
