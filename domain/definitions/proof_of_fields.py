"""The proof of what single fields say: their defaults, units, references, files and patterns.

Each rule yields every mistake it sees; none stops at the first.
"""

from collections.abc import Iterator
from typing import Final

from domain.definitions import input as inputs
from domain.definitions.fields import (
    AccountField,
    DateField,
    FileField,
    QuantityField,
    ReferenceField,
    RowsField,
    TextField,
)
from domain.definitions.mistakes import Mistake, Path
from domain.definitions.model import ALL, Definition
from domain.definitions.patterns import compiled
from domain.definitions.proof_of_example import SOME_DAY, currency_of
from domain.definitions.proof_of_stages import unknown
from domain.definitions.units import UNITS
from domain.definitions.values import Reading
from domain.definitions.vocabulary import Vocabulary
from domain.definitions.written import DAY, default_of
from domain.documents import media
from domain.masters.kinds import KINDS
from domain.refusal import Refusal

LARGEST_FILE: Final = 10_000_000


def field_path(dotted: str) -> Path:
    """Where `lines.net` stands in the file."""
    outer, _, inner = dotted.partition(".")
    return ("fields", outer, "fields", inner) if inner else ("fields", outer)


def patterns_are_readable(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Patterns of text fields are regular expressions that no text makes slow."""
    for path, field in definition.fields_by_path().items():
        if isinstance(field, TextField) and field.pattern is not None:
            try:
                compiled(field.pattern)
            except Refusal as refusal:
                where = (*field_path(path), "pattern")
                cure = "Correct it, or escape what stands for itself"
                yield Mistake(where, refusal.message.rstrip("."), cure)


def references_name_something(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """A reference is to a kind of master or to a process type, and only processes have a status."""
    types = {*names.types, definition.process}
    for path, field in definition.fields_by_path().items():
        if not isinstance(field, ReferenceField):
            continue
        where = field_path(path)
        if field.to not in {*KINDS, *types}:
            what = "kind of master and no process type"
            yield unknown((*where, "to"), field.to, what, (*KINDS, *types))
        elif field.to in KINDS and field.status:
            what = f"A {field.to} is a master, which has no status"
            yield Mistake((*where, "status"), what, "Remove `status`")


def units_are_known(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Units are unit quantity codes of GST or ours; there is one, or a choice of several."""
    for path, field in definition.fields_by_path().items():
        if not isinstance(field, QuantityField):
            continue
        where = field_path(path)
        if field.unit is not None and field.unit not in UNITS:
            yield unknown((*where, "unit"), field.unit, "unit", UNITS)
        for i, unit in enumerate(field.units):
            if unit not in UNITS:
                yield unknown((*where, "units", i), unit, "unit", UNITS)
        if field.unit is not None and field.units:
            what = f"{path!r} counts in one unit and in a choice of units"
            yield Mistake((*where, "units"), what, "Keep one of the two")


def operations_count_in_one_unit(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """What an operation reads as a number has no choice of units."""
    for stage in definition.stages.values():
        for name in names.operations.get(stage.does or "", ()):
            field = definition.fields.get(name)
            if isinstance(field, QuantityField) and field.units:
                what = f"The operation {stage.does!r} reads {name!r} as a number"
                yield Mistake(("fields", name, "units"), what, "Remove `units`")


def files_can_be_sent(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Media types are those that may be sent, and no file is larger than one may be."""
    for path, field in definition.fields_by_path().items():
        if not isinstance(field, FileField):
            continue
        where = field_path(path)
        for i, kind in enumerate(field.media):
            if kind not in media.KINDS:
                what = "media type that may be sent"
                yield unknown((*where, "media", i), kind, what, media.KINDS)
        if media.bytes_of(field.max_size) > LARGEST_FILE:
            what = f"Nobody can send a file of {field.max_size}"
            yield Mistake((*where, "max_size"), what, "Write 10MB or less")
        if field.visible_to:
            what = f"Whoever reads a process reads its files, so {path!r} cannot be masked"
            yield Mistake((*where, "visible_to"), what, "Remove `visible_to`")


def defaults_are_accepted(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """A start with its defaults would be let pass, as far as the definition knows."""
    # What cannot be read at all is a mistake already.
    faulty = {*patterns_are_readable(definition, names), *units_are_known(definition, names)}
    broken = {mistake.path[:-1] for mistake in faulty}
    for path, field in definition.fields_by_path().items():
        where, written = (*field_path(path), "default"), getattr(field, "default", None)
        if written is None or field_path(path) in broken:
            continue
        if DAY.fullmatch(written) and not isinstance(field, DateField):
            what = f"{path!r} is no date, so {written!r} stands for no day in it"
            yield Mistake(where, what, "Write what is meant, or make the field a date")
            continue
        try:
            value = default_of(field, SOME_DAY)
            reading = Reading(currency_of(value))
            inputs.read(reading, f"/{path}", field, value)
        except Refusal as refusal:
            yield Mistake(where, refusal.message.rstrip("."), "Correct the default")
            continue
        for error in reading.errors:
            what = f"The default would be refused ({error.code}): {error.detail.rstrip('.')}"
            yield Mistake(where, what, "Write a default that the field takes")
        if isinstance(field, AccountField):
            yield from account_is_there(where, field, written, names)


def account_is_there(
    path: Path, field: AccountField, code: str, names: Vocabulary
) -> Iterator[Mistake]:
    """The chart that a company starts with has the account, of the kind that is wanted."""
    of_kind = [n for n, account in names.accounts.items() if field.kind in (None, account.kind)]
    if code not in of_kind:
        what = f"account of kind {field.kind}" if field.kind else "account of the chart"
        yield unknown(path, code, what, of_kind)


def unique_fields_are_given(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A field that is unique is always there, stands once, and shares its name with no key."""
    taken = {key.name for key in definition.unique}
    for path, field in definition.fields_by_path().items():
        if not getattr(field, "unique", False):
            continue
        where = (*field_path(path), "unique")
        if "." in path:
            what = f"{path!r} stands in rows, so a process has many of it"
            yield Mistake(where, what, "Remove `unique`")
        elif not field.required:
            what = f"{path!r} is unique, yet may be left out"
            yield Mistake(where, what, "Make the field required")
        elif path in taken:
            what = f"A unique key is named {path!r} already"
            yield Mistake(where, what, "Give the key another name, or remove one of the two")


def fields_are_edited_where_they_may_be(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """What is edited in certain stages is edited there, and no action says otherwise."""
    for path, field in definition.fields_by_path().items():
        where = (*field_path(path), "editable_in")
        if field.editable_in and "." in path:
            what = f"Rows are changed as a whole, so {path!r} has no stages of its own"
            yield Mistake(where, what, "Write `editable_in` beside `type: rows`")
            continue
        for i, stage in enumerate(field.editable_in):
            if stage not in definition.stages:
                yield unknown((*where, i), stage, "stage", definition.stages)
            elif not is_edited_at(definition, path, stage):
                what = f"No action edits {path!r} at {stage!r}"
                yield Mistake((*where, i), what, "Name it in the `edits` of one, or take it out")


def is_edited_at(definition: Definition, name: str, stage: str) -> bool:
    """Whether an action edits the field there; a step that is parked there may be corrected."""
    return definition.stages[stage].works or any(
        {name, ALL} & {*action.edits} and (not action.from_ or stage in action.from_)
        for action in definition.actions.values()
    )


def actions_edit_where_they_may(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """An action that names a field to edit is taken where the field may be edited."""
    for name, action in definition.actions.items():
        for i, edited in enumerate(action.edits):
            field = definition.fields.get(edited)
            stages = field.editable_in if field else ()
            elsewhere = [each for each in action.from_ if stages and each not in stages]
            if elsewhere or (stages and not action.from_):
                at = " and ".join(elsewhere) or "any stage"
                may = ", ".join(stages)
                what = f"{name!r} edits {edited!r} at {at}, but it is editable in {may}"
                cure = "Take it out of `edits`, or add the stage to `editable_in`"
                yield Mistake(("actions", name, "edits", i), what, cure)


def is_for_texts(field: object) -> bool:
    """Whether a field may stand in a line of text: no rows, no files, no long texts."""
    return not isinstance(field, RowsField | FileField) and not (
        isinstance(field, TextField) and field.lines
    )


PROOF_OF_FIELDS = (
    patterns_are_readable,
    references_name_something,
    units_are_known,
    operations_count_in_one_unit,
    files_can_be_sent,
    defaults_are_accepted,
    unique_fields_are_given,
    fields_are_edited_where_they_may_be,
    actions_edit_where_they_may,
)
