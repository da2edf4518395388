"""The proof of a definition's example: what the documentation shows is accepted."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from domain.definitions.faults_of_input import InputErrors
from domain.definitions.input import accept
from domain.definitions.mistakes import Mistake, Path
from domain.definitions.model import Definition
from domain.definitions.schema import example
from domain.definitions.vocabulary import Vocabulary
from domain.definitions.written import default_of
from domain.refusal import Refusal

# Any day will do: a default that is reckoned from the day of a start is a day on every day.
SOME_DAY: Final = date(2026, 7, 16)


def example_is_accepted(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """The input that the documentation shows would start a process."""
    cure = "Write an example: with a value for each field that the input would need"
    try:
        given = example(definition)
        defaults = [default_of(field, SOME_DAY) for field in definition.fields_by_path().values()]
        currency = currency_of([given, defaults])
        accept(definition, given, currency=currency, starts_on=SOME_DAY)
    except InputErrors as errors:
        for error in errors.errors:
            what = f"The example would be refused ({error.code}): {error.detail.rstrip('.')}"
            yield Mistake(path_of(error.pointer), what, cure)
    except Refusal as refusal:
        what = f"The example cannot be read: {refusal.message.rstrip('.')}"
        yield Mistake(("example",), what, "Correct the example")


def currency_of(given: object) -> str:
    """The currency of the first money in values."""
    if isinstance(given, dict):
        if isinstance(given.get("currency"), str):
            return str(given["currency"])
        given = list(given.values())
    found = [currency_of(value) for value in given] if isinstance(given, list) else []
    return next((currency for currency in found if currency), "")


def path_of(pointer: str) -> Path:
    """Where the example's value stands in the file."""
    parts = pointer.split("/")[1:]
    return ("example", *(int(part) if part.isdigit() else part for part in parts))
