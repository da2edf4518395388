"""Decision tables: what they decide and why, and what each mistake says."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from domain import money
from domain.definitions import source
from domain.definitions.decision_table import DecisionTable, decide
from domain.definitions.decision_table_proof import mistakes
from tests.domain.refused import refused

BRANCHES = {"branch": ("Mysuru", "Hubballi", "Mandya")}

APPROVERS = DecisionTable.model_validate(
    {
        "hit": "first",
        "inputs": {"amount": "money", "branch": "choice"},
        "rules": [
            {"when": {"amount": "<= 50,000.00 INR"}, "then": ["branch_manager"]},
            {
                "when": {
                    "amount": "50000.00 INR < .. <= 500000.00 INR",
                    "branch": "Mysuru, Hubballi",
                },
                "then": ["branch_manager", "finance_head"],
            },
            {"then": ["finance_head", "owner"]},
        ],
    }
)

# Income-tax Act, 1961, section 194C: one per cent from an individual or a Hindu undivided family,
# two from others (subsection 1), nothing from a sum of thirty thousand rupees or less (5).
TAX_ON_CONTRACTORS = DecisionTable.model_validate(
    {
        "hit": "unique",
        "inputs": {"sum": "money", "payee": "choice"},
        "rules": [
            {"when": {"sum": "<= 30000.00 INR"}, "then": ["nothing"]},
            {
                "when": {"sum": "> 30000.00 INR", "payee": "individual, family"},
                "then": ["one_per_cent"],
            },
            {
                "when": {"sum": "> 30000.00 INR", "payee": "not individual, family"},
                "then": ["two_per_cent"],
            },
        ],
    }
)


def table(hit="first", *, rules, **inputs):
    written = [{"when": when, "then": [f"outcome_{i + 1}"]} for i, when in enumerate(rules)]
    return DecisionTable.model_validate({"hit": hit, "inputs": inputs, "rules": written})


def found(table, **values):
    return [(m.path, f"{m.what}. {m.cure}.") for m in mistakes(table, values=values)]


@pytest.mark.parametrize(
    ("amount", "branch", "outcomes", "rules"),
    [
        ("50000.00 INR", "Mandya", ("branch_manager",), (0,)),
        ("50000.01 INR", "Mysuru", ("branch_manager", "finance_head"), (1,)),
        ("500000.00 INR", "Hubballi", ("branch_manager", "finance_head"), (1,)),
        ("50000.01 INR", "Mandya", ("finance_head", "owner"), (2,)),
        ("500000.01 INR", "Mysuru", ("finance_head", "owner"), (2,)),
    ],
)
def test_the_first_rule_that_holds_decides(amount, branch, outcomes, rules):
    assert found(APPROVERS, **BRANCHES) == []
    decision = decide(APPROVERS, {"amount": money.parse(amount), "branch": branch, "other": "x"})
    assert (decision.outcomes, decision.rules) == (outcomes, rules)


def test_the_tax_on_contractors_is_decided_as_section_194c_says():
    assert found(TAX_ON_CONTRACTORS, payee=("individual", "family", "company", "firm")) == []
    for payee, at_30000, above in [
        ("individual", "nothing", "one_per_cent"),
        ("family", "nothing", "one_per_cent"),
        ("company", "nothing", "two_per_cent"),
    ]:
        for text, outcome in [("30000.00 INR", at_30000), ("30000.01 INR", above)]:
            facts = {"sum": money.parse(text), "payee": payee}
            assert decide(TAX_ON_CONTRACTORS, facts).outcomes == (outcome,)


def test_a_decision_says_why():
    facts = {"amount": money.parse("60000.00 INR"), "branch": "Mysuru"}
    assert decide(APPROVERS, facts).why == (
        "Rule 2 of 3: amount 60,000.00 INR (50000.00 INR < .. <= 500000.00 INR), "
        "branch 'Mysuru' (Mysuru, Hubballi)."
    )
    facts["branch"] = "Mandya"
    assert decide(APPROVERS, facts).why == "Rule 3 of 3: holds for anything."


def test_collecting_takes_every_outcome_once_and_in_order():
    collecting = DecisionTable.model_validate(
        {
            "hit": "collect",
            "inputs": {"on": "date", "urgent": "choice"},
            "rules": [
                {"when": {"on": ">= 2026-04-01"}, "then": ["books", "stores"]},
                {"when": {"urgent": "yes"}, "then": ["owner", "books"]},
            ],
        }
    )
    assert found(collecting) == []
    both = decide(collecting, {"on": date(2026, 4, 1), "urgent": "yes"})
    assert (both.outcomes, both.rules) == (("books", "stores", "owner"), (0, 1))
    none = decide(collecting, {"on": date(2026, 3, 31), "urgent": "no"})
    assert (none.outcomes, none.rules) == ((), ())
    assert none.why == "None of the 2 rules holds for on 2026-03-31, urgent 'no'."


def test_a_table_is_written_in_yaml_with_quotes_only_where_yaml_needs_them(tmp_path):
    file = tmp_path / "approvers.yaml"
    file.write_text(
        """
        hit: first
        inputs: {amount: money, branch: choice, days: number}
        rules:
          - {when: {amount: <= 50000.00 INR, days: }, then: [branch_manager]}
          - when:
              amount: 50000.00 INR < .. <= 500000.00 INR
              branch: Mysuru, Hubballi
              days: "> 3"
            then: [branch_manager, finance_head]
          - {when: {branch: "-"}, then: [finance_head, owner]}
        """
    )
    written = DecisionTable.model_validate(source.read(file).content)
    assert found(written, **BRANCHES) == []
    facts = {"amount": money.parse("50000.01 INR"), "branch": "Mysuru", "days": Decimal(4)}
    assert decide(written, facts).rules == (1,)
    assert decide(written, facts | {"days": Decimal(3)}).rules == (2,)
    assert decide(written, facts | {"amount": money.parse("1.00 INR")}).rules == (0,)


def test_a_missing_fact_is_refused_even_when_no_rule_would_need_it():
    with refused("fact_must_be_given"):
        decide(APPROVERS, {"amount": money.parse("1.00 INR")})


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("number", 1),
        ("number", 1.5),
        ("number", True),
        ("number", Decimal("NaN")),
        ("number", Decimal("Infinity")),
        ("date", datetime(2026, 4, 1, 10)),
        ("date", "2026-04-01"),
        ("money", Decimal(1)),
        ("choice", None),
        ("text", Decimal(1)),
    ],
)
def test_a_fact_of_another_kind_is_refused(kind, fact):
    with refused("fact_must_be_of_its_kind"):
        decide(table(rules=[{}], given=kind), {"given": fact})


def test_money_of_another_currency_is_refused_whichever_rule_would_decide():
    facts = {"amount": money.parse("1.00 USD"), "branch": "Mandya"}
    with refused("amount_must_be_in_currency_of_table"):
        decide(APPROVERS, facts)
    unmoved = table(rules=[{}], amount="money")
    assert decide(unmoved, {"amount": facts["amount"]}).outcomes == ("outcome_1",)


def test_a_table_that_was_not_proven_refuses_rather_than_guesses():
    gap = table(rules=[{"days": "< 5"}], days="number")
    with refused("decision_table_must_decide"):
        decide(gap, {"days": Decimal(5)})
    overlap = table("unique", rules=[{"days": "<= 5"}, {"days": ">= 5"}], days="number")
    with refused("decision_table_must_decide"):
        decide(overlap, {"days": Decimal(5)})


def test_a_gap_is_told_with_facts_that_fall_into_it():
    gap = table(
        rules=[{"amount": "<= 100.00 INR"}, {"amount": "> 100.00 INR", "branch": "Mysuru"}],
        amount="money", branch="text", days="number",
    )  # fmt: skip
    assert found(gap) == [
        (
            ("rules",),
            "No rule holds for amount 100.01 INR, branch 'anything else'. "
            "Add a rule for it, such as a last one without `when`.",
        )
    ]


@pytest.mark.parametrize(
    ("kind", "end", "below", "above"),
    [
        ("number", "0", "-1", "1"),
        ("money", "0.00 INR", "-0.01 INR", "0.01 INR"),
        ("date", "2026-04-01", "2026-03-31", "2026-04-02"),
    ],
)
def test_a_gap_is_seen_on_either_side_of_the_only_end(kind, end, below, above):
    cure = "Add a rule for it, such as a last one without `when`."
    for cell, told in (
        (f">= {end}", below),
        (f"<= {end}", above),
        (f"< {end}, > {end}", end),
        (f"not {end}", end),
    ):
        assert found(table(rules=[{"a": cell}], a=kind)) == [
            (("rules",), f"No rule holds for a {told}. {cure}")
        ]


def test_amounts_and_days_are_counted_so_nothing_lies_between_neighbours():
    assert found(table(rules=[{"a": "<= 1.00 INR"}, {"a": ">= 1.01 INR"}], a="money")) == []
    assert found(table(rules=[{"a": "<= 10 JPY"}, {"a": ">= 11 JPY"}], a="money")) == []
    assert found(table(rules=[{"a": "<= 2026-02-28"}, {"a": ">= 2026-03-01"}], a="date")) == []
    [(_, leap)] = found(table(rules=[{"a": "<= 2028-02-28"}, {"a": ">= 2028-03-01"}], a="date"))
    assert leap.startswith("No rule holds for a 2028-02-29. ")
    [(_, between)] = found(table(rules=[{"a": "<= 1"}, {"a": ">= 2"}], a="number"))
    assert between.startswith("No rule holds for a 1.5. ")


def test_dates_end_where_the_calendar_ends():
    assert found(table(rules=[{"on": "0001-01-01 .. 9999-12-31"}], on="date")) == []
    [(path, what)] = found(table(rules=[{}, {"on": "> 9999-12-31"}], on="date"))
    assert path == ("rules", 1, "when", "on")
    assert what == "'> 9999-12-31' holds for nothing. Correct it or remove the rule."


def test_an_overlap_names_both_rules_and_facts_that_satisfy_them():
    overlap = table(
        "unique",
        rules=[{"a": "<= 5.00 INR"}, {"a": ">= 5.00 INR", "b": "x"}, {"a": "> 5.00 INR"}],
        a="money", b="choice",
    )  # fmt: skip
    cure = "Let only one of them hold there, or write `hit: first`."
    assert found(overlap, b=("x", "y")) == [
        (("rules", 1), f"Rules 1 and 2 both hold for a 5.00 INR, b 'x'. {cure}"),
        (("rules", 2), f"Rules 2 and 3 both hold for a 5.01 INR, b 'x'. {cure}"),
    ]


def test_a_rule_that_never_decides_is_told():
    shadowed = table(
        rules=[{"a": "<= 5"}, {"a": "> 5", "b": "x"}, {"a": "4 .. 6", "b": "x"}, {}],
        a="number", b="text",
    )  # fmt: skip
    assert found(shadowed) == [
        (
            ("rules", 2),
            "Rule 3 never decides: rules before it hold whenever it does. "
            "Put it further up, narrow those before, or remove it.",
        )
    ]


def test_closed_choices_are_complete_without_any_other():
    complete = table("unique", rules=[{"b": "Mysuru"}, {"b": "Hubballi, Mandya"}], branch="text",
                     b="choice")  # fmt: skip
    assert found(complete, b=BRANCHES["branch"]) == []
    [(_, what)] = found(complete)
    assert what.startswith("No rule holds for b 'anything else'. ")
    [(path, what)] = found(
        table(rules=[{}, {"b": "not Mysuru, Mandya, Hubballi"}], b="choice"), b=BRANCHES["branch"]
    )
    assert path == ("rules", 1, "when", "b")
    assert "holds for nothing" in what


def test_every_mistake_of_the_cells_is_told_at_once():
    wrong = table(
        rules=[
            {"amuont": "<= 1.00 INR", "amount": "<= 1.00 INR"},
            {"amount": "1.00 INR .. 2.00 USD", "branch": "Mysore"},
            {"amount": "> 2", "branch": "<= Mysuru"},
            {"branch": "not applicable"},
        ],
        amount="money", branch="choice",
    )  # fmt: skip
    told = found(wrong, branch=("Mysuru", "applicable", "not applicable"))
    assert [path for path, _ in told] == [
        ("rules", 0, "when", "amuont"),
        ("rules", 1, "when", "branch"),
        ("rules", 2, "when", "amount"),
        ("rules", 2, "when", "branch"),
        ("rules", 3, "when", "branch"),
        ("rules", 1, "when", "amount"),
    ]
    words = [what for _, what in told]
    assert words[0] == "'amuont' is no input. Use one of: amount, branch."
    assert words[1].startswith("'Mysore' is no choice of 'branch'. Use one of: Mysuru, ")
    assert words[2].startswith("'> 2' cannot be read as a cell of kind money: '2' is not money")
    assert "in double quotes" in words[3]
    assert words[4].startswith("'not applicable' is a choice, and reads as something else. ")
    assert words[5] == (
        "'1.00 INR .. 2.00 USD' is in USD, where 'amount' is compared in INR. "
        "Write all its amounts in INR."
    )


def test_a_table_too_large_to_prove_says_so():
    names = [f"i{n}" for n in range(24)]
    many = table(rules=[{name: "yes"} for name in names], **dict.fromkeys(names, "text"))
    [(path, what)] = found(many)
    assert path == ("rules",)
    assert what.startswith("The table has more cases than can be proven")


@pytest.mark.parametrize(
    "change",
    [
        {"hit": "any"},
        {"inputs": {}},
        {"inputs": {"amount": "float"}},
        {"rules": []},
        {"rules": [{"then": []}]},
        {"rules": [{"when": {"amount": ["1", "2"]}, "then": ["x"]}]},
        {"rules": [{"when": {}, "then": ["x"], "else": ["y"]}]},
    ],
)
def test_a_table_of_another_shape_is_not_accepted(change):
    with pytest.raises(ValidationError):
        DecisionTable.model_validate(APPROVERS.model_dump() | change)
