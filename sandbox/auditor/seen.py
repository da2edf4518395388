"""What the auditor is told, where it looks, and everything that it saw at one moment."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Row = dict[str, Any]
Rows = list[Row]

CLOSED = ("completed", "cancelled", "compensated")


@dataclass(frozen=True)
class Asked:
    """What a client asked of one process, and what must have come of it.

    `book` is the sum of its postings by account, debits positive, in minor units; `entries` how
    many; `postings` each of them as account and amount; `payments` how often the bank paid. What
    is None is not known to the client. `refused` are the effect keys of calls
    that were definitely refused, `acknowledged` of those that were answered with success.
    """

    workflow_id: str
    stage: str | None
    book: dict[str, int] | None
    entries: int | None
    payments: int
    amount: int | None
    refused: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    postings: list[list[Any]] | None = None


@dataclass(frozen=True)
class Places:
    """Where to look. `tenants` are the ids by uuid, as workflow ids begin with them."""

    database: str
    bank: str
    temporal: str
    namespace: str
    tenants: Mapping[str, str]


@dataclass(frozen=True)
class Seen:
    """Everything read at one moment. `workflows` is the status by workflow id."""

    rows: dict[str, Rows]
    bank: Rows
    workflows: dict[str, str]
    asked: list[Asked]
    index: dict[str, dict[Any, Rows]] = field(default_factory=dict)

    def of(self, table: str, process: Any) -> Rows:
        """A process's rows of a table."""
        if table not in self.index:
            self.index[table] = defaultdict(list)
            for row in self.rows[table]:
                self.index[table][row["process_id"]].append(row)
        return self.index[table].get(process, [])

    @cached_property
    def by_workflow(self) -> dict[str, Row]:
        """Every process by the id of its workflow."""
        return {process["workflow_id"]: process for process in self.rows["processes"]}

    @cached_property
    def children(self) -> dict[Any, list[Any]]:
        """The ids of what a process started, by its own."""
        found: dict[Any, list[Any]] = defaultdict(list)
        for process in self.rows["processes"]:
            found[process["parent_id"]].append(process["id"])
        return found

    def family(self, process: Any) -> list[Any]:
        """The ids of a process, of what it started, and of what these started."""
        found = [process]
        for id in found:
            found += self.children.get(id, ())
        return found

    @cached_property
    def entries(self) -> dict[Any, Row]:
        """Every journal entry by its id."""
        return {entry["id"]: entry for entry in self.rows["entries"]}

    @cached_property
    def mirrored(self) -> set[Any]:
        """The entries that another one reverses."""
        return {e["reverses"] for e in self.rows["entries"]}

    @cached_property
    def definitions(self) -> dict[str, Row]:
        """What was released, by its hash, as it was written then."""
        return {each["hash"]: json.loads(each["content"]) for each in self.rows["definitions"]}

    def stage(self, process: Row) -> Row | None:
        """The stage that a process stands at, as the definition it is pinned to has it."""
        definition = self.definitions.get(process["definition_hash"], {})
        stage: Row | None = definition.get("stages", {}).get(process["stage"])
        return stage

    def pays(self, process: Row) -> bool:
        """Whether processes of this definition come to a payment by the bank."""
        stages = self.definitions.get(process["definition_hash"], {}).get("stages", {})
        return any(stage.get("does") == "pay_party" for stage in stages.values())


def canonical(value: Any) -> bytes:
    """Canonical JSON: names sorted, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
