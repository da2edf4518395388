"""Whatever the cast does in whatever order, the interpreter and a plain model say the same."""

import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from domain.definitions.input import accept
from domain.definitions.named_facts import named_facts
from domain.identifiers import new_uuid
from domain.refusal import Refusal
from sandbox.tenant import CAST
from tests import shipped
from tests.office import Case, Office
from tests.scenarios.scenario import document, files, load
from tests.today import today
from tests.workflows.walk import VERDICTS, Model

ROLES = {name: frozenset(roles) for name, (_, roles) in CAST.items()}
# An operation changes more of the book than the model knows.
TYPES = sorted(
    d.process
    for d in shipped.definitions().all
    if d.workflow is None and not any(stage.does for stage in d.stages.values())
)
SAID = {load(file).process: load(file).scenarios[0].given for file in files()}
STEPS = st.tuples(st.sampled_from(sorted(CAST)), st.integers(0, 99), st.sampled_from([None, "So"]))


def unique(definition: Any, content: dict[str, Any]) -> dict[str, Any]:
    """The document with keys that no other has."""
    named = {name for key in definition.unique for name in key.fields}
    texts = {n for n in named if definition.fields[n].type == "text"}
    return content | {name: f"N{new_uuid().hex[:12]}" for name in texts}


def code_of(call: Any) -> str | None:
    """The refusal of a call."""
    try:
        call()
    except Refusal as refusal:
        return refusal.code
    return None


def open_tasks(case: Case) -> list[Any]:
    statement = "SELECT * FROM tasks WHERE process_id = :id AND state = 'open' ORDER BY seat"
    return list(case.office.rows(statement, id=case.process))


def agrees(case: Case, model: Model) -> None:
    """Wait until the process stands where the model does, with the same tasks."""
    deadline = time.monotonic() + 20
    while (found := case.record.stage) != model.stage:
        assert time.monotonic() < deadline, f"stands at {found}, the model at {model.stage}"
        time.sleep(0.02)
    assert [(t.kind, t.role, t.round) for t in open_tasks(case)] == [
        (seat.kind, seat.role, model.round) for seat in model.seats
    ]
    entries = case.office.rows(
        "SELECT count(*) FILTER (WHERE kind <> 'reversal') - count(*) FILTER "
        "(WHERE kind = 'reversal') AS standing FROM journal_entries WHERE process_id = :id",
        id=case.process,
    )
    assert entries[0].standing == len(model.book)


@pytest.mark.parametrize("process", TYPES)
def test_a_walk_agrees_with_the_model(process: str, office: Office):
    definition = office.catalog.get(process)
    walker = replace(office, type=process)

    @settings(max_examples=6, phases=(Phase.generate,))
    @given(st.sampled_from(sorted(CAST)), st.lists(STEPS, min_size=4, max_size=10))
    def walk(maker: str, steps: list[tuple[str, int, str | None]]) -> None:
        content = unique(definition, document(definition, SAID[process]))
        facts = named_facts(definition, accept(definition, content, currency="INR"))
        model = Model(definition, facts, ROLES, today())
        expected = model.start(maker)
        case = walker.receive(content, by=maker)
        assert (case.opened.refused and case.opened.refused.code) == expected
        agrees(case, model)
        for who, choice, why in steps:
            if definition.stages[model.stage].ends:
                return
            step(case, model, who, choice, why, content)
            agrees(case, model)

    walk()


def step(
    case: Case, model: Model, who: str, choice: int, why: str | None, content: dict[str, Any]
) -> None:
    """One thing somebody tries: a decision on a seat that waits, or any action of the type."""
    actions = [name for name in model.definition.actions if name not in ("start", "repair")]
    seats = [i for i, seat in enumerate(model.seats) if seat.kind == "approval"]
    ways = [(i, verb) for i in seats for verb in ("approve", *VERDICTS)] * 2
    chosen = [*ways, *actions][choice % len([*ways, *actions])]
    if isinstance(chosen, tuple):
        place, verb = chosen
        task = open_tasks(case)[place]
        expected = model.decide(who, place, verb, why)
        found = code_of(lambda: case.decide_task(who, task.id, verb, why, seen=task.subject_hash))
    else:
        expected = model.act(who, chosen, why)
        edits = model.definition.actions[chosen].edits
        found = code_of(lambda: case.act(who, chosen, why, content if edits else None))
    assert found == expected, (who, chosen, why)
