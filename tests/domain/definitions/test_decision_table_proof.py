"""The proof of decision tables against brute force: every fact near every end, in turn."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.definitions.decision_table import DecisionTable, decide
from domain.definitions.decision_table_proof import cases, classes, fact, mistakes
from domain.money import Money
from tests.domain.refused import refused

SIGNS = {
    "<=": lambda value, end: value <= end,
    "<": lambda value, end: value < end,
    ">=": lambda value, end: value >= end,
    ">": lambda value, end: value > end,
}
START = date(2026, 2, 26)
BRANCHES = ("Mandya", "Mysuru", "not known")

# Of each kind: the ends that rules write, as text and as value, and every value near them.
ENDS = {
    "money": [(f"0.0{n} INR", n) for n in range(5)],
    "number": [(str(n), Decimal(n)) for n in range(4)],
    "date": [(str(START + timedelta(n)), START + timedelta(n)) for n in range(5)],
    "choice": [("Mandya", "Mandya"), ("Mysuru", "Mysuru"), ('"not known"', "not known")],
    "text": [("Mandya", "Mandya"), ('"-"', "-")],
}
NEAR = {
    "money": list(range(-1, 6)),
    "number": [Decimal(n) / 2 for n in range(-2, 9)],
    "date": [START + timedelta(n) for n in range(-1, 6)],
    "choice": list(BRANCHES),
    "text": ["Mandya", "-", "some other"],
}


@dataclass
class Written:
    """A cell: its text, and what it means in plain Python."""

    text: str | None
    holds: object


@st.composite
def one_test(draw, kind):
    """One value, comparison or interval, with its meaning."""
    end = st.sampled_from(ENDS[kind])
    (low, least), (high, most) = draw(end), draw(end)
    form = draw(st.sampled_from(("value", "comparison", "interval", "open")))
    if form == "value" or kind in ("choice", "text"):
        return low, lambda value: value == least
    if form == "comparison":
        sign = draw(st.sampled_from(sorted(SIGNS)))
        return f"{sign} {low}", lambda value: SIGNS[sign](value, least)
    if form == "interval":
        return f"{low} .. {high}", lambda value: least <= value <= most
    above, below = draw(st.sampled_from(("<", "<="))), draw(st.sampled_from(("<", "<=")))
    return (
        f"{low} {above} .. {below} {high}",
        lambda value: SIGNS[above](least, value) and SIGNS[below](value, most),
    )


@st.composite
def cell(draw, kind):
    """A whole cell with its meaning."""
    if draw(st.integers(0, 3)) == 0:
        return Written(draw(st.sampled_from((None, "", "-"))), lambda value: True)
    tests = draw(st.lists(one_test(kind), min_size=1, max_size=2))
    text = ", ".join(written for written, _ in tests)
    if draw(st.integers(0, 3)) == 0:
        return Written(f"not {text}", lambda value: not any(holds(value) for _, holds in tests))
    return Written(text, lambda value: any(holds(value) for _, holds in tests))


@dataclass
class Case:
    """A table, the cells it was made of, and all facts near its ends."""

    inputs: dict
    cells: list

    def table(self, hit):
        rules = [
            {"when": {n: cell.text for n, cell in row.items()}, "then": [f"o{i % 2}", f"p{i}"]}
            for i, row in enumerate(self.cells)
        ]
        return DecisionTable.model_validate({"hit": hit, "inputs": self.inputs, "rules": rules})

    def values(self):
        return {name: BRANCHES for name, kind in self.inputs.items() if kind == "choice"}

    def everything(self):
        for values in product(*(NEAR[kind] for kind in self.inputs.values())):
            yield dict(zip(self.inputs, values, strict=True))

    def holding(self, values):
        return {
            i
            for i, row in enumerate(self.cells)
            if all(cell.holds(values[name]) for name, cell in row.items())
        }

    def facts(self, values):
        return {
            name: Money(value, "INR") if self.inputs[name] == "money" else value
            for name, value in values.items()
        }


@st.composite
def cases_of_tables(draw):
    kinds = draw(st.lists(st.sampled_from(sorted(ENDS)), min_size=1, max_size=3))
    inputs = {f"input_{i}": kind for i, kind in enumerate(kinds)}
    rows = st.fixed_dictionaries({}, optional={name: cell(kind) for name, kind in inputs.items()})
    return Case(inputs, draw(st.lists(rows, min_size=1, max_size=5)))


def told(case, hit, words):
    """The paths of the mistakes that say this."""
    found = mistakes(case.table(hit), values=case.values())
    return [mistake.path for mistake in found if words in mistake.what]


@settings(max_examples=300)
@given(cases_of_tables())
def test_there_is_a_gap_exactly_where_no_rule_holds(case):
    gap = any(not case.holding(values) for values in case.everything())
    for hit in ("first", "unique"):
        assert told(case, hit, "No rule holds") == [("rules",)] * gap
    assert told(case, "collect", "No rule holds") == []


@given(cases_of_tables())
def test_two_rules_overlap_exactly_where_both_hold(case):
    pairs = {
        (i, j)
        for values in case.everything()
        for i, j in product(case.holding(values), repeat=2)
        if i < j
    }
    found = [m.what for m in mistakes(case.table("unique"), values=case.values())]
    assert [what for what in found if "both hold" in what] == [
        what
        for i, j in sorted(pairs, key=lambda pair: pair[::-1])
        for what in found
        if what.startswith(f"Rules {i + 1} and {j + 1} both hold for ")
    ]
    assert len([what for what in found if "both hold" in what]) == len(pairs)


@given(cases_of_tables())
def test_a_rule_is_unreachable_exactly_when_it_is_never_the_first(case):
    holding = [case.holding(values) for values in case.everything()]
    never_first = set(range(len(case.cells))) - {min(rules) for rules in holding if rules}
    impossible = {i for i in never_first if not any(i in rules for rules in holding)}
    unreached = told(case, "first", "never decides")
    empty = told(case, "first", "holds for nothing")
    assert {path[1] for path in unreached} == never_first - impossible
    assert {path[1] for path in empty} == impossible


@settings(max_examples=300)
@given(cases_of_tables())
def test_every_case_that_the_proof_finds_is_met_by_its_witness_and_no_case_is_missed(case):
    table, known = case.table("first"), case.values()
    columns = {name: classes(table, name, known.get(name)) for name in case.inputs}
    found = cases(table, columns)
    expected = {sum(1 << i for i in case.holding(values)) for values in case.everything()}
    assert set(found) == expected
    for rules, points in found.items():
        facts = {
            # An input without ends has no currency; any amount will do.
            name: fact(table, name, point) if len(columns[name]) > 1 else None
            for name, point in zip(columns, points, strict=True)
        }
        anyhow = case.facts(next(iter(case.everything())))
        met = {name: anyhow[name] if given is None else given for name, given in facts.items()}
        assert decide(case.table("collect"), met).rules == tuple(
            i for i in range(len(case.cells)) if rules >> i & 1
        )


@given(cases_of_tables(), st.data())
def test_a_table_decides_as_its_rules_say(case, data):
    everything = list(case.everything())
    for values in data.draw(st.lists(st.sampled_from(everything), min_size=1, max_size=20)):
        holding, facts = sorted(case.holding(values)), case.facts(values)
        collected = decide(case.table("collect"), facts)
        assert collected.rules == tuple(holding)
        outcomes = [name for i in holding for name in (f"o{i % 2}", f"p{i}")]
        assert len(set(collected.outcomes)) == len(collected.outcomes)
        assert list(collected.outcomes) == sorted(set(outcomes), key=outcomes.index)
        for hit, decides in (("first", bool(holding)), ("unique", len(holding) == 1)):
            if not decides:
                with refused("decision_table_must_decide"):
                    decide(case.table(hit), facts)
                continue
            decision = decide(case.table(hit), facts)
            assert decision.rules == (holding[0],)
            assert decision.outcomes == (f"o{holding[0] % 2}", f"p{holding[0]}")
