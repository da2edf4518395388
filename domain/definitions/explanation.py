"""A definition told in words, line by line, to people who will work with it."""

from collections.abc import Iterable, Iterator, Mapping

from domain import money
from domain.definitions import explanation_of_tables as tables
from domain.definitions import units
from domain.definitions.fields import (
    AccountField,
    AnyField,
    ChoiceField,
    DateField,
    FileField,
    MoneyField,
    PartyField,
    QuantityField,
    ReferenceField,
    RowsField,
    TextField,
)
from domain.definitions.model import Action, Approval, Definition, JournalTemplate, Stage, Starts
from domain.definitions.policy import actions_at, read_duration
from domain.definitions.vocabulary import Role
from domain.masters.kinds import KINDS

ALL = "all"
MAKER = "maker"
UNITS = {
    "d": "day", "h": "hour", "m": "minute", "s": "second", "wd": "working day",
    "wh": "working hour",
}  # fmt: skip
VERDICTS = {"approved": "Approved", "rejected": "Rejected", "sent_back": "Sent back"}
WAYS = {
    "then": "Then", "otherwise": "When the input is refused",
    "failed": "When one of them is not completed",
}  # fmt: skip
ENDS = {
    "completed": "It ends here, done.",
    "cancelled": "It ends here, without effect.",
    "compensated": "It ends here, with what was posted reversed.",
}
MAKERS = {
    "may": "", "must": ", only who entered it", "must_not": ", but not who entered it",
}  # fmt: skip


def explained(definition: Definition, roles: Mapping[str, Role]) -> list[str]:
    """The whole of it: fields, who starts, stages, approvals, journals. Without line ends."""
    parts = {
        "Fields": fields(definition.fields),
        "Who may start": starts(definition, roles),
        "Held at receipt": rules(definition),
        "Stages": stages(definition, roles),
        "Approvals": approvals(definition, roles),
        "Journals": journals(definition),
        "Totals": totals(definition),
    }
    lines = [f"{definition.title} ({definition.process})", definition.summary]
    lines.append(
        f"References look like {definition.reference_prefix}-7K3M9QX2. {coded(definition)}"
    )
    for heading, part in parts.items():
        if told := list(part):
            lines += ["", heading, *(f"  {line}" for line in told)]
    return lines


def coded(definition: Definition) -> str:
    """Whether this file says everything."""
    if definition.workflow:
        return f"Steps named by `does` are code, in the workflow {definition.workflow}."
    return "Everything it does stands in its file."


def fields(known: Mapping[str, AnyField], indent: str = "") -> Iterator[str]:
    """Each field in a line, those of rows below theirs."""
    for name, field in known.items():
        yield f"{indent}{field.label} ({name}): {kind(field)}, {needed(field)}"
        if isinstance(field, RowsField):
            yield from fields(field.fields, indent + "  ")


def needed(field: AnyField) -> str:
    """Whether it must be given, what it is when it is left out, and where it is changed."""
    default = getattr(field, "default", None)
    told = "required" if field.required else "may be left out"
    if default is not None:
        told = f"when left out {default}"
    if getattr(field, "unique", False):
        told += ", in no other process the same"
    if field.editable_in:
        told += f", changed at {' or '.join(field.editable_in)} alone"
    return told


def kind(field: AnyField) -> str:
    """What a field takes."""
    match field:
        case PartyField():
            return "the code of a party"
        case ReferenceField():
            status = f" that is {field.status}" if field.status else ""
            what = "code" if field.to in KINDS else "reference"
            return f"the {what} of a {field.to.replace('_', ' ')}{status}"
        case FileField():
            kinds = ", ".join(field.media) or "any type that may be sent"
            return f"a file of up to {field.max_size} ({kinds})"
        case AccountField():
            return f"an account of kind {field.kind}" if field.kind else "an account"
        case DateField():
            return "a day"
        case MoneyField():
            return "money"
        case QuantityField():
            counted_in = [units.UNITS[unit] for unit in (field.unit, *field.units) if unit]
            of = f" of {' or '.join(counted_in)}" if counted_in else ""
            return f"a number{of} above zero with up to {field.decimals} decimals"
        case ChoiceField():
            return f"one of {', '.join(field.choices)}"
        case TextField():
            like = f" that matches {field.pattern}" if field.pattern else ""
            what = "lines" if field.lines else "a line"
            return f"{what} of up to {field.max_length} characters{like}"
        case RowsField():
            return f"up to {field.max_rows} rows of what follows"


def starts(definition: Definition, roles: Mapping[str, Role]) -> Iterator[str]:
    """The action `start`."""
    start = definition.actions["start"]
    yield f"{anyone(start.by, roles)}: {start.title}"


def rules(definition: Definition) -> Iterator[str]:
    """What an input is held against before it is taken."""
    for unique in definition.keys:
        labels = ", ".join(definition.fields[name].label for name in unique.fields)
        yield f"No other process has the same: {labels}"
    for one, other in definition.equal:
        yield f"{one} equals {other}"
    for check in definition.checks:
        yield sentence(check.replace("_", " "))


def stages(definition: Definition, roles: Mapping[str, Role]) -> Iterator[str]:
    """Each stage: what happens, where it leads, and who may move it."""
    for number, (name, stage) in enumerate(definition.stages.items(), 1):
        yield f"{number}. {stage.title} ({name})"
        yield from (f"   {line}" for line in happening(definition, stage, roles))
        for action_name, action in actions_at(definition, name).items():
            if action_name != "repair":
                yield f"   - {taken(definition, action, roles)}"


