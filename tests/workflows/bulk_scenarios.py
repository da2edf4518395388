"""One scenario per outcome of bulk work: bina decides on what waits in several processes."""

import time
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from domain.identifiers import new_uuid
from domain.selections import stopping
from tests.bulk import BULK, Desk, given
from tests.invoices import invoice
from tests.office import JOURNEY, JUST_NOW, Case, Office
from workflows.kit.messages import Stop


def desk(office: Office, who: str = "bina") -> Desk:
    """Where she selects."""

    def sign(action: str, subject: str, content: object) -> str:
        return office.signed(who, action, subject, content).signed

    database, tenant = office.database, office.tenant
    user = tenant.user(who)
    return Desk(database.reader, database.edge, tenant, user, sign, means=JUST_NOW)


def ordered(
    office: Office, selection: UUID, action: str, reason: str | None = None, *, by: str = "bina"
) -> Case:
    """She has it done to what she selected."""
    process = new_uuid()
    desk(office, by).instruct(selection, process, action, reason)
    return begun(office, process, given(selection, action, reason), by=by)


def begun(office: Office, process: UUID, input: dict[str, str], *, by: str = "bina") -> Case:
    """The process."""
    return replace(office, type=BULK).receive(input, by=by, process=process)


def everything_approved(office: Office) -> Case:
    """Two invoices, both approved."""
    waiting = [office.receive().task.id for _ in range(2)]
    return ordered(office, desk(office).freeze(waiting), "approve")


def one_refused(office: Office) -> Case:
    """Of two the one was rejected meanwhile."""
    first, second = office.receive(), office.receive()
    selection = desk(office).freeze([first.task.id, second.task.id])
    first.decide("bina", "reject", "Not ours")
    return ordered(office, selection, "approve")


def everything_rejected(office: Office) -> Case:
    """With a reason."""
    return ordered(office, desk(office).freeze([office.receive().task.id]), "reject", "Not ours")


def parked_ones_retried(office: Office) -> Case:
    """Two payments that the bank refused, one of them twice, are tried again."""
    wanted = [refused_by_bank(office, times).exception().id for times in (1, 2)]
    return ordered(office, desk(office, "esha").freeze_parked(wanted), "retry", by="esha")


def refused_by_bank(office: Office, times: int = 1) -> Case:
    """Posted, and parked because the bank said no."""
    case = office.receive((paper := invoice()) | {"due_date": paper["invoice_date"]})
    office.bank.arm("refuse", times=times, match={"reference": case.opened.reference})
    case.decide("bina")
    case.exception()
    return case


def stopped(office: Office) -> Case:
    """Esha stops what she began, while the bank takes its time; what was begun comes to its end."""
    slow = refused_by_bank(office)
    office.bank.arm("slow", seconds=2, match={"reference": slow.opened.reference})
    selection = desk(office, "esha").freeze_parked([slow.exception().id])
    case = ordered(office, selection, "retry", by="esha")
    deadline = time.monotonic() + JOURNEY
    while slow.exceptions() != [("retrying", "retry", 1)]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    instruction = office.signed("esha", *stopping.saying(case.process, "Enough"))
    assert case.send("stop", Stop(case.call(), "Enough", instruction), int) == 1
    return case


def nothing_signed(office: Office) -> Case:
    """Started past its road."""
    return begun(office, new_uuid(), given(new_uuid(), "approve"))


# Name, how it is played, the stage it ends at.
BULK_SCENARIOS: dict[str, tuple[Callable[[Office], Case], str]] = {
    "everything_approved": (everything_approved, "done"),
    "one_refused": (one_refused, "done"),
    "parked_ones_retried": (parked_ones_retried, "done"),
    "stopped": (stopped, "done"),
    "everything_rejected": (everything_rejected, "done"),
    "nothing_signed": (nothing_signed, "refused"),
}
