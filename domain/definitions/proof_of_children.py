"""The proof of what stages start: the other type is there, is given what it needs, and ends.

Each rule yields every mistake it sees; none stops at the first.
"""

from collections.abc import Iterator

from domain.definitions import children
from domain.definitions.children import kind_of_given
from domain.definitions.fields import (
    AccountField,
    AnyField,
    ChoiceField,
    FileField,
    QuantityField,
    ReferenceField,
    RowsField,
    TextField,
)
from domain.definitions.input import read as read_value
from domain.definitions.mistakes import Mistake, Path
from domain.definitions.model import Definition, Starts
from domain.definitions.proof_of_example import currency_of
from domain.definitions.proof_of_stages import unknown
from domain.definitions.schema import example
from domain.definitions.values import Reading
from domain.definitions.vocabulary import Vocabulary
from domain.definitions.written import on_the_wire
from domain.refusal import Refusal

# How many processes one stage may start for the rows of a field: all are opened at once.
MOST = 200


def starting(definition: Definition) -> Iterator[tuple[Path, Starts]]:
    """Everything that stages start, with its place."""
    for name, stage in definition.stages.items():
        for child, starts in stage.starts.items():
            yield ("stages", name, "starts", child), starts


def what_is_started_exists(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """The type is one of a definition, and no type starts itself by way of others."""
    known = [each.process for each in names.started.values() if each.workflow is None]
    for path, starts in starting(definition):
        if starts.process not in known:
            yield unknown((*path, "process"), starts.process, "process type to be started", known)
        elif definition.process in children.descended(starts.process, names.started):
            what = f"{starts.process!r} starts {definition.process!r} in its turn, without end"
            yield Mistake((*path, "process"), what, "Start another type")


def what_is_started_leads_on(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Where not all of them are completed, `failed` says what follows; other stages have none."""
    for name, stage in definition.stages.items():
        if stage.starts and stage.failed is None:
            what = f"The stage {name!r} does not say where it leads when one of them fails"
            yield Mistake(("stages", name), what, "Add `failed: <stage>`")
        if stage.failed and not stage.starts:
            what = f"The stage {name!r} starts nothing that could fail"
            yield Mistake(("stages", name, "failed"), what, "Remove it")


def each_is_rows(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """`each` names a field of rows, of as many as are started in one transaction."""
    rows = {name: each for name, each in definition.fields.items() if isinstance(each, RowsField)}
    for path, starts in starting(definition):
        if starts.each and starts.each not in rows:
            yield unknown((*path, "each"), starts.each, "field of rows", rows)
        elif starts.each and rows[starts.each].max_rows > MOST:
            what = f"{starts.each!r} may have {rows[starts.each].max_rows} rows to be started"
            yield Mistake((*path, "each"), what, f"Give the field max_rows: {MOST} or fewer")


def children_are_given_what_they_need(
    definition: Definition, names: Vocabulary
) -> Iterator[Mistake]:
    """Every required field of the child, each of a fitting kind, and none that it does not have."""
    for path, starts in starting(definition):
        child = names.started.get(starts.process)
        if child is None:
            continue
        for name, field in child.fields.items():
            may_lack = not field.required or getattr(field, "default", None) is not None
            if not may_lack and name not in {*starts.given, *starts.fixed}:
                what = f"{starts.process!r} needs {name!r} ({field.label})"
                yield Mistake(
                    (*path, "given"), what, f"Add {name}: <field>, or write it in `fixed`"
                )
        for name, source in starts.given.items():
            yield from given_fits(definition, starts, child, (*path, "given", name), source)
        for name, text in starts.fixed.items():
            yield from fixed_fits(definition, starts, child, (*path, "fixed", name), text)


def given_fits(
    definition: Definition, starts: Starts, child: Definition, path: Path, source: str
) -> Iterator[Mistake]:
    """One value: both sides are there, and what the one holds the other takes."""
    field = child.fields.get(str(path[-1]))
    if field is None:
        yield unknown(path, str(path[-1]), f"field of {child.process}", child.fields)
        return
    held = kind_of_given(definition, starts, source)
    if held is None:
        yield unknown(path, source, "value to be given", children.givable(definition, starts))
        return
    wrong = misfit(held, field)
    if wrong:
        what = f"{source!r} does not fit {path[-1]!r} of {child.process}: {wrong}"
        yield Mistake(path, what, "Give a value of the same kind")


def misfit(held: AnyField, field: AnyField) -> str | None:
    """Why a field's values are not all taken by another; None when they are."""
    if held.type != field.type:
        return f"it is {held.type}, and {field.type} is wanted"
    if field.required and not held.required:
        return "it may be left out, and is required there"
    if held.visible_to and not (field.visible_to and {*field.visible_to} <= {*held.visible_to}):
        return "who must not see it here would see it there"
    match held, field:
        case TextField(), TextField() if field.max_length < held.max_length:
            return f"it has up to {held.max_length} characters, and {field.max_length} fit"
        case TextField(), TextField() if field.pattern and field.pattern != held.pattern:
            return f"it need not match {field.pattern}"
        case ChoiceField(), ChoiceField() if set(held.choices) - set(field.choices):
            other = ", ".join(c for c in held.choices if c not in field.choices)
            return f"it may be {other}"
        case QuantityField(), QuantityField() if field.decimals < held.decimals:
            return f"it has {held.decimals} decimals, and {field.decimals} fit"
        case QuantityField(), QuantityField() if units_of(field) != units_of(held):
            return "it counts in other units"
        case ReferenceField(), ReferenceField() if field.to != held.to:
            return f"it refers to {held.to}, and {field.to} is wanted"
        case FileField(), _:
            return "a file belongs to the process that it is attached to"
        case AccountField(), AccountField() if field.kind and field.kind != held.kind:
            return f"it need not be of kind {field.kind}"
        case RowsField(), RowsField() if held.fields != field.fields:
            return "their rows have other fields"
        case RowsField(), RowsField() if field.max_rows < held.max_rows:
            return f"it has up to {held.max_rows} rows, and {field.max_rows} fit"
    return None


def units_of(field: QuantityField) -> tuple[object, ...]:
    """What a quantity counts in."""
    return (field.unit, field.units)


def fixed_fits(
    definition: Definition, starts: Starts, child: Definition, path: Path, text: str
) -> Iterator[Mistake]:
    """A value that is written out is one that the child's field takes."""
    name = str(path[-1])
    field = child.fields.get(name)
    if field is None:
        yield unknown(path, name, f"field of {child.process}", child.fields)
        return
    if name in starts.given:
        yield Mistake(path, f"{name!r} is given and fixed", "Keep one of the two")
    reading = Reading(currency_of(example(definition)))
    try:
        read_value(reading, "", field, on_the_wire(field, text))
    except Refusal as refusal:
        yield Mistake(path, refusal.message.rstrip("."), "Write it as an example does")
    for error in reading.errors:
        what = f"{text!r} would be refused ({error.code}): {error.detail.rstrip('.')}"
        yield Mistake(path, what, "Write it as an example does")


def nothing_is_edited_meanwhile(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """While others work with what it says, the document stays as it is; actions lead away."""
    for name, stage in definition.stages.items():
        for action_name, action in definition.actions.items():
            if not stage.starts or name not in (action.from_ or definition.stages):
                continue
            if action_name not in ("start", "repair") and (action.edits or not action.to):
                what = f"{action_name!r} changes the document at {name!r}, which others work from"
                cure = f"Take {name!r} out of its `from`, or let it lead away and edit nothing"
                yield Mistake(("actions", action_name), what, cure)


def what_was_done_is_not_cancelled(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A process does not end by itself as if nothing had been done once others were started.

    An action may lead there: it is refused while something stands that they did.
    """
    for name, stage in definition.stages.items():
        for key in ("then", "failed") if stage.starts else ():
            to = stage.leads.get(key)
            for end in sorted(children.without_actions(definition, to)) if to else ():
                if definition.stages[end].ends in ("cancelled", "compensated"):
                    what = f"{key!r} of {name!r} leads to {end!r}, though something may be done"
                    cure = "Lead to a stage where people choose, or to one that ends: completed"
                    yield Mistake(("stages", name, key), what, cure)


PROOF_OF_CHILDREN = (
    what_is_started_exists,
    what_is_started_leads_on,
    each_is_rows,
    children_are_given_what_they_need,
    nothing_is_edited_meanwhile,
    what_was_done_is_not_cancelled,
)
