"""What a definition file may say. That it holds together is proven in `proof`."""

import hashlib
import json
from functools import cached_property
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from domain import identifiers
from domain.definitions.decision_table import DecisionTable
from domain.definitions.fields import AnyField, Name, RowsField, Strict, Words
from domain.definitions.notification import Notification
from domain.ledger import notation

CONFIGURATION = "cfg"
# In `edits`: every field.
ALL = "all"
# Editors complete it; that it reads is proven with better words than a pattern's.
Duration = Annotated[str, Field(json_schema_extra={"pattern": "^[1-9][0-9]{0,4}(wd|wh|[dhms])$"})]
# Actions that are taken in ways of their own: by starting, by repairing an exception.
TAKEN_ELSEWHERE = ("start", "repair")


def postings_of(value: object) -> object:
    """A block of posting lines as one normal line each, so that alignment is not content."""
    if not isinstance(value, str):
        return value
    return tuple(" ".join(line.split()) for _, line in notation.meaningful_lines(value))


class Unique(Strict):
    """No two processes of this type may have the same values in these fields."""

    name: Name
    fields: Annotated[tuple[Name, ...], Field(min_length=1)]


class Starts(Strict):
    """A process of another type that a stage starts, or one for `each` row of a field.

    `given` names for a field of the child what it gets: a field or a total of this document, or
    `rows.field` of the row. `fixed` writes a value out, as an example does.
    """

    process: Name
    each: Name | None = None
    given: dict[Name, Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]] = {}
    fixed: dict[Name, str] = {}


class Stage(Strict):
    """Where a process stands: what is done there, what it waits for, and where each leads.

    It posts journals or has something done (an operation, or a step of the type's workflow) and
    goes on to `then`, or goes where the decision table
    `route` says; or it waits, for an `approval`,
    for a date (`until`, at the time of day `at`), or for somebody's action. `asks` puts that into
    the inbox of a role or of the maker. `starts` names other processes: when all of them are
    completed it goes on to `then`, else to `failed`. `may_skip` lets two people leave out an
    operation that is parked and posts nothing. `ends` is the status of a process that rests here.
    """

    title: Words
    post: tuple[Name, ...] = ()
    does: Name | None = None
    starts: dict[Name, Starts] = {}
    route: Name | None = None
    approval: Name | None = None
    approved: Name | None = None
    rejected: Name | None = None
    sent_back: Name | None = None
    asks: Name | None = None
    remind_every: Duration | None = None
    until: Name | None = None
    at: str | None = None
    then: Name | None = None
    failed: Name | None = None
    otherwise: Name | None = None
    must_finish: Words | None = None
    may_skip: bool = False
    ends: Literal["completed", "cancelled", "compensated"] | None = None

    @property
    def leads(self) -> dict[str, str]:
        """The stages that this one names, by the key that names them."""
        keys = ("then", "failed", "otherwise", "approved", "rejected", "sent_back")
        return {key: getattr(self, key) for key in keys if getattr(self, key) is not None}

    @property
    def works(self) -> bool:
        """Whether something is done here before the process goes on by itself."""
        return bool(self.post or self.does or self.starts)

    @property
    def takes_actions(self) -> bool:
        """Whether people may act here: where nothing is done, or other processes do it."""
        return not self.ends and (bool(self.starts) or not self.works)


class Action(Strict):
    """What a person may do: which roles, in which stages (all, when none is named), and what then.

    `edits` names the fields that she may change with it, or `all`. `undoes` names the journals that
    are reversed before the process stands at `to`. Without `to` it stays where it is.
    """

    title: Words
    by: Annotated[tuple[Name, ...], Field(min_length=1)]
    from_: Annotated[tuple[Name, ...], Field(alias="from")] = ()
    to: Name | None = None
    maker: Literal["may", "must", "must_not"] = "may"
    reason: bool = False
    edits: tuple[Name, ...] = ()
    undoes: tuple[Name, ...] = ()


class Band(Strict):
    """The levels for amounts up to and including `up_to` (`50000.00 INR`), one after the other.

    A level is a role, `role x 2` for two people of it, `one & other` for both at once.
    """

    up_to: str | None = None
    levels: Annotated[tuple[Words, ...], Field(min_length=1)]


class Splitting(Strict):
    """Documents of one maker and party within so many `days` that are small one by one are told."""

    days: Annotated[int, Field(ge=1, le=366)]


