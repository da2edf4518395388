"""No money moves and nothing is done before somebody else than the maker has agreed."""

import pytest

from config.settings import Settings
from domain.definitions.checking import check_text
from domain.definitions.model import Definition
from domain.definitions.second_person import unapproved
from tests.domain.definitions.conftest import load_from

SHIPPED = Settings().definitions
CATALOG = load_from(SHIPPED)


def changed(process: str, before: str, after: str) -> Definition:
    """A shipped definition with words replaced, whatever the proof says of it."""
    (file,) = SHIPPED.rglob(f"{process}.yaml")
    text = file.read_text()
    assert before in text
    found = check_text(file.name, text.replace(before, after), CATALOG.names, lambda _: ())
    assert isinstance(found, Definition), "\n".join(map(str, found))
    return found


# What one person may do by herself, and why.
ALONE = {
    # Each of the items has its own approval, which this decides under its own rules.
    "bulk_action": {"carrying_out"},
    # Only a sandbox has a clock that moves.
    "clock_advance": {"advancing", "telling"},
    # Only a sandbox makes another or begins anew; neither book is about money.
    "sandbox_tenant": {"making"},
    "sandbox_reset": {"resetting"},
    # It takes authority away and gives none.
    "delegation_end": {"ending"},
    # Each for herself alone: it says where she is told, and gives no right.
    "contact_details": {"setting"},
}


@pytest.mark.parametrize("process", sorted(CATALOG.definitions))
def test_every_shipped_type_has_a_second_person_before_it_does_anything(process):
    assert unapproved(CATALOG.get(process)) == ALONE.get(process, frozenset())


def test_a_correction_that_is_not_approved_again_is_seen():
    """Sent back, corrected and posted: whoever approved the first text never saw the second."""
    found = changed("payment", "to: entry_audit, maker: must", "to: posting, maker: must")
    assert unapproved(found) == {"posting"}


def test_a_table_by_which_nobody_approves_is_seen():
    found = changed("period_state", "then: [finance_approver]}", "then: [nobody]}")
    assert unapproved(found) == {"setting"}


def test_an_edit_by_the_maker_after_the_approval_is_seen():
    """Approved, it goes to the correction, and from there straight to the posting."""
    found = changed("payment", "to: entry_audit, maker: must", "to: posting, maker: must")
    audit = found.stages["entry_audit"].model_copy(
        update={"approved": "correction", "sent_back": None}
    )
    found = found.model_copy(update={"stages": {**found.stages, "entry_audit": audit}})
    assert unapproved(found) == {"posting"}


def test_an_action_that_is_not_the_maker_s_counts_as_a_second_person():
    found = changed("payment", "to: entry_audit, maker: must", "to: posting, maker: must")
    others = found.actions["amend"].model_copy(update={"maker": "must_not", "edits": ()})
    assert unapproved(found.model_copy(update={"actions": {**found.actions, "amend": others}})) == (
        frozenset()
    )
