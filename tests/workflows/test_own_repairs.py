"""Nobody confirms alone what repairs her own process, for every type that has something to do.

The step of each type is refused once it is approved. Then its maker, who may repair here, and
somebody else each try to be both persons that a repair takes.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
from temporalio.worker import ExecuteActivityInput

from activities.refusals import failure
from domain.definitions.catalog import Catalog
from domain.definitions.fields import TextField
from domain.definitions.model import Definition
from domain.refusal import Refusal
from sandbox.tenant import GRANT_ROLE, Tenant, as_owner, open_tenant
from tests import shipped
from tests.around import Around, Call
from tests.conftest import ENGINE
from tests.database import Database
from tests.domain.refused import refused
from tests.office import Case, Office, open_office
from tests.sandbox.bank_process import BankProcess
from tests.scenarios.prepared import preparations
from tests.scenarios.scenario import Scenario, document, files, load, prepared
from tests.scenarios.test_scenarios import taken

CATALOG = shipped.definitions()
SCENARIOS = {known.process: known.scenarios for known in map(load, files())}
WORK = ("post_journal", "carry_out", "pay_party", "open_children")
# Their work is code of their own, which parks by other means: see test_bulk and test_repairs.
CODED = {each.process for each in CATALOG.all if each.workflow}
TYPES = sorted(
    each.process
    for each in CATALOG.all
    if each.process not in CODED and any(stage.works for stage in each.stages.values())
)
# Nobody can propose anything: an approval or the operation depends on all that their documents say,
# or they say nothing in words.
AS_APPROVED = {
    "approval_limit", "branch", "budget", "customer", "definition_change", "definition_rollback",
    "delegation", "employee", "entry_reversal", "hold_settlement", "holidays", "journal_import",
    "opening_hours", "period_state", "product", "revaluation", "sales_invoice", "tenant_settings",
    "vendor", "year_state",
}  # fmt: skip
OWN = "checker_must_differ_from_maker"


class Refuses(Around):
    """Refuses what is to be done, while it is told to."""

    def __init__(self) -> None:
        self.on = False

    async def carry_out(self, call: Call, input: ExecuteActivityInput) -> Any:
        """A definite no to work, and everything else as it is."""
        if self.on and input.fn.__name__ in WORK:
            raise failure(Refusal("period_locked", "The month is locked, for a test."))
        return await call(input)


@dataclass
class Shop:
    """A tenant of its own, in which work is refused once a process of a type is prepared."""

    office: Office
    refuses: Refuses

    def parked(self, definition: Definition) -> tuple[Case, str]:
        """A process of the type whose step is parked, and who made it."""
        for scenario in SCENARIOS[definition.process]:
            if scenario.steps[0].refused or scenario.first:
                continue
            self.refuses.on = False
            office = replace(self.office, type=definition.process)
            given = prepared(scenario.given, preparations(office))
            self.refuses.on = True
            if case := self.walked(office, definition, given, scenario):
                return case, scenario.steps[0].who
        raise AssertionError(f"No scenario of {definition.process} comes to its work.")

    def walked(
        self, office: Office, definition: Definition, given: Mapping[str, Any], scenario: Scenario
    ) -> Case | None:
        """From its start until its work is parked, if it comes to that."""
        first, *rest = scenario.steps
        content = document(definition, given)
        case = office.receive(content, by=first.who)
        for step in rest:
            if definition.stages[case.record.stage].works or step.of:
                break
            if not step.refused:
                content = taken(case, definition, step, content)
        if definition.stages[case.record.stage].works:
            case.exception()
            return case
        return None

    def may_repair(self, definition: Definition, *names: str) -> None:
        """Let them repair processes of the type."""
        with as_owner(self.office.database.admin, self.office.tenant.id) as connection:
            for name in names:
                for role in definition.actions["repair"].by:
                    who = {"tenant": self.office.tenant.id, "role": role}
                    connection.execute(
                        GRANT_ROLE, {**who, "person": self.office.tenant.person(name)}
                    )


@pytest.fixture(scope="module")
def shop(database: Database, bank: BankProcess, definitions: Catalog) -> Iterator[Shop]:
    tenant = open_tenant(database.admin, Tenant(uuid4()))
    refuses = Refuses()
    address = os.environ[ENGINE]
    with open_office(
        database, tenant, bank, definitions, address=address, interceptors=[refuses]
    ) as opened:
        yield Shop(opened, refuses)


def proposed(case: Case, definition: Definition, by: str, way: str) -> str | None:
    """The hash of what she proposes; None when the ladder has nobody propose it."""
    if way == "skip":
        return hash_of(case, by, way, None)
    for name, field in definition.fields.items():
        if isinstance(field, TextField):
            given = {**case.document, name: f"{case.document.get(name) or ''}1".strip()}
            if hash := hash_of(case, by, way, given):
                return hash
    return None


def hash_of(case: Case, by: str, way: str, given: Any) -> str | None:
    """Propose, unless it is refused."""
    try:
        return str(case.propose(by, way, "Why not", given)["hash"])
    except Refusal:
        return None


@pytest.mark.parametrize("process_type", TYPES)
def test_a_repair_takes_two_persons(shop: Shop, process_type: str):
    definition = CATALOG.get(process_type)
    case, maker = shop.parked(definition)
    other = "gopal" if maker != "gopal" else "tara"
    shop.may_repair(definition, maker, other)
    before = case.document

    can_propose = False
    for way in ("fix", "skip"):
        for proposer in (maker, other):
            if seen := proposed(case, definition, proposer, way):
                can_propose = True
                for person in {proposer, maker}:
                    with refused(OWN):
                        case.confirm(person, seen)
    with refused(OWN):
        case.repair(maker, "cancel", "I do not want it any more")

    assert can_propose == (process_type not in AS_APPROVED)
    assert case.document == before
    assert case.exceptions() == [("open", None, 1)]
