"""What a fix must leave alone follows from what the definition's approvals depend on."""

from dataclasses import dataclass
from typing import Any

from domain.processes import fixes
from tests.domain.definitions.every_kind import definition
from tests.domain.refused import refused

REFERENCE = "BILL-7K3M9QX2"


@dataclass
class Parked:
    """As much of a process's facts as the rule looks at."""

    content: dict[str, Any]
    reference: str = REFERENCE
    stage: str = "packed"


def test_amounts_quantities_and_parties_are_covered_wherever_they_stand(definitions):
    covered = fixes.covered(definitions.get("invoice_approval"))
    assert covered == {
        "vendor", "lines.quantity", "lines.unit_price", "lines.net",
        "cgst", "sgst", "igst", "total",
    }  # fmt: skip


def test_what_an_operation_works_on_and_what_a_table_asks_is_covered(definitions):
    assert fixes.covered(definitions.get("period_state")) == {"day", "state", "reason"}
    assert {"entry", "on_date"} <= fixes.covered(definitions.get("entry_reversal"))


def test_a_row_that_is_added_changes_what_is_covered(definitions):
    line = {"net": {"amount": 100, "currency": "INR"}, "description": "Audit"}
    before = {"lines": [line]}
    definition = definitions.get("invoice_approval")
    fixes.check_covered(definition, Parked(before), {"lines": [{**line, "description": "Review"}]})
    with refused("approval_must_cover_the_fix"):
        fixes.check_covered(definition, Parked(before), {"lines": [line, line]})
    with refused("approval_must_cover_the_fix"):
        dearer = {**line, "net": {"amount": 101, "currency": "INR"}}
        fixes.check_covered(definition, Parked(before), {"lines": [dearer]})


def test_without_approvals_nothing_is_covered(definitions):
    lead = definitions.get("crm_lead")
    assert not lead.approvals
    more = {"expected_value": {"amount": 2, "currency": "INR"}}
    fixes.check_covered(lead, Parked({}), more)


def test_a_fix_changes_nothing_that_may_not_be_changed_at_its_stage():
    returned, changed = definition(), {"story": "It was wet.", "weight": "2"}
    fixes.check_editable(returned, Parked({"weight": "2"}, stage="sorting"), changed)
    with refused("field_must_be_editable"):
        fixes.check_editable(returned, Parked({"weight": "2"}), changed)


def test_a_fix_brings_no_file_and_keeps_what_stands():
    returned, stands = definition(), {"photo": {"sha256": "0" * 64}}
    fixes.check_files(returned, Parked(stands), stands | {"weight": "2"})
    for other in ({"sha256": "1" * 64}, "upl_" + "0" * 26):
        with refused("file_must_stand_in_document"):
            fixes.check_files(returned, Parked(stands), {"photo": other})


def test_references_and_files_are_covered(definitions):
    covered = fixes.covered(definitions.get("purchase_invoice"))
    assert {"branch", "bill", "lines.product"} <= covered
