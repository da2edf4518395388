"""The values of a message about a definition's example, to try its texts with."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from domain.definitions import schema
from domain.definitions.faults_of_input import InputErrors
from domain.definitions.input import accept
from domain.definitions.model import Definition
from domain.definitions.proof_of_example import currency_of
from domain.definitions.spoken import said_fields, said_money, said_totals
from domain.definitions.templates import FIELDS, NAMES, TOTALS
from domain.money import Money
from domain.refusal import Refusal

NOTHING_HIDDEN: frozenset[str] = frozenset()


def example_of(definition: Definition) -> Callable[[str], dict[str, Any]] | None:
    """The values by language. None for an example that is a mistake of its own."""
    with suppress(Refusal, InputErrors, LookupError, ValueError, AssertionError):
        given = schema.example(definition)
        content = accept(definition, given, currency=currency_of(given))
        totals = said_totals(definition, content, NOTHING_HIDDEN)

        def values(language: str) -> dict[str, Any]:
            found: dict[str, Any] = {name: name for name in NAMES}
            fields = said_fields(definition, content, NOTHING_HIDDEN, language)
            amount = said_money(Money(118_000_00, "INR"))
            return found | {"amount": amount, FIELDS: fields, TOTALS: totals}

        return values
    return None
