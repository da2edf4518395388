"""What definitions may name: the roles, the chart a company starts with, checks and workflows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from domain.definitions.fields import Name, Strict, Words
from domain.definitions.model import Definition
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
class TemplateFile:
    """The text of a notification as it is installed, and the file that it stands in."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that a definition may refer to. `skippable` are operations that post nothing,
    `types` the names of the process types beside it, `started` those of them that a stage may
    start. `checks` and `operations` stand with the fields that they need, by type, `templates`
    texts of notifications by `language/name.channel` or `language/type/name.channel`.
    """

    roles: Mapping[str, Role]
    accounts: Mapping[str, Account]
    checks: Mapping[str, Mapping[str, str]]
    workflows: Collection[str]
    operations: Mapping[str, Mapping[str, str]]
    skippable: Collection[str] = ()
    types: Collection[str] = ()
    started: Mapping[str, Definition] = field(default_factory=dict)
    templates: Mapping[str, TemplateFile] = field(default_factory=dict)
