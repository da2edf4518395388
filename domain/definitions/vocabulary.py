"""What definitions may name: the roles, the chart a company starts with, checks and workflows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from domain.definitions.fields import Name, Strict, Words

Area = Literal["everything", "processes", "tasks", "exceptions", "ledger", "engine"]
Kind = Literal["asset", "liability", "equity", "income", "expense"]


class Role(Strict):
    """A role and what it may read."""

    title: Words
    reads: tuple[Area, ...] = ()


class Account(Strict):
    """An account of the chart that a new company starts with."""

    title: Words
    kind: Kind


class Roles(Strict):
    """`config/roles.yaml`."""

    roles: Annotated[dict[Name, Role], Field(min_length=1)]


class Chart(Strict):
    """`config/chart_of_accounts.yaml`."""

    accounts: Annotated[dict[Name, Account], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that a definition may refer to."""

    roles: Mapping[str, Role]
    accounts: Mapping[str, Account]
    checks: Collection[str]
    workflows: Collection[str]
