"""The kinds of field a document may have. What each accepts is in `domain.definitions.input`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=63)]
Unit = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]{1,20}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"\S")]


class Strict(BaseModel):
    """No key that is not named here, and no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Labelled(Strict):
    """What every field has: a label for people, whether it must be given, and who sees it.

    With `visible_to` it is masked for whoever holds none of these roles; with `editable_in` it is
    changed in these stages alone, whatever the actions edit.
    """

    label: Words
    required: bool = False
    visible_to: tuple[Name, ...] = ()
    editable_in: tuple[Name, ...] = ()


class Plain(Labelled):
    """A field with one value; no two processes of the type have the same in one that is `unique`.

    `default` is what a start has that leaves it out, written as in the example; that of a date may
    be `today` or `today+30`.
    """

    default: Words | None = None
    unique: bool = False


class PartyField(Plain):
    """A customer, supplier or employee, by its code."""

    type: Literal["party"]


class TextField(Plain):
    """One line of text, or several with `lines`. `pattern` is a regular expression for it all."""

    type: Literal["text"]
    max_length: Annotated[int, Field(ge=1, le=10_000)] = 200
    pattern: Annotated[str, Field(max_length=500)] | None = None
    lines: bool = False


class DateField(Plain):
    """A day, without a time."""

    type: Literal["date"]


class MoneyField(Plain):
    """Integer minor units in the company's currency, zero or more."""

    type: Literal["money"]


class QuantityField(Plain):
    """A decimal above zero with at most `decimals` digits after the point.

    It counts in `unit`, or in whichever of `units` is given with it.
    """

    type: Literal["quantity"]
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    unit: Unit | None = None
    units: tuple[Unit, ...] = ()


class ChoiceField(Plain):
    """One of the texts listed."""

    type: Literal["choice"]
    choices: Annotated[tuple[Words, ...], Field(min_length=1)]


class AccountField(Plain):
    """An account of the company's chart, of one kind when `kind` is given."""

    type: Literal["account"]
    kind: Literal["asset", "liability", "equity", "income", "expense"] | None = None


class ReferenceField(Plain):
    """A master by its code, or a process of a type by its reference, of one `status` when given."""

    type: Literal["reference"]
    to: Name
    status: Literal["completed", "cancelled", "compensated"] | None = None


class FileField(Labelled):
    """A file that was sent before: `media` types it may have, and its `max_size`."""

    type: Literal["file"]
    media: tuple[Words, ...] = ()
    max_size: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}(KB|MB)$")] = "10MB"
    unique: bool = False


PlainKind = (
    PartyField
    | TextField
    | DateField
    | MoneyField
    | QuantityField
    | ChoiceField
    | AccountField
    | ReferenceField
    | FileField
)
PlainField = Annotated[PlainKind, Field(discriminator="type")]


class RowsField(Labelled):
    """Rows of plain fields. Rows do not nest."""

    type: Literal["rows"]
    max_rows: Annotated[int, Field(ge=1, le=10_000)] = 200
    fields: Annotated[dict[Name, PlainField], Field(min_length=1)]


AnyField = Annotated[PlainKind | RowsField, Field(discriminator="type")]
