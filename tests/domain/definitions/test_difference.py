"""What differs between definitions is told by meaning, and one can be written again."""

import pytest

from config.settings import Settings
from domain.definitions.checking import check_text
from domain.definitions.difference import differences
from domain.definitions.model import Definition
from domain.definitions.text import text_of
from tests.domain.definitions.conftest import load_from

SHIPPED = Settings().definitions
CATALOG = load_from(SHIPPED)
PAYMENT = (SHIPPED / "finance" / "payment.yaml").read_text()


def payment(*changes: tuple[str, str]) -> Definition:
    """The shipped payment with words replaced."""
    text = PAYMENT
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    found = check_text("payment.yaml", text, CATALOG.names, lambda _: ())
    assert isinstance(found, Definition), found
    return found


def told(*changes: tuple[str, str]) -> list[tuple[str, str, object, object]]:
    found = differences(CATALOG.get("payment"), payment(*changes))
    return [(each.kind, each.path, each.before, each.after) for each in found]


def test_what_means_the_same_does_not_differ():
    assert told(("label: Vendor,", "label:   Vendor ,"), ("# Money", "# Cash")) == []


def test_a_limit_is_told_at_its_band():
    assert told(("50000.00 INR", "75000.00 INR")) == [
        ("changed", "approvals.entry_audit.bands.0.up_to", "50000.00 INR", "75000.00 INR")
    ]


def test_a_level_that_went_is_told_with_those_before():
    assert told(("levels: [accountant, finance_head]", "levels: [finance_head]")) == [
        (
            "changed",
            "approvals.entry_audit.bands.1.levels",
            ["accountant", "finance_head"],
            ["finance_head"],
        )
    ]


def test_a_field_that_came_is_told_whole():
    added = ("  amount: {type: money", "  note: {type: text, label: Note}\n  amount: {type: money")
    assert told(added) == [("added", "fields.note", None, {"label": "Note", "type": "text"})]


def test_an_order_that_means_something_is_told():
    vendor = "  vendor: {type: party, label: Vendor, required: true}\n"
    day = "  entry_date: {type: date, label: Day of payment, required: true}\n"
    (found,) = told((vendor + day, day + vendor))
    assert found[:2] == ("reordered", "fields")


def test_a_new_type_is_added_part_by_part():
    found = differences(None, CATALOG.get("payment"))
    assert {each.kind for each in found} == {"added"}
    assert {"fields", "stages", "approvals", "journals"} <= {each.part for each in found}


@pytest.mark.parametrize("process", sorted(CATALOG.definitions))
def test_a_definition_that_is_written_again_means_the_same(process: str):
    definition = CATALOG.get(process)
    written = check_text(f"{process}.yaml", text_of(definition), CATALOG.names, lambda _: ())
    assert isinstance(written, Definition), written
    assert written.hash == definition.hash
