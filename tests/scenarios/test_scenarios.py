"""Every scenario comes out as its file says, and the files leave nothing of a definition out."""

import time
from dataclasses import replace

import pytest

from domain.definitions.catalog import Catalog
from domain.definitions.model import Definition
from domain.definitions.policy import VERDICTS, decisions
from domain.processes.action import TAKEN_ELSEWHERE
from tests.domain.refused import refused
from tests.office import Case, Office
from tests.scenarios.scenario import Scenario, ScenarioFile, Step, document, files, load
from tests.workflows.replaying import record

PATIENCE = 20
LOADED = {file.stem: load(file) for file in files()}
SCENARIOS = [
    pytest.param(known.process, scenario, id=f"{known.process}: {scenario.name}")
    for known in LOADED.values()
    for scenario in known.scenarios
]
CODED = {"invoice_approval"}


def stands_at(case: Case, stage: str) -> None:
    """Wait until the process stands at the stage."""
    deadline = time.monotonic() + PATIENCE
    while (found := case.record.stage) != stage:
        assert time.monotonic() < deadline, f"{case.id} stands at {found}, not at {stage}"
        time.sleep(0.03)


def played(office: Office, definition: Definition, scenario: Scenario) -> Case:
    """Everything that the cast does, and each refusal."""
    office = replace(office, type=definition.process)
    content = document(definition, scenario.given)
    first, *rest = scenario.steps
    assert first.does == "start", "A scenario begins with a start."
    case = office.receive(content, by=first.who)
    if first.refused:
        assert case.opened.refused is not None, f"{first.refused} refused nothing"
        assert case.opened.refused.code == first.refused
    if first.at:
        stands_at(case, first.at)
    for step in rest:
        content = taken(case, definition, step, content)
        if step.at:
            stands_at(case, step.at)
    return case


def taken(case: Case, definition: Definition, step: Step, content: dict) -> dict:
    """One step; the document as it is after it."""
    given = None
    if step.does not in VERDICTS and definition.actions[step.does].edits:
        given = content | edits(definition, step)
    if step.refused:
        with refused(step.refused):
            done(case, step, given)
        return content
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

    stands_at(case, scenario.ends)
    if case.office.catalog.get(process).stages[scenario.ends].ends:
        assert case.outcome() == scenario.ends
    assert case.book() == scenario.book.strip()
    if request.config.getoption("--record"):
        record(process, scenario.slug, case)


def test_every_type_has_scenarios(definitions: Catalog):
    assert {known.process for known in LOADED.values()} == set(definitions.definitions) - CODED


@pytest.mark.parametrize("known", LOADED.values(), ids=lambda known: known.process)
def test_scenarios_leave_nothing_out(definitions: Catalog, known: ScenarioFile):
    """Every action and verdict succeeds once, every rule of the definition refuses once."""
    definition = definitions.get(known.process)
    steps = [step for scenario in known.scenarios for step in scenario.steps]
    passed = {step.does for step in steps if not step.refused}
    codes = {step.refused for step in steps if step.refused}

    assert wanted_actions(definition) - passed == set()
    assert wanted_refusals(definition) - codes == set()


def wanted_actions(definition: Definition) -> set[str]:
    """Everything that somebody may do."""
    verdicts = {verb for stage in definition.stages for verb in decisions(definition, stage)}
    actions = set(definition.actions) - set(TAKEN_ELSEWHERE)
    return {"start"} | actions | (verdicts if definition.approvals else set())


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
    if any(action.from_ for action in actions):
        found.add("action_must_fit_stage")
    return found
