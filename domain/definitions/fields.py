"""The kinds of field a document may have. What each accepts is in `domain.definitions.input`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=63)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"\S")]


class Strict(BaseModel):
    """No key that is not named here, and no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Labelled(Strict):
    """What every field has: a label for people, whether it must be given, and who sees it.

    With `visible_to` it is masked for whoever holds none of these roles.
    """

    label: Words
    required: bool = False
    visible_to: tuple[Name, ...] = ()


class PartyField(Labelled):
    """A customer, supplier or employee, by its code."""

    type: Literal["party"]


class TextField(Labelled):
    """One line of text. `pattern` is a regular expression for the whole of it."""

    type: Literal["text"]
    max_length: Annotated[int, Field(ge=1, le=10_000)] = 200
    pattern: str | None = None


class DateField(Labelled):
    """A day, without a time."""

    type: Literal["date"]


class MoneyField(Labelled):
    """Integer minor units in the company's currency, zero or more."""

    type: Literal["money"]


class QuantityField(Labelled):
    """A decimal above zero with at most `decimals` digits after the point."""

    type: Literal["quantity"]
    decimals: Annotated[int, Field(ge=0, le=6)] = 0


class ChoiceField(Labelled):
    """One of the texts listed."""

    type: Literal["choice"]
    choices: Annotated[tuple[Words, ...], Field(min_length=1)]


class AccountField(Labelled):
    """An account of the company's chart, of one kind when `kind` is given."""

    type: Literal["account"]
    kind: Literal["asset", "liability", "equity", "income", "expense"] | None = None


PlainField = Annotated[
    PartyField | TextField | DateField | MoneyField | QuantityField | ChoiceField | AccountField,
    Field(discriminator="type"),
]


class RowsField(Labelled):
    """Rows of plain fields. Rows do not nest."""

    type: Literal["rows"]
    max_rows: Annotated[int, Field(ge=1, le=10_000)] = 200
    fields: Annotated[dict[Name, PlainField], Field(min_length=1)]


AnyField = Annotated[
    PartyField
    | TextField
    | DateField
    | MoneyField
    | QuantityField
    | ChoiceField
    | AccountField
    | RowsField,
    Field(discriminator="type"),
]
