"""The proof of a definition's stages and actions: each can be reached and left, and money follows.

Each rule yields every mistake it sees; none stops at the first.
"""

from collections.abc import Iterable, Iterator

from domain.definitions import policy
from domain.definitions.fields import DateField
from domain.definitions.mistakes import Mistake, Path
from domain.definitions.model import ALL, TAKEN_ELSEWHERE, Definition
from domain.definitions.vocabulary import Vocabulary


def unknown(path: Path, name: str, what: str, known: Iterable[str]) -> Mistake:
    """The mistake of naming something that is not there."""
    listed = ", ".join(sorted(known)) or "none so far"
    return Mistake(path, f"{name!r} is no {what}", f"Use one of: {listed}")


def stages_exist(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Whatever names a stage names one that is there."""
    named: list[tuple[Path, str]] = [
        (("stages", name, key), to)
        for name, stage in definition.stages.items()
        for key, to in stage.leads.items()
    ]
    for name, action in definition.actions.items():
        named += [(("actions", name, "from", i), origin) for i, origin in enumerate(action.from_)]
        named += [(("actions", name, "to"), action.to)] if action.to else []
    named.append((("given_up", "to"), definition.given_up.to))
    if definition.given_up.undone:
        named.append((("given_up", "undone"), definition.given_up.undone))
    for path, to in named:
        if to not in definition.stages:
            yield unknown(path, to, "stage", definition.stages)


def edges(definition: Definition) -> dict[str, tuple[str, ...]]:
    """The stages that may follow each."""
    return {name: tuple(definition.leads_to(name).values()) for name in definition.stages}


def stages_are_reachable(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A process can get to every stage from the first, or by being given up."""
    given_up = {definition.given_up.to, definition.given_up.undone} - {None}
    reached = closure({definition.first_stage, *map(str, given_up)}, edges(definition))
    for name in definition.stages:
        if name not in reached:
            what = f"No way leads from {definition.first_stage!r} to the stage {name!r}"
            cure = f"Name {name!r} in a stage before it, or in the `to` of an action"
            yield Mistake(("stages", name), what, cure)


def stages_can_be_left(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A stage either ends the process or leads on, and never both."""
    for name, stage in definition.stages.items():
        if not stage.ends and not definition.leads_to(name):
            what = f"The stage {name!r} neither ends the process nor leads on"
            cure = "Give it `then`, or an action with `to`, or `ends: completed` if it rests there"
            yield Mistake(("stages", name), what, cure)
        if stage.ends and (stage.leads or stage.works or stage.approval or stage.asks):
            what = f"The stage {name!r} ends the process and yet goes on"
            yield Mistake(("stages", name, "ends"), what, "Keep only its title and `ends`")


def stages_lead_to_an_end(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """From every stage that leads on, an end can be reached: no process goes round for ever."""
    back: dict[str, list[str]] = {}
    for name, following in edges(definition).items():
        for to in following:
            back.setdefault(to, []).append(name)
    ends = {name for name, stage in definition.stages.items() if stage.ends}
    finishing = closure(ends, back)
    for name, stage in definition.stages.items():
        if name not in finishing and not stage.ends and definition.leads_to(name):
            what = f"From the stage {name!r} no end can be reached"
            yield Mistake(("stages", name), what, "Let it lead to a stage with `ends`")


def closure(start: set[str], edges: dict[str, list[str]] | dict[str, tuple[str, ...]]) -> set[str]:
    """Everything that can be reached from `start`."""
    reached, waiting = set(start), list(start)
    while waiting:
        fresh = [name for name in edges.get(waiting.pop(), ()) if name not in reached]
        reached.update(fresh)
        waiting.extend(fresh)
    return reached


def a_stage_does_one_thing(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """Work, an approval, a date or people's actions; and what each needs to go on."""
    for name, stage in definition.stages.items():
        path: Path = ("stages", name)
        kinds: list[tuple[str, object]] = [
            ("post", stage.post),
            ("does", stage.does),
            ("approval", stage.approval),
        ]
        kinds += [("until", stage.until), ("route", stage.route), ("starts", stage.starts)]
        used = [key for key, value in kinds if value]
        if len(used) > 1:
            what = f"The stage {name!r} has {' and '.join(used)}"
            yield Mistake((*path, used[1]), what, "Give each a stage of its own")
        if (stage.works or stage.until) and not stage.then:
            what = f"The stage {name!r} does not say where it leads when that is done"
            yield Mistake(path, what, "Add `then: <stage>`")
        if stage.at and not stage.until:
            what = f"The stage {name!r} has a time of day but no date"
            yield Mistake((*path, "at"), what, "Add `until: <date field>`")
        for i, journal in enumerate(stage.post):
            if journal not in definition.journals:
                yield unknown((*path, "post", i), journal, "journal", definition.journals)
        if stage.does and definition.workflow is None:
            yield from operation_is_known(definition, (*path, "does"), stage.does, names)
        if stage.asks and stage.asks not in (*names.roles, "maker"):
            yield unknown((*path, "asks"), stage.asks, "role", (*names.roles, "maker"))
        if stage.route and stage.then:
            what = f"The stage {name!r} has a route, and leads on without it"
            yield Mistake((*path, "then"), what, "Keep one of the two")
        if stage.asks and (used or stage.then):
            what = f"The stage {name!r} asks somebody, and goes on by itself"
            yield Mistake((*path, "asks"), what, "Keep `asks` for stages that wait for an action")


def operation_is_known(
    definition: Definition, path: Path, name: str, names: Vocabulary
) -> Iterator[Mistake]:
    """Without a workflow of its own a type names operations, and has the fields that they need."""
    if name not in names.operations:
        yield unknown(path, name, "operation, and no `workflow` has it", names.operations)
        return
    for needed, kind in names.operations[name].items():
        field = definition.fields.get(needed)
        if field is None or field.type != kind or not field.required:
            what = f"The operation {name!r} needs {needed!r}"
            yield Mistake(path, what, f"Add {needed}: {{type: {kind}, required: true, ...}}")


def what_moves_money_is_not_skipped(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """Only an operation that posts nothing may be left out."""
    for name, stage in definition.stages.items():
        if stage.may_skip and (definition.workflow or stage.does not in names.skippable):
            what = f"What is done at {name!r} must not be left out"
            able = ", ".join(sorted(names.skippable)) or "none so far"
            cure = f"Remove `may_skip`; it is for operations that post nothing: {able}"
            yield Mistake(("stages", name, "may_skip"), what, cure)


def approvals_lead_on(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A stage that is approved says what approval and rejection lead to; no other stage does."""
    for name, stage in definition.stages.items():
        if stage.approval is None:
            for key in ("approved", "rejected", "sent_back"):
                if key in stage.leads:
                    what = f"The stage {name!r} says where {key!r} leads, but is not approved"
                    cure = "Add `approval: <policy>`, or use `then`"
                    yield Mistake(("stages", name, key), what, cure)
            continue
        if stage.approval not in definition.approvals:
            path: Path = ("stages", name, "approval")
            yield unknown(path, stage.approval, "approval policy", definition.approvals)
        for key in ("approved", "rejected"):
            if key not in stage.leads:
                what = f"The stage {name!r} does not say where {key!r} leads"
                yield Mistake(("stages", name), what, f"Add `{key}: <stage>`")


def no_stages_pass_in_a_circle(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Stages do not lead to each other for ever when nobody need act and every date has come."""
    passing: dict[str, tuple[str, ...]] = {
        name: tuple(
            to for way, to in definition.leads_to(name).items() if passes(definition, name, way)
        )
        for name, stage in definition.stages.items()
        if not stage.works
    }
    for name in passing:
        if name in closure(set(passing[name]), passing):
            what = f"From {name!r} the process goes round without doing or waiting for anything"
            yield Mistake(("stages", name, "then"), what, "Lead to a stage that waits or works")


def passes(definition: Definition, stage: str, way: str) -> bool:
    """Whether a way may lead on by itself; an approval's does where a table may want nobody."""
    approval = definition.approval_at(stage)
    table = definition.tables.get((approval.table if approval else None) or "")
    wants_nobody = table is not None and any(r.then == (policy.NOBODY,) for r in table.rules)
    return way == "then" or way.startswith("route ") or (way == "approved" and wants_nobody)


def dates_are_waited_for(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """`until` names a required date field."""
    dates = [n for n, f in definition.fields.items() if isinstance(f, DateField) and f.required]
    for name, stage in definition.stages.items():
        if stage.until and stage.until not in dates:
            yield unknown(("stages", name, "until"), stage.until, "required date field", dates)


def refusal_at_receipt_leads_to_an_end(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """The first stage says where a process ends whose input a check refuses; no other does."""
    for name, stage in definition.stages.items():
        path: Path = ("stages", name, "otherwise")
        if name == definition.first_stage and stage.otherwise is None:
            what = f"The first stage {name!r} does not say where a refused input ends"
            yield Mistake(("stages", name), what, "Add `otherwise: <stage that ends: cancelled>`")
        elif name != definition.first_stage and stage.otherwise is not None:
            yield Mistake(path, "Only the first stage has an `otherwise`", "Remove it")
        ending = definition.stages.get(stage.otherwise or "")
        if ending is not None and ending.ends != "cancelled":
            what = f"A refused input would lead to {stage.otherwise!r}, which goes on"
            yield Mistake(path, what, "Name a stage with `ends: cancelled`")


def giving_up_leads_to_an_end(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A process that is given up ends as cancelled, or as compensated when it was undone."""
    given_up = definition.given_up
    for key, to, wanted in (
        ("to", given_up.to, "cancelled"),
        ("undone", given_up.undone, "compensated"),
    ):
        stage = definition.stages.get(to or "")
        if stage is not None and stage.ends != wanted:
            what = f"A process that is given up would stand at {to!r}, which is no such end"
            yield Mistake(("given_up", key), what, f"Name a stage with `ends: {wanted}`")
    if any(stage.post for stage in definition.stages.values()) and given_up.undone is None:
        what = "It posts, but does not say where it ends when that is reversed"
        yield Mistake(("given_up",), what, "Add `undone: <stage that ends: compensated>`")


def somebody_starts(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """The action `start` says who may start a process; it has no stage before or after it."""
    start = definition.actions.get("start")
    if start is None:
        cure = "Add start: {title: ..., by: [role]}"
        yield Mistake(("actions",), "No action `start` says who may start a process", cure)
        return
    for key in ("from", "to"):
        if start.from_ if key == "from" else start.to:
            what = f"No stage comes {'before' if key == 'from' else 'of'} the start"
            yield Mistake(("actions", "start", key), what, f"Remove `{key}`")


def actions_lead_somewhere(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """An action moves the process or changes its document, and not after the end."""
    for name, action in definition.actions.items():
        for i, origin in enumerate(action.from_):
            if origin in definition.stages and definition.stages[origin].ends:
                what = f"{name!r} may be taken in {origin!r}, where the process has ended"
                yield Mistake(("actions", name, "from", i), what, "Name a stage before the end")
            elif origin in definition.stages and not definition.stages[origin].takes_actions:
                what = f"{name!r} may be taken in {origin!r}, while something is being done there"
                yield Mistake(("actions", name, "from", i), what, "Name a stage that waits")
        if name not in TAKEN_ELSEWHERE and not (action.to or action.edits):
            what = f"The action {name!r} changes nothing"
            yield Mistake(("actions", name), what, "Add `to: <stage>` or `edits: [fields]`")
        if action.undoes and not action.to:
            what = f"The action {name!r} undoes journals and stays where it is"
            yield Mistake(("actions", name, "undoes"), what, "Add `to: <stage>`")
        for key, found, what, known in (
            ("undoes", action.undoes, "journal", definition.journals),
            ("edits", action.edits, "field", (ALL, *definition.fields)),
        ):
            for i, each in enumerate(found):
                if each not in known:
                    yield unknown(("actions", name, key, i), each, what, known)


def the_book_follows(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """No journal is posted twice, and none stands when a process ends as never having been."""
    if any(stages_exist(definition, names)) or any(actions_lead_somewhere(definition, names)):
        return
    if not {to for ways in edges(definition).values() for to in ways} <= set(definition.stages):
        return
    for name, stage in definition.stages.items():
        stands = policy.posted_before(definition, name)
        for i, journal in enumerate(stage.post):
            if journal in stands:
                what = f"The journal {journal!r} may stand already when {name!r} posts it"
                cure = f"Give the action that leads back `undoes: [{journal}]`"
                yield Mistake(("stages", name, "post", i), what, cure)
        if stage.ends in ("cancelled", "compensated") and stands:
            listed = ", ".join(sorted(stands))
            what = f"The stage {name!r} ends the process, but {listed} may stand in the book"
            cure = f"Give the action that leads there `undoes: [{listed}]`"
            yield Mistake(("stages", name, "ends"), what, cure)


def roles_exist(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """Roles of actions and escalation stand in the roles file."""
    for name, action in definition.actions.items():
        for i, role in enumerate(action.by):
            if role not in names.roles:
                yield unknown(("actions", name, "by", i), role, "role", names.roles)
    for name, approval in definition.approvals.items():
        if approval.escalate_to and approval.escalate_to not in names.roles:
            path: Path = ("approvals", name, "escalate_to")
            yield unknown(path, approval.escalate_to, "role", names.roles)


PROOF_OF_STAGES = (
    stages_exist,
    stages_are_reachable,
    stages_can_be_left,
    stages_lead_to_an_end,
    a_stage_does_one_thing,
    what_moves_money_is_not_skipped,
    approvals_lead_on,
    no_stages_pass_in_a_circle,
    dates_are_waited_for,
    refusal_at_receipt_leads_to_an_end,
    giving_up_leads_to_an_end,
    somebody_starts,
    actions_lead_somewhere,
    the_book_follows,
    roles_exist,
)
