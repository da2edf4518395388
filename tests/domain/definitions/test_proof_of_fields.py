"""Mistakes in what single fields say: each is told with its line and what to do."""

import time

import pytest

from domain.definitions.model import Definition
from domain.definitions.patterns import matches
from domain.definitions.units import OWN, UQC
from tests.domain.definitions.every_kind import line_of, read

STORY = "story: {type: text, label: What happened, lines: true, max_length: 200, "
NOTE = (
    'note_number: {type: text, label: Note, required: true, unique: true, pattern: "[A-Z]+-[0-9]+"}'
)

# What is right, what is planted in its place, and the words of the message and of the cure.
PLANTED = {
    "a reference to nothing": (
        "to: purchase_invoice,", "to: purchase_invoce,",
        "'purchase_invoce' is no kind of master and no process type", "purchase_invoice"),
    "a master with a status": (
        "to: vendor,", "to: vendor, status: completed,",
        "A vendor is a master, which has no status", "Remove `status`"),
    "a unit that nobody knows": (
        "unit: KGS", "unit: KG", "'KG' is no unit", "Use one of: BAG, BAL"),
    "a choice of a unit that nobody knows": (
        "units: [NOS, LTR]", "units: [NOS, LITRE]", "'LITRE' is no unit", "Use one of: BAG"),
    "one unit and a choice of them": (
        "unit: KGS, decimals: 3", "unit: KGS, units: [KGS, TON], decimals: 3",
        "'weight' counts in one unit and in a choice of units", "Keep one of the two"),
    "a file that nobody can send": (
        "media: [image/png]", "media: [image/gif]",
        "'image/gif' is no media type that may be sent", "Use one of: application/pdf"),
    "a file that is too large to be sent": (
        "max_size: 500KB", "max_size: 11MB", "Nobody can send a file of 11MB", "10MB or less"),
    "a size that is none": (
        "max_size: 500KB", "max_size: large", "is not written as it must be", "KB|MB"),
    "a masked file": (
        "max_size: 500KB", "max_size: 500KB, visible_to: [storekeeper]",
        "'photo' cannot be masked", "Remove `visible_to`"),
    "a default that is no day": (
        "default: today+30", "default: tomorrow",
        "The default would be refused (date_expected)", "a default that the field takes"),
    "a day as the default of a text": (
        "cause: {type: choice, label: Cause, required: true, choices: [broken, wrong], "
        "default: broken}",
        "cause: {type: choice, label: Cause, required: true, choices: [broken, wrong], "
        "default: today}",
        "'cause' is no date", "make the field a date"),
    "a default that is no choice": (
        "choices: [left, right], default: left", "choices: [left, right], default: middle",
        "refused (choice_must_be_listed)", "a default that the field takes"),
    "a default that is no money": (
        "default: 118.00 INR", "default: 118 rupees", "118 rupees", "Correct the default"),
    "a default with too many decimals": (
        'default: "1.5"', 'default: "1.2345"',
        "refused (quantity_must_fit_decimals)", "a default that the field takes"),
    "a default that is no account": (
        "default: purchases", "default: purchase",
        "'purchase' is no account of kind expense", "purchases"),
    "a default that is an account of another kind": (
        "default: purchases", "default: bank", "'bank' is no account of kind expense", "Use one"),
    "a unique field that may be left out": (
        NOTE, NOTE.replace("required: true, ", ""),
        "'note_number' is unique, yet may be left out", "Make the field required"),
    "a unique field of rows": (
        "to: product, required: true", "to: product, required: true, unique: true",
        "'goods.product' stands in rows", "Remove `unique`"),
    "a stage that is not there": (
        "editable_in: [sorting]", "editable_in: [sorting, sorted]",
        "'sorted' is no stage", "Use one of:"),
    "a stage in which nobody edits": (
        "editable_in: [sorting]", "editable_in: [sorting, entered]",
        "No action edits 'story' at 'entered'", "Name it in the `edits` of one"),
    "a column with stages of its own": (
        "choices: [left, right], ", "choices: [left, right], editable_in: [sorting], ",
        "Rows are changed as a whole", "beside `type: rows`"),
    "a pattern that looks around": (
        'pattern: "[A-Z]+-[0-9]+"', 'pattern: "(?=BN)[A-Z]+-[0-9]+"',
        "is no regular expression: look-around", "Correct it"),
    "a long text in a subject": (
        "{note_number}, {weight} back", "{story}, {weight} back",
        "'story' is no field of one line", "note_number"),
    "a file in a subject": (
        "{note_number}, {weight} back", "{photo}, {weight} back",
        "'photo' is no field of one line", "note_number"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found_at_its_line(name):
    right, wrong, what, cure = PLANTED[name]
    found = read((right, wrong))

    assert not isinstance(found, Definition), "nobody noticed"
    assert {mistake.line for mistake in found} == {line_of(right)}
    assert any(what in mistake.what for mistake in found), list(map(str, found))
    assert any(cure in mistake.cure for mistake in found), list(map(str, found))


def test_an_action_that_edits_elsewhere_is_told_at_its_edits():
    right = "from: [sorting, packed], edits: [all]"
    (mistake,) = read((right, "from: [sorting, packed], edits: [goods, story]"))
    assert mistake.what == "'correct' edits 'story' at packed, but it is editable in sorting"
    assert mistake.line == line_of(right)
    assert mistake.column > 80


def test_an_action_of_any_stage_edits_nothing_that_has_stages():
    (mistake,) = read(("from: [sorting], to: packed, edits", "to: packed, edits"))
    assert "at any stage, but it is editable in sorting" in mistake.what


def test_no_pattern_makes_a_text_slow():
    """`(a+)+b` takes Python's engine time that doubles with every letter."""
    before = time.monotonic()
    assert not matches("(a+)+b", "a" * 10_000)
    assert time.monotonic() - before < 1


def test_a_pattern_is_for_the_whole_text_whatever_is_in_it():
    assert matches("INV|BILL", "BILL")
    assert not matches("INV|BILL", "BILL 7")
    assert not matches("[0-9]+", "7\n")
    assert not matches("INV", "inv")


def test_units_are_those_of_the_returns_and_ours_cannot_be_taken_for_them():
    assert {"KGS", "LTR", "NOS", "SQM", "MTR", "PCS"} <= set(UQC)
    assert all(len(code) == 3 and code.isupper() for code in UQC)
    assert all(unit.islower() for unit in OWN)
