"""Decision tables: rules that a definition file writes, and what they decide for some facts.

Cells are read in `decision_table_cell`; that a table is complete and unambiguous is proven when it
is loaded, in `decision_table_proof`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.definitions.decision_table_cell import Kind, Point, currencies, read
from domain.definitions.fields import Name, Strict, Words
from domain.money import Money
from domain.refusal import Refusal

Fact = Money | Decimal | date | str
CellText = Annotated[str, StringConstraints(max_length=2_000)] | None

TYPES: dict[Kind, tuple[type[Fact], str]] = {
    "money": (Money, "an amount such as 1180.00 INR"),
    "number": (Decimal, "an exact decimal such as 1.5"),
    "date": (date, "a day such as 2026-04-01"),
    "choice": (str, "one text"),
    "text": (str, "one text"),
}


class TableRule(Strict):
    """One row: what must hold, and what follows. An input that `when` leaves out holds anyway."""

    when: dict[Name, CellText] = {}
    then: Annotated[tuple[Words, ...], Field(min_length=1)]


class DecisionTable(Strict):
    """Rules over named inputs. `hit` says which of the rules that hold decide, as in DMN:

    - `first`: the first of them; there is always one;
    - `unique`: the only one; there are never two;
    - `collect`: all of them, in order; there may be none. An outcome is counted once.

    A `choice` may have a closed list of values, a `text` never has.
    """

    hit: Literal["first", "unique", "collect"]
    inputs: Annotated[dict[Name, Kind], Field(min_length=1)]
    rules: Annotated[tuple[TableRule, ...], Field(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a table decided: its outcomes, the rules that said so (counting from 0), and why."""

    outcomes: tuple[str, ...]
    rules: tuple[int, ...]
    why: str


def decide(table: DecisionTable, facts: Mapping[str, Fact]) -> Decision:
    """What the table says about these facts. Facts that are no inputs are left aside.

    Refuses a fact that is missing (`fact_must_be_given`) or of another kind
    (`fact_must_be_of_its_kind`), money of another currency than the table's
    (`amount_must_be_in_currency_of_table`), and facts for which no rule holds, or two under
    `unique` (`decision_table_must_decide`), which only a table that was not proven can meet.
    """
    points = {name: point(table, name, facts) for name in table.inputs}
    holding = tuple(i for i, rule in enumerate(table.rules) if holds(table, rule, points))
    if table.hit == "collect":
        listed = (outcome for i in holding for outcome in table.rules[i].then)
        return Decision(tuple(dict.fromkeys(listed)), holding, why(table, holding, facts))
    if not holding or (table.hit == "unique" and len(holding) > 1):
        rules = ", ".join(str(i + 1) for i in holding)
        raise Refusal(
            "decision_table_must_decide",
            f"{f'Rules {rules} all hold' if holding else 'No rule holds'} "
            f"for {shown({name: facts[name] for name in table.inputs})}. "
            "Ask for the table to be corrected.",
        )
    return Decision(table.rules[holding[0]].then, holding[:1], why(table, holding[:1], facts))


def holds(table: DecisionTable, rule: TableRule, points: Mapping[str, Point]) -> bool:
    """Whether every cell of the rule holds."""
    return all(
        read(text, table.inputs[name]).holds(points[name]) for name, text in rule.when.items()
    )


def point(table: DecisionTable, name: str, facts: Mapping[str, Fact]) -> Point:
    """A fact as the cells compare it, once it is known to be one that they can compare."""
    expected, words = TYPES[table.inputs[name]]
    if name not in facts:
        raise Refusal("fact_must_be_given", f"{name!r} is not given. Give {words}.")
    fact = facts[name]
    # A datetime is a date to Python, and has an hour that the cells would not see.
    if type(fact) is not expected or (isinstance(fact, Decimal) and not fact.is_finite()):
        raise Refusal("fact_must_be_of_its_kind", f"{name!r} is {fact!r}. Give {words}.")
    if isinstance(fact, Money):
        return minor_units(fact, name, table)
    if isinstance(fact, date):
        return Decimal(fact.toordinal())
    return fact


def minor_units(amount: Money, name: str, table: DecisionTable) -> Decimal:
    """The amount, in the currency that the table compares with."""
    known = frozenset[str]().union(*(currencies(rule.when.get(name)) for rule in table.rules))
    if known - {amount.currency}:
        raise Refusal(
            "amount_must_be_in_currency_of_table",
            f"{name!r} is {amount}, and the table compares with {' and '.join(sorted(known))}. "
            "Give the amount in that currency.",
        )
    return Decimal(amount.amount)


def why(table: DecisionTable, rules: tuple[int, ...], facts: Mapping[str, Fact]) -> str:
    """The sentence for the record: each rule with the facts that it asked for and what it says."""
    return " ".join(reason(table, i, facts) for i in rules) or (
        f"None of the {len(table.rules)} rules holds for "
        f"{shown({name: facts[name] for name in table.inputs})}."
    )


def reason(table: DecisionTable, index: int, facts: Mapping[str, Fact]) -> str:
    """`Rule 2 of 3: amount 60,000.00 INR (50000.00 INR < .. <= 500000.00 INR).`"""
    asked = [
        f"{shown({name: facts[name]})} ({text})"
        for name, text in table.rules[index].when.items()
        if text not in (None, "", "-")
    ]
    return f"Rule {index + 1} of {len(table.rules)}: {', '.join(asked) or 'holds for anything'}."


def shown(facts: Mapping[str, Fact]) -> str:
    """`amount 60,000.00 INR, branch 'Mysuru', on 2026-04-01, days 3`."""
    return ", ".join(
        f"{name} {fact!r}" if isinstance(fact, str) else f"{name} {fact}"
        for name, fact in facts.items()
    )