def happening(definition: Definition, stage: Stage, roles: Mapping[str, Role]) -> Iterator[str]:
    """What is done or waited for, and the ways on that nobody chooses but checkers."""
    if stage.post:
        yield f"Posts {', then '.join(stage.post)}."
    if stage.does:
        yield f"Does {stage.does}, which is code."
    for name, starts in stage.starts.items():
        yield started(definition, name, starts)
    if stage.approval:
        yield f"Waits for the approval {stage.approval!r}."
    yield from tables.routes(definition, stage)
    if stage.asks:
        asked = "who entered it" if stage.asks == MAKER else role(stage.asks, roles)
        again = f", and again every {span(stage.remind_every)}" if stage.remind_every else ""
        yield f"Asks {asked}{again}."
    if stage.until:
        at = f" at {stage.at}" if stage.at else ""
        yield f"Waits for the day of {definition.fields[stage.until].label}{at}."
    if stage.must_finish:
        yield f"Cannot be given up here: {stage.must_finish}."
    if stage.may_skip:
        yield "When it stands still, two people may leave it out."
    for key, to in stage.leads.items():
        yield f"{led(key)}: {definition.stages[to].title}"
    if stage.ends:
        yield ENDS[stage.ends]


def led(key: str) -> str:
    """Under which condition a way is taken."""
    return VERDICTS.get(key) or WAYS[key]


def started(definition: Definition, name: str, starts: Starts) -> str:
    """What the stage starts, in a line."""
    each = f" for each of {definition.fields[starts.each].label}" if starts.each else ""
    given = [f"{key} from {source}" for key, source in starts.given.items()]
    given += [f"{key} {text!r}" for key, text in starts.fixed.items()]
    return f"Starts {starts.process}{each}, as {name}, with {', '.join(given)}; waits for its end."


def taken(definition: Definition, action: Action, roles: Mapping[str, Role]) -> str:
    """An action in a line."""
    to = f" leads to {definition.stages[action.to].title}" if action.to else " stays here"
    told = f"{action.title}{to}: {anyone(action.by, roles)}{MAKERS[action.maker]}"
    if action.reason:
        told += "; with a reason"
    if action.edits:
        told += f"; may change {changed(definition, action)}"
    if action.undoes:
        told += f"; reverses {', '.join(action.undoes)} first"
    return told


def changed(definition: Definition, action: Action) -> str:
    """The fields that an action edits."""
    if ALL in action.edits:
        return "everything"
    return ", ".join(definition.fields[name].label for name in action.edits)


def approvals(definition: Definition, roles: Mapping[str, Role]) -> Iterator[str]:
    """Who approves by amount, and how long it may take."""
    for name, approval in definition.approvals.items():
        yield f"{name}: each level is another person, and none is who entered it"
        table = definition.tables.get(approval.table or "")
        told = tables.outcomes(table, roles) if table else bands(approval, roles)
        yield from (f"  {line}" for line in told)
        if approval.step_up:
            yield f"  Whoever decides gave her password within {span(approval.step_up)}"
        if approval.remind_every:
            yield f"  Reminded every {span(approval.remind_every)}"
        if approval.deadline and approval.escalate_to:
            asked = role(approval.escalate_to, roles)
            yield f"  After {counted(approval.deadline)} {asked} is asked as well"
        if approval.splitting:
            days = approval.splitting.days
            yield f"  Told when it may be split: same maker and party within {days} days"
        if approval.claim_for:
            yield f"  Who claims a task has it to herself for {counted(approval.claim_for)}"


def bands(approval: Approval, roles: Mapping[str, Role]) -> Iterator[str]:
    """A line for each band."""
    for band in approval.bands:
        levels = ", then ".join(tables.level(each, roles) for each in band.levels)
        if band.up_to is not None:
            limit = money.parse(band.up_to)
            up_to = f"Up to {money.grouped(limit.amount, limit.currency)} {limit.currency}"
        else:
            up_to = "Above" if len(approval.bands) > 1 else "Any amount"
        yield f"{up_to}: {levels}"


def journals(definition: Definition) -> Iterator[str]:
    """The templates in journal notation."""
    for name, journal in definition.journals.items():
        yield from entry(definition, name, journal)


def totals(definition: Definition) -> Iterator[str]:
    """What is added up under a name."""
    for name, parts in definition.totals.items():
        yield f"{name} = {' + '.join(parts)}"


def entry(definition: Definition, name: str, journal: JournalTemplate) -> Iterator[str]:
    """One template: when it is posted, and its lines."""
    at = [stage.title for stage in definition.stages.values() if name in stage.post]
    yield f"{name}, posted at: {', '.join(at) or 'no stage of this file'}"
    number = f"  number {definition.number.pattern}" if definition.number else ""
    due = f"  due {journal.due}" if journal.due else ""
    yield f"  {journal.date}  {journal.narration}{due}{number if journal.numbered else ''}"
    yield from (f"    {line}" for line in journal.postings)


def anyone(names: Iterable[str], roles: Mapping[str, Role]) -> str:
    """Roles of which one is enough."""
    return " or ".join(role(name, roles) for name in names)


def role(name: str, roles: Mapping[str, Role]) -> str:
    """A role by its title."""
    return roles[name].title if name in roles else name


def span(text: str) -> str:
    """`3d` as `3 days`, `1d` as `day`: for after `every`."""
    count, unit = read_duration(text)
    return UNITS[unit] if count == 1 else f"{count} {UNITS[unit]}s"


def counted(text: str) -> str:
    """`3d` as `3 days`, `1d` as `1 day`."""
    return f"1 {span(text)}" if read_duration(text)[0] == 1 else span(text)


def sentence(text: str) -> str:
    """With a capital letter."""
    return text[:1].upper() + text[1:]
