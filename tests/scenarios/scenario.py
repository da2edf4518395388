"""A scenario file: what the cast does with a process type, and what comes of it.

    process: general_journal
    scenarios:
      - name: An entry is audited, confirmed and posted
        given: {narration: Rent of July}           # over the definition's example
        steps:
          - asha: start
          - {bina: approve, at: confirmation}      # where it stands then
          - {bina: approve, refused: checkers_must_be_distinct}
          - {deepa: approve, because: Agreed}
        ends: posted
        book: |
          Dr office_rent 25000.00
          Cr bank 25000.00

Dates may be written `today`, `today+30`, `today-1`. Money is `25000.00 INR`. `with` changes fields
for an action that edits, and of what is started by `first`: another process of the type before
this one. `of: payments.2` is done to the process that this one started for the second row, and `at`
tells then where that one stands, `parent` where this one does. What stands in braces is prepared
first: `{posted}` is an entry that stands in the book, the others are in `tests.scenarios.prepared`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from domain.definitions.model import Definition
from domain.definitions.source import Source, read
from domain.definitions.written import on_the_wire
from tests.today import today

FOLDER = Path(__file__).parent
DAY = re.compile(r"today(?:([+-])(\d+))?")
OURS = ("because", "with", "at", "refused", "of", "parent")


class Strict(BaseModel):
    """No key that is not named here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(Strict):
    """Somebody does something. `refused` is the code of the rule that says no.

    With `of` she does it to a process that this one started: `payments`, or the second of them,
    `payments.2`.
    """

    who: str
    does: str
    because: str | None = None
    with_: Mapping[str, Any] = {}
    at: str | None = None
    refused: str | None = None
    of: str | None = None
    parent: str | None = None

    @model_validator(mode="before")
    @classmethod
    def of_file(cls, written: Any) -> Any:
        """`{asha: start, at: audit}` as who and what."""
        named = {name: value for name, value in written.items() if name not in OURS}
        (doing,) = named.items()
        rest = {name: value for name, value in written.items() if name in OURS}
        return {"who": doing[0], "does": doing[1], "with_": rest.pop("with", {}), **rest}


class Scenario(Strict):
    """One case, from its start to where it ends."""

    name: str
    given: Mapping[str, Any] = {}
    first: tuple[Step, ...] = ()
    steps: tuple[Step, ...]
    ends: str
    book: str = ""

    @property
    def slug(self) -> str:
        """Its name as the name of a file."""
        return re.sub("[^a-z0-9]+", "_", self.name.lower()).strip("_")


class ScenarioFile(Strict):
    """Every scenario of a process type."""

    process: str
    scenarios: tuple[Scenario, ...]


def files() -> list[Path]:
    """Every scenario file."""
    return sorted(FOLDER.rglob("*.yaml"))


def load(file: Path) -> ScenarioFile:
    """One file, read as definitions are."""
    source: Source = read(file)
    assert not source.errors, source.errors
    return ScenarioFile.model_validate(source.content)


def slugs() -> dict[str, set[str]]:
    """The scenarios of every type, by their slugs."""
    known = map(load, files())
    return {each.process: {scenario.slug for scenario in each.scenarios} for each in known}


def document(definition: Definition, *changes: Mapping[str, Any]) -> dict[str, Any]:
    """The definition's example with changes, as it goes over the wire. An empty text leaves out."""
    written = dict(definition.example)
    for change in changes:
        written |= change
    kept = {name: dated(value) for name, value in written.items() if value != ""}
    return {name: on_the_wire(definition.fields.get(name), text) for name, text in kept.items()}


def prepared(given: Mapping[str, Any], make: Mapping[str, Callable[[], str]]) -> dict[str, Any]:
    """What is given, with what stands in braces as what is made for it, in rows as well."""
    return {name: made(value, make) for name, value in given.items()}


def made(value: Any, make: Mapping[str, Callable[[], str]]) -> Any:
    """One value."""
    if isinstance(value, list | tuple):
        return [prepared(row, make) if isinstance(row, Mapping) else row for row in value]
    return make[value]() if isinstance(value, str) and value in make else value


def dated(value: Any) -> Any:
    """`today+30` as the day it means; rows and their cells alike."""
    if isinstance(value, Mapping):
        return {name: dated(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return tuple(dated(each) for each in value)
    match = DAY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    days = int(f"{match[1]}{match[2]}") if match[1] else 0
    return (today() + timedelta(days=days)).isoformat()
