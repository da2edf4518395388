"""The proof of one definition, apart from its journals: one rule per function.

Each rule yields every mistake it sees; none stops at the first. `prove` is all of them.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from domain import money
from domain.definitions import policy
from domain.definitions.fields import MoneyField, RowsField, TextField
from domain.definitions.mistakes import Mistake, Path
from domain.definitions.model import Band, Definition
from domain.definitions.proof_of_example import example_is_accepted
from domain.definitions.proof_of_journals import PROOF_OF_JOURNALS
from domain.definitions.vocabulary import Vocabulary
from domain.definitions.wording import placeholders
from domain.refusal import Refusal

Rule = Callable[[Definition, Vocabulary], Iterator[Mistake]]


def prove(definition: Definition, names: Vocabulary) -> list[Mistake]:
    """Every mistake of the definition; none when it holds together."""
    found = [mistake for rule in RULES for mistake in rule(definition, names)]
    # An example cannot be held against a pattern that is none.
    if not any(patterns_compile(definition, names)):
        found += example_is_accepted(definition, names)
    return found


def unknown(path: Path, name: str, what: str, known: Iterable[str]) -> Mistake:
    """The mistake of naming something that is not there."""
    listed = ", ".join(sorted(known)) or "none so far"
    return Mistake(path, f"{name!r} is no {what}", f"Use one of: {listed}")


def stages_exist(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """`to` and `from` name stages."""
    for name, stage in definition.stages.items():
        for i, to in enumerate(stage.to):
            if to not in definition.stages:
                yield unknown(("stages", name, "to", i), to, "stage", definition.stages)
    for name, action in definition.actions.items():
        for i, origin in enumerate(action.from_):
            if origin not in definition.stages:
                yield unknown(("actions", name, "from", i), origin, "stage", definition.stages)


def stages_are_reachable(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A process can get to every stage from the first."""
    edges = {name: stage.to for name, stage in definition.stages.items()}
    reached = closure({definition.first_stage}, edges)
    for name in definition.stages:
        if name not in reached:
            what = f"No way leads from {definition.first_stage!r} to the stage {name!r}"
            yield Mistake(("stages", name), what, f"Name {name!r} in the `to` of a stage before it")


