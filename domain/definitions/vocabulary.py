"""What definitions may name: the roles, the chart a company starts with, checks and workflows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from domain.definitions.fields import Name, Strict, Words
from domain.ledger.chart import Account

Area = Literal[
    "everything", "processes", "tasks", "all_tasks", "exceptions", "ledger", "engine", "people",
    "audit",
]  # fmt: skip


class Role(Strict):
    """A role and what it may read."""

    title: Words
    reads: tuple[Area, ...] = ()


class Roles(Strict):
    """`config/roles.yaml`."""

    roles: Annotated[dict[Name, Role], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that a definition may refer to. `skippable` are operations that post nothing."""

    roles: Mapping[str, Role]
    accounts: Mapping[str, Account]
    checks: Collection[str]
    workflows: Collection[str]
    operations: Mapping[str, Mapping[str, str]]
    skippable: Collection[str] = ()
