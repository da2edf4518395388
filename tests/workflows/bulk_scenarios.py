"""One scenario per outcome of bulk work: bina decides on what waits in several processes."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from domain.identifiers import new_uuid
from tests.bulk import BULK, Desk, given
from tests.office import JUST_NOW, Case, Office


def desk(office: Office) -> Desk:
    """Where bina selects."""

    def sign(action: str, subject: str, content: object) -> str:
        return office.signed("bina", action, subject, content).signed

    database, tenant = office.database, office.tenant
    user = tenant.user("bina")
    return Desk(database.reader, database.edge, tenant, user, sign, means=JUST_NOW)


def ordered(office: Office, selection: UUID, action: str, reason: str | None = None) -> Case:
    """Bina has it done to what she selected."""
    process = new_uuid()
    desk(office).instruct(selection, process, action, reason)
    return begun(office, process, given(selection, action, reason))


def begun(office: Office, process: UUID, input: dict[str, str]) -> Case:
    """The process."""
    return replace(office, type=BULK).receive(input, by="bina", process=process)


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


def nothing_signed(office: Office) -> Case:
    """Started past its road."""
    return begun(office, new_uuid(), given(new_uuid(), "approve"))


# Name, how it is played, the stage it ends at.
BULK_SCENARIOS: dict[str, tuple[Callable[[Office], Case], str]] = {
    "everything_approved": (everything_approved, "done"),
    "one_refused": (one_refused, "done"),
    "everything_rejected": (everything_rejected, "done"),
    "nothing_signed": (nothing_signed, "refused"),
}
