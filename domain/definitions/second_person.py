"""Whether somebody else than the maker has agreed before a process posts or does anything.

An approval agrees: no seat of it is the maker's. So does an action that the maker must not take.
Whoever edits afterwards is a maker, so what was agreed before no longer counts.
"""

from collections.abc import Iterator

from domain.definitions.mistakes import Mistake
from domain.definitions.model import Definition
from domain.definitions.policy import NOBODY


def unapproved(definition: Definition) -> frozenset[str]:
    """The stages that post or do something and can be reached without a second person."""
    seen = {(definition.first_stage, False)}
    waiting = list(seen)
    while waiting:
        here, agreed = waiting.pop()
        for way, to in definition.leads_to(here).items():
            onward = to, agreed_after(definition, here, way, agreed=agreed)
            if to in definition.stages and onward not in seen:
                seen.add(onward)
                waiting.append(onward)
    return frozenset(
        stage for stage, agreed in seen if not agreed and definition.stages[stage].works
    )


def agreed_after(definition: Definition, stage: str, way: str, *, agreed: bool) -> bool:
    """Whether a second person has agreed once a process went this way from a stage."""
    action = definition.actions.get(way)
    if action is not None and way not in definition.stages[stage].leads:
        return action.maker == "must_not" or (agreed and not action.edits)
    return agreed or (way == "approved" and always_asks(definition, stage))


def always_asks(definition: Definition, stage: str) -> bool:
    """Whether the stage's approval asks somebody whatever the document says."""
    approval = definition.approval_at(stage)
    table = definition.tables.get(approval.table or "") if approval else None
    outcomes = {outcome for rule in table.rules for outcome in rule.then} if table else set()
    return approval is not None and NOBODY not in outcomes


def second_person_agrees(definition: Definition) -> Iterator[Mistake]:
    """Every stage that works without a second person, as a mistake of its file."""
    for stage in definition.stages:
        if stage in unapproved(definition):
            what = f"The stage {stage!r} can be reached without anybody but the maker"
            yield Mistake(("stages", stage), what, "Let every way to it pass an approval")