class Approval(Strict):
    """Who approves: bands by amount or a decision table; and how long a checker may take.

    Durations are `3wd` (working days), `8wh` (working hours), `3d`, `12h`, `30m`, `5s`. Who claims
    a task has it to herself for `claim_for`. `splitting` warns of what may be split to stay below.
    `step_up`: whoever decides gave her password within it.
    """

    bands: tuple[Band, ...] = ()
    table: Name | None = None
    remind_every: Duration | None = None
    deadline: Duration | None = None
    escalate_to: Name | None = None
    splitting: Splitting | None = None
    claim_for: Duration | None = None
    step_up: str | None = None


class GivenUp(Strict):
    """Where a process comes to rest that is given up in an exception: as it is, or undone."""

    to: Name
    undone: Name | None = None


class Number(Strict):
    """The series a voucher number is drawn from at posting, and how it is written."""

    series: Name
    pattern: Words


class JournalTemplate(Strict):
    """One journal entry in journal notation, with names where amounts will stand."""

    narration: Words
    date: Name
    due: Name | None = None
    numbered: bool = False
    postings: Annotated[tuple[str, ...], BeforeValidator(postings_of), Field(min_length=2)]


class Definition(Strict):
    """Everything a process type is, apart from the arithmetic and rules that it names.

    The order of fields and stages has a meaning (forms follow the one, a process starts in the
    first of the other), so the canonical text keeps it: store it as text, not as jsonb.
    """

    process: Name
    title: Words
    summary: Words
    workflow: str | None = None
    reference_prefix: Annotated[str, Field(pattern="^[A-Z]{2,8}$")]
    fields: Annotated[dict[Name, AnyField], Field(min_length=1)]
    example: dict[Name, str | tuple[dict[Name, str], ...]] = {}
    subject: Words
    concerns: Name | None = None
    branch: Name | None = None
    amount: Name | None = None
    unique: tuple[Unique, ...] = ()
    checks: tuple[Name, ...] = ()
    stages: Annotated[dict[Name, Stage], Field(min_length=1)]
    actions: Annotated[dict[Name, Action], Field(min_length=1)]
    given_up: GivenUp
    approvals: dict[Name, Approval] = {}
    tables: dict[Name, DecisionTable] = {}
    totals: dict[Name, Annotated[tuple[str, ...], Field(min_length=1)]] = {}
    equal: tuple[tuple[str, str], ...] = ()
    number: Number | None = None
    journals: dict[Name, JournalTemplate] = {}
    notifications: dict[Name, Notification] = {}

    @staticmethod
    def from_canonical(text: str) -> "Definition":
        """The definition that `canonical` wrote. It was proven when it was released."""
        return Definition.model_validate_json(text)

    def canonical(self) -> str:
        """JSON with one spelling per meaning; defaults are left out, so new ones change no hash."""
        plain = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    @cached_property
    def hash(self) -> str:
        """`cfg_` and 26 letters: the first 128 bits of the SHA-256 of the canonical text."""
        digest = hashlib.sha256(self.canonical().encode()).digest()
        return identifiers.written(CONFIGURATION, UUID(bytes=digest[:16]))

    @cached_property
    def memory(self) -> dict[Any, Any]:
        """What `remembered` functions said of it: nothing in a definition ever changes."""
        return {}

    def __copy__(self) -> "Definition":
        """A copy, which may be made to say something else, remembers nothing."""
        made = super().__copy__()
        made.__dict__.pop("memory", None)
        return made

    @property
    def keys(self) -> tuple[Unique, ...]:
        """Every unique key, those of single fields under the field's name."""
        single = (n for n, field in self.fields.items() if getattr(field, "unique", False))
        return (*self.unique, *(Unique(name=name, fields=(name,)) for name in single))

    @property
    def first_stage(self) -> str:
        """Where a process starts."""
        return next(iter(self.stages))

    def leads_to(self, stage: str) -> dict[str, str]:
        """Every stage that may follow, by what leads there: a key of the stage, or an action."""
        found = dict(self.stages[stage].leads)
        route = self.tables.get(self.stages[stage].route or "")
        found |= {f"route {rule.then[0]}": rule.then[0] for rule in route.rules} if route else {}
        if self.stages[stage].takes_actions:
            for name, action in self.actions.items():
                if action.to is not None and (not action.from_ or stage in action.from_):
                    found[name] = action.to
        return found

    def approval_at(self, stage: str) -> Approval | None:
        """The policy by which a stage is approved."""
        return self.approvals.get(self.stages[stage].approval or "")

    def fields_by_path(self) -> dict[str, AnyField]:
        """Every field, those of rows as `lines.net`."""
        found: dict[str, AnyField] = {}
        for name, field in self.fields.items():
            found[name] = field
            if isinstance(field, RowsField):
                found |= {f"{name}.{inner}": part for inner, part in field.fields.items()}
        return found
