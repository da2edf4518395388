"""Every scenario comes out as its file says, and the files leave nothing of a definition out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.definitions.catalog import Catalog
from domain.definitions.model import TAKEN_ELSEWHERE, Definition, Stage
from domain.definitions.policy import VERDICTS, decisions
from domain.refusal import Refusal
from sandbox.tenant import Tenant, open_tenant
from tests.office import Case, Office
from tests.scenarios.prepared import preparations
from tests.scenarios.scenario import (
    Scenario,
    ScenarioFile,
    Step,
    document,
    files,
    load,
    prepared,
)
from tests.workflows.replaying import record

LOADED = {file.stem: load(file) for file in files()}
SCENARIOS = [
    pytest.param(known.process, scenario, id=f"{known.process}: {scenario.name}")
    for known in LOADED.values()
    for scenario in known.scenarios
]
CODED = {"invoice_approval", "bulk_action"}
# Played in a tenant of their own. Nobody signs in any more where the one was; the other starts
# payments, of which the scenarios of other types bring versions into force.
APART = {"sandbox_reset", "payment_run"}


def played(office: Office, definition: Definition, scenario: Scenario) -> Case:
    """Everything that the cast does, and each refusal."""
    office = replace(office, type=definition.process)
    if definition.process in APART:
        office = replace(office, tenant=open_tenant(office.database.admin, Tenant(uuid4())))
    given = prepared(scenario.given, preparations(office))
    if scenario.first:
        walked(office, definition, given | scenario.first[0].with_, scenario.first)
    return walked(office, definition, given, scenario.steps)


def walked(
    office: Office, definition: Definition, given: Mapping[str, Any], steps: Sequence[Step]
) -> Case:
    """One process, from its start on."""
    content = document(definition, given)
    first, *rest = steps
    assert first.does == "start", "A scenario begins with a start."
    case = office.receive(content, by=first.who)
    if first.refused:
        assert case.opened.refused is not None, f"{first.refused} refused nothing"
        assert case.opened.refused.code == first.refused
    if first.at:
        case.stands_at(first.at)
    for number, step in enumerate(rest, 2):
        if step.of:
            done_to_child(case, step)
            continue
        try:
            content = taken(case, definition, step, content)
        except Refusal as refusal:
            expected = f", not by {step.refused}" if step.refused else ""
            pytest.fail(
                f"Step {number}, {step.who}: {step.does}, was refused by {refusal.code}{expected}. "
                f"It says: {refusal.message}"
            )
        if step.at:
            case.stands_at(step.at)
    return case


def done_to_child(case: Case, step: Step) -> None:
    """One step of somebody in a process that this one started."""
    name, _, item = str(step.of).partition(".")
    child = case.child(name, int(item or 1))
    definition = case.office.catalog.get(child.office.type)
    taken(child, definition, step, dict(child.document))
    if step.at:
        child.stands_at(step.at)
    if step.parent:
        case.stands_at(step.parent)


def taken(case: Case, definition: Definition, step: Step, content: dict) -> dict:
    """One step; the document as it is after it."""
    given = None
    if step.does not in VERDICTS and definition.actions[step.does].edits:
        given = content | edits(definition, step)
    if step.refused:
        try:
            done(case, step, given)
        except Refusal as refusal:
            if refusal.code == step.refused:
                return content
            raise
        pytest.fail(f"{step.who}: {step.does}, was taken; {step.refused} refused nothing.")
    done(case, step, given)
    return given or content


def edits(definition: Definition, step: Step) -> dict:
    """What a step changes, as it goes over the wire."""
    whole = document(definition, step.with_)
    return {name: whole[name] for name in step.with_}


def done(case: Case, step: Step, given: dict | None) -> None:
    """A decision on the task that waits, or an action."""
    if step.does in VERDICTS:
        case.decide(step.who, step.does, step.because)
    else:
        case.act(step.who, step.does, step.because, given)


@pytest.mark.parametrize(("process", "scenario"), SCENARIOS)
def test_a_scenario_comes_out_as_it_says(
    office: Office, process: str, scenario: Scenario, request: pytest.FixtureRequest
):
    case = played(office, office.catalog.get(process), scenario)

    case.stands_at(scenario.ends)
    if case.office.catalog.get(process).stages[scenario.ends].ends:
        assert case.outcome() == scenario.ends
    assert case.book() == scenario.book.strip()
    if request.config.getoption("--record"):
        record(process, scenario.slug, case)


@pytest.mark.parametrize("process", ["purchase_invoice", "sales_invoice"])
def test_what_is_posted_anew_keeps_its_number(office: Office, process: str):
    definition = office.catalog.get(process)
    anew = next(s for s in LOADED[process].scenarios if "anew" in s.name)
    own = {key: f"N-{process[:8]}" for unique in definition.unique for key in unique.fields[-1:]}
    case = played(office, definition, anew.model_copy(update={"given": {**anew.given, **own}}))
    case.stands_at(anew.ends)

    numbers = office.rows(
        "SELECT n.number, j.narration FROM journal_entries j "
        "LEFT JOIN voucher_numbers n ON n.entry_id = j.id "
        "WHERE j.process_id = :id AND j.kind = 'normal' ORDER BY j.id",
        id=case.process,
    )
    assert len(numbers) == 2
    assert numbers[1].number is None
    assert numbers[1].narration.endswith(f"({numbers[0].number})")
    posted = [title for title in case.titles() if title.startswith("Posted")]
    assert all(title.endswith(f" as {numbers[0].number}") for title in posted)


def test_every_type_has_scenarios(definitions: Catalog):
    assert {known.process for known in LOADED.values()} == set(definitions.definitions) - CODED


@pytest.mark.parametrize("known", LOADED.values(), ids=lambda known: known.process)
def test_scenarios_leave_nothing_out(definitions: Catalog, known: ScenarioFile):
    """Every action and verdict succeeds once, every rule of the definition refuses once."""
    definition = definitions.get(known.process)
    steps = [step for each in known.scenarios for step in each.steps if not step.of]
    passed = {step.does for step in steps if not step.refused}
    codes = {step.refused for step in steps if step.refused}

    assert wanted_actions(definition) - passed == set()
    assert wanted_refusals(definition) - codes == set()


def wanted_actions(definition: Definition) -> set[str]:
    """Everything that somebody may do."""
    verdicts = {verb for stage in definition.stages for verb in decisions(definition, stage)}
    actions = set(definition.actions) - set(TAKEN_ELSEWHERE)
    return {"start"} | actions | (verdicts if definition.approvals else set())


def waits(stage: Stage) -> bool:
    """Whether a process can be found standing there."""
    passes = stage.works or stage.ends or stage.route or (stage.then and not stage.until)
    return not passes


def wanted_refusals(definition: Definition) -> set[str]:
    """The rules that its definition names."""
    actions = [a for name, a in definition.actions.items() if name not in TAKEN_ELSEWHERE]
    found = {"role_must_allow_action"} | set(definition.checks) - {"entry_date_must_be_open"}
    if "entry_date_must_be_open" in definition.checks:
        found.add("period_must_exist")
    if definition.approvals:
        found.add("checker_must_differ_from_maker")
    if definition.equal:
        found.add("amounts_must_be_equal")
    if any(action.maker == "must" for action in actions):
        found.add("maker_must_correct")
    if any(action.maker == "must_not" for action in actions):
        found.add("checker_must_differ_from_maker")
    if any(action.reason for action in actions):
        found.add("reason_must_be_given")
    waiting = {n for n, stage in definition.stages.items() if waits(stage)}
    if any(action.from_ and waiting - set(action.from_) for action in actions):
        found.add("action_must_fit_stage")
    return found
