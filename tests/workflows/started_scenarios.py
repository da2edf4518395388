"""One scenario per way in which a process ends that another one started."""

from collections.abc import Callable
from dataclasses import replace

from tests.office import Case, Office
from tests.scenarios.scenario import document


def started(office: Office) -> tuple[Case, Case]:
    """A list of payments that was approved, and the first payment that it started."""
    office = replace(office, type="payment_run")
    given = document(office.catalog.get("payment_run"), {"entry_date": "today"})
    run = office.receive(given)
    run.decide("deepa")
    return run, run.child("payments", 1)


def paid_for_its_parent(office: Office) -> Case:
    """Audited and posted."""
    _, child = started(office)
    child.decide("nila")
    return child


def withdrawn_with_its_parent(office: Office) -> Case:
    """The list was cancelled."""
    run, child = started(office)
    run.act("deepa", "cancel", "The bank is on strike")
    return child


def corrected_for_its_parent(office: Office) -> Case:
    """Sent back to the maker of the list, who corrects it."""
    _, child = started(office)
    child.decide("nila", "send_back", "It was a cheque")
    child.act("asha", "amend", given=child.document | {"method": "cheque"})
    child.decide("nila")
    return child


# Name, how it is played, the stage it ends at.
STARTED_SCENARIOS: dict[str, tuple[Callable[[Office], Case], str]] = {
    "paid_for_its_parent": (paid_for_its_parent, "final"),
    "withdrawn_with_its_parent": (withdrawn_with_its_parent, "cancelled"),
    "corrected_for_its_parent": (corrected_for_its_parent, "final"),
}