def stages_can_be_left(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A stage either ends the process or leads on, and never both."""
    for name, stage in definition.stages.items():
        if not stage.ends and not stage.to:
            what = f"The stage {name!r} neither ends the process nor leads on"
            cure = "Give it `to: [...]`, or `ends: completed` if the process rests there"
            yield Mistake(("stages", name), what, cure)
        if stage.ends and stage.to:
            what = f"The stage {name!r} ends the process and yet leads on"
            yield Mistake(("stages", name, "to"), what, "Remove `to` or `ends`")


def stages_lead_to_an_end(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """From every stage that leads on, an end can be reached: no process goes round for ever."""
    back: dict[str, list[str]] = {}
    for name, stage in definition.stages.items():
        for to in stage.to:
            back.setdefault(to, []).append(name)
    ends = {name for name, stage in definition.stages.items() if stage.ends}
    finishing = closure(ends, back)
    for name, stage in definition.stages.items():
        if stage.to and name not in finishing:
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


def somebody_starts(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """The action `start` says who may start a process; it has no stage before it."""
    start = definition.actions.get("start")
    if start is None:
        cure = "Add start: {title: ..., by: [role]}"
        yield Mistake(("actions",), "No action `start` says who may start a process", cure)
    elif start.from_:
        cure = "Remove `from`"
        yield Mistake(("actions", "start", "from"), "No stage comes before the start", cure)


def actions_are_not_of_ended_stages(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A process that has ended takes no more actions."""
    for name, action in definition.actions.items():
        for i, origin in enumerate(action.from_):
            if origin in definition.stages and definition.stages[origin].ends:
                what = f"{name!r} may be taken in {origin!r}, where the process has ended"
                yield Mistake(("actions", name, "from", i), what, "Name a stage before the end")


def roles_exist(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """Roles of actions, levels and escalation stand in the roles file."""
    for name, action in definition.actions.items():
        for i, role in enumerate(action.by):
            if role not in names.roles:
                yield unknown(("actions", name, "by", i), role, "role", names.roles)
    if definition.approval is None:
        return
    for i, band in enumerate(definition.approval.bands):
        for j, role in enumerate(band.levels):
            if role not in names.roles:
                path = ("approval", "bands", i, "levels", j)
                yield unknown(path, role, "role", names.roles)
    escalate_to = definition.approval.escalate_to
    if escalate_to and escalate_to not in names.roles:
        yield unknown(("approval", "escalate_to"), escalate_to, "role", names.roles)


def bands_ascend(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Limits are money of one currency, each above the one before; only the last band is open."""
    bands = definition.approval.bands if definition.approval else ()
    below: money.Money | None = None
    for i, band in enumerate(bands):
        path: Path = ("approval", "bands", i, "up_to")
        if (band.up_to is None) != (i == len(bands) - 1):
            yield open_band(path, band)
        if band.up_to is None:
            continue
        try:
            limit = money.parse(band.up_to)
        except Refusal as refusal:
            yield Mistake(path, refusal.message.rstrip("."), "Write it as 50000.00 INR")
            continue
        if below and limit.currency != below.currency:
            what = f"The limit is in {limit.currency}, the one before in {below.currency}"
            yield Mistake(path, what, f"Write all limits in {below.currency}")
        elif below and limit.amount <= below.amount:
            what = f"The limit {limit} is not above the one before, {below}"
            yield Mistake(path, what, "Order the bands by ascending limits")
        below = limit


def open_band(path: Path, band: Band) -> Mistake:
    """An open band before the last, or a last one that is not open."""
    if band.up_to is None:
        what = "A band without `up_to` stands before the last, so the next is never used"
        return Mistake(path, what, "Give it an `up_to`, or put it last")
    what = f"Above {band.up_to} nobody may approve"
    return Mistake(path, what, "Add a last band without `up_to`")


def approval_has_an_amount(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Bands compare with something."""
    if definition.approval and len(definition.approval.bands) > 1 and definition.amount is None:
        what = "The bands have limits, but no `amount` says which field they limit"
        yield Mistake(("approval", "bands"), what, "Add `amount: <money field>`")


def times_are_readable(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Durations and the time of day parse; reminders come before the deadline."""
    if definition.pay_at is not None:
        yield from refused(("pay_at",), definition.pay_at, policy.clock, "Write it as 10:00")
    approval = definition.approval
    for name in ("remind_every", "deadline"):
        text = getattr(approval, name, None)
        if text is not None:
            cure = "Write it as 3d, 12h, 30m or 5s"
            yield from refused(("approval", name), text, policy.duration, cure)


def refused(path: Path, text: str, reader: Callable[[str], object], cure: str) -> Iterator[Mistake]:
    """The refusal of a reader as a mistake."""
    try:
        reader(text)
    except Refusal as refusal:
        yield Mistake(path, refusal.message.split(". ")[0].rstrip("."), cure)


def checks_and_workflow_exist(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """Coded rules and workflows that are named are there, and no rule is named twice."""
    for i, check in enumerate(definition.checks):
        if check not in names.checks:
            yield unknown(("checks", i), check, "check", names.checks)
        elif check in definition.checks[:i]:
            yield Mistake(("checks", i), f"{check!r} is named twice", "Remove one of the two")
    if definition.workflow is not None and definition.workflow not in names.workflows:
        yield unknown(("workflow",), definition.workflow, "workflow", names.workflows)


def amount_is_a_money_field(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """`amount` names a required money field: limits must not be dodged by leaving it out."""
    field = definition.fields.get(definition.amount or "")
    money_fields = [n for n, f in definition.fields.items() if isinstance(f, MoneyField)]
    if definition.amount is None:
        return
    if not isinstance(field, MoneyField):
        yield unknown(("amount",), definition.amount, "money field", money_fields)
    elif not field.required:
        what = f"{definition.amount!r} is the amount that limits apply to, yet may be left out"
        yield Mistake(("fields", definition.amount), what, "Add `required: true`")


def unique_names_required_fields(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Unique keys name required fields with one value; each key has its own name."""
    names = [unique.name for unique in definition.unique]
    for i, unique in enumerate(definition.unique):
        if unique.name in names[:i]:
            what = f"Two unique keys are named {unique.name!r}"
            yield Mistake(("unique", i, "name"), what, "Give one another name")
        for j, name in enumerate(unique.fields):
            field = definition.fields.get(name)
            path: Path = ("unique", i, "fields", j)
            if field is None or isinstance(field, RowsField):
                yield unknown(path, name, "field with one value", single_fields(definition))
            elif not field.required:
                what = f"{name!r} is part of a unique key, yet may be left out"
                yield Mistake(path, what, "Make the field required")


def single_fields(definition: Definition) -> list[str]:
    """Fields that are no rows."""
    return [n for n, field in definition.fields.items() if not isinstance(field, RowsField)]


def texts_name_fields(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Placeholders of the subject and of narrations are fields with one value."""
    texts: list[tuple[Path, str]] = [(("subject",), definition.subject)]
    for name, journal in definition.journals.items():
        texts.append((("journals", name, "narration"), journal.narration))
    for path, text in texts:
        try:
            found = placeholders(text)
        except ValueError:
            yield Mistake(path, f"The braces in {text!r} cannot be filled", "Write {field}")
            continue
        for name, form in found:
            if form or name not in single_fields(definition):
                yield unknown(
                    path, name + (form and f":{form}"), "field", single_fields(definition)
                )


def patterns_compile(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Patterns of text fields are regular expressions."""
    for path, field in definition.fields_by_path().items():
        if isinstance(field, TextField) and field.pattern is not None:
            try:
                re.compile(field.pattern)
            except (re.error, OverflowError, RecursionError) as fault:
                what = f"{field.pattern!r} is no regular expression: {fault}"
                where = (*field_path(path), "pattern")
                yield Mistake(where, what, "Correct it, or escape what stands for itself")


def field_path(dotted: str) -> Path:
    """Where `lines.net` stands in the file."""
    outer, _, inner = dotted.partition(".")
    return ("fields", outer, "fields", inner) if inner else ("fields", outer)


def number_is_known(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """The number's pattern has the placeholders we can fill, the sequence among them."""
    number = definition.number
    if number and not policy.number_pattern_is_known(number.pattern):
        what = f"{number.pattern!r} cannot be filled"
        cure = "Use {sequence:05} once, {fiscal_year} at most once, and nothing else in braces"
        yield Mistake(("number", "pattern"), what, cure)


RULES: tuple[Rule, ...] = (
    stages_exist,
    stages_are_reachable,
    stages_can_be_left,
    stages_lead_to_an_end,
    somebody_starts,
    actions_are_not_of_ended_stages,
    roles_exist,
    bands_ascend,
    approval_has_an_amount,
    times_are_readable,
    checks_and_workflow_exist,
    amount_is_a_money_field,
    unique_names_required_fields,
    texts_name_fields,
    patterns_compile,
    number_is_known,
    *PROOF_OF_JOURNALS,
)
