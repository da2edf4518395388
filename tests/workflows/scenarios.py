"""One scenario per outcome of the invoice approval. Tests play them, and histories are recorded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from tests.invoices import invoice, large_invoice
from tests.office import Case, Office
from tests.today import today


def approved(office: Office) -> Case:
    """Approved by bina and waiting for its due date."""
    case = office.receive()
    case.decide("bina")
    return case.stands_at("awaiting_due_date")


def paid(office: Office) -> Case:
    """Approved, posted, paid now."""
    case = approved(office)
    case.act("esha", "pay_now")
    return case


def paid_when_due(office: Office) -> Case:
    """Due today, so paid without waiting."""
    given = invoice()
    case = office.receive(given | {"due_date": given["invoice_date"]})
    case.decide("bina")
    return case


def approved_in_two_levels(office: Office) -> Case:
    """Two people approve a large one, then it is paid."""
    case = office.receive(large_invoice())
    case.decide("bina")
    case.decide("deepa")
    case.stands_at("awaiting_due_date").act("esha", "pay_now")
    return case


def rejected(office: Office) -> Case:
    """Bina says no."""
    case = office.receive()
    case.decide("bina", "reject", "Not ours")
    return case


def corrected(office: Office) -> Case:
    """Sent back, corrected, approved, paid."""
    given = invoice()
    case = office.receive(given)
    case.decide("bina", "send_back", "The description says nothing")
    line = given["lines"][0] | {"description": "Audit, July to September"}
    case.amend("asha", given | {"lines": [line]})
    case.decide("bina")
    case.stands_at("awaiting_due_date").act("esha", "pay_now")
    return case


def cancelled(office: Office) -> Case:
    """Cancelled by its maker while it waits for approval."""
    case = office.receive()
    case.act("asha", "cancel", "Entered twice")
    return case


def cancelled_in_correction(office: Office) -> Case:
    """Sent back, and given up."""
    case = office.receive()
    case.decide("bina", "send_back", "Wrong vendor")
    case.act("asha", "cancel", "Wrong vendor indeed")
    return case


def reversed_after_posting(office: Office) -> Case:
    """Posted, then cancelled with a reversal."""
    case = approved(office)
    case.act("deepa", "reverse", "The vendor withdrew it")
    return case


def refused_at_receipt(office: Office) -> Case:
    """The same invoice a second time."""
    given = invoice()
    office.receive(given)
    return office.receive(given)


def payment_refused_and_reversed(office: Office) -> Case:
    """The bank refuses for good; the invoice is cancelled and reversed."""
    case = approved(office)
    office.bank.arm("refuse", match={"reference": case.opened.reference})
    case.act("esha", "pay_now")
    case.repair("esha", "cancel", "The account is closed")
    return case


def payment_refused_and_tried_anew(office: Office) -> Case:
    """The bank refuses once; a new attempt is paid."""
    case = approved(office)
    office.bank.arm("refuse", match={"reference": case.opened.reference})
    case.act("esha", "pay_now")
    case.repair("esha", "retry")
    return case


def posted_after_the_period_was_reopened(office: Office) -> Case:
    """The month is locked between receipt and posting, then reopened."""
    case = office.receive()
    office.set_period("locked")
    try:
        case.decide("bina")
        case.exception()
    finally:
        office.set_period("open")
    case.repair("esha", "retry")
    case.stands_at("awaiting_due_date").act("esha", "pay_now")
    return case


def cancelled_while_parked(office: Office) -> Case:
    """The month is locked before posting, and the invoice given up."""
    case = office.receive()
    office.set_period("locked")
    try:
        case.decide("bina")
        case.repair("deepa", "cancel", "Too late for this year")
        case.outcome()
    finally:
        office.set_period("open")
    return case


def posted_after_two_people_corrected_its_date(office: Office) -> Case:
    """Its month is locked, so one person proposes another date and a second confirms it.

    Who proposed it is one of its makers and cannot pay it now, so it is due today.
    """
    last_month = today().replace(day=1) - timedelta(days=1)
    paid_on = today().isoformat()
    given = invoice(invoice_date=last_month.isoformat(), due_date=paid_on)
    case = office.receive(given)
    office.set_period("locked", last_month)
    try:
        case.decide("bina")
        corrected = given | {"invoice_date": paid_on}
        case.assign("esha", role="operations")
        waiting = case.propose("esha", "fix", "It came this month", corrected)
        case.confirm("deepa", waiting["hash"])
        case.outcome()
    finally:
        office.set_period("open", last_month)
    return case


def tended(office: Office) -> Case:
    """Claimed, commented on, put off and escalated before it is approved and paid."""
    case = office.receive()
    case.tend("bina", "claim")
    case.tend("asha", "comment", words="The original is with me")
    case.tend("bina", "snooze", until="2126-01-01T10:00:00+05:30")
    case.tend("bina", "escalate", words="I am on leave from tomorrow")
    case.decide("deepa")
    case.stands_at("awaiting_due_date").act("esha", "pay_now")
    return case


def paid_after_the_clock_was_moved(office: Office) -> Case:
    """The sandbox's clock is put forward while it waits for its checker, and for its date."""
    case = office.receive()
    a_second_passes(office)
    case.decide("bina")
    case.stands_at("awaiting_due_date")
    a_second_passes(office)
    case.act("esha", "pay_now")
    return case


def a_second_passes(office: Office) -> None:
    """On the clock of the sandbox."""
    case = replace(office, type="clock_advance").receive({"to": "1s"}, by="esha")
    case.stands_at("done")


# Name, how it is played, the stage it ends at.
SCENARIOS: dict[str, tuple[Callable[[Office], Case], str]] = {
    "paid": (paid, "paid"),
    "paid_when_due": (paid_when_due, "paid"),
    "approved_in_two_levels": (approved_in_two_levels, "paid"),
    "corrected": (corrected, "paid"),
    "rejected": (rejected, "rejected"),
    "cancelled": (cancelled, "cancelled"),
    "cancelled_in_correction": (cancelled_in_correction, "cancelled"),
    "cancelled_while_parked": (cancelled_while_parked, "cancelled"),
    "reversed_after_posting": (reversed_after_posting, "reversed"),
    "refused_at_receipt": (refused_at_receipt, "refused"),
    "payment_refused_and_reversed": (payment_refused_and_reversed, "reversed"),
    "payment_refused_and_tried_anew": (payment_refused_and_tried_anew, "paid"),
    "tended": (tended, "paid"),
    "paid_after_the_clock_was_moved": (paid_after_the_clock_was_moved, "paid"),
    "posted_after_the_period_was_reopened": (posted_after_the_period_was_reopened, "paid"),
    "posted_after_two_people_corrected_its_date": (
        posted_after_two_people_corrected_its_date,
        "paid",
    ),
}
