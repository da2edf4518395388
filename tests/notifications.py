"""What people are told, for tests: how they want it, telling and sending in turn, and what left."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from activities.crash import CrashPoints, Point
from activities.desk import Desk
from activities.effects import Effects
from activities.notifications import NotificationActivities
from activities.partners.messages import Gateway
from sandbox.tenant import CAST
from tests.office import Case, Office

LINKS = "https://kontor.example/v1"
CONTACT = (
    "INSERT INTO contacts (tenant_id, person_id, email, phone, language, channels, changed_in) "
    "SELECT :tenant, :person, :email, :phone, :language, :channels, id FROM processes "
    "WHERE id = :process ON CONFLICT (tenant_id, person_id) DO UPDATE SET email = excluded.email, "
    "phone = excluded.phone, language = excluded.language, channels = excluded.channels"
)


class PowerFailed(BaseException):
    """The worker is dead."""


@dataclass(frozen=True, slots=True)
class Dying(CrashPoints):
    """Dies at the armed point without taking the test along."""

    def reach(self, step: str, point: Point) -> None:
        """Die."""
        if self.armed == f"{step}/{point}":
            raise PowerFailed


@dataclass
class Telling:
    """The two turns of one office, taken by hand."""

    office: Office
    gateway: Gateway | None = None
    crash: CrashPoints = field(default_factory=CrashPoints)

    @property
    def turns(self) -> NotificationActivities:
        """The activities as a worker has them."""
        desk = Desk(
            Effects(self.office.database.app, self.crash), self.office.catalog, self.office.key
        )
        return NotificationActivities(desk, self.gateway, links=LINKS)

    def tell(self) -> int:
        """Turn everything that happened into messages."""
        self.office.database.settle()
        told = 0
        while read := self.turns.tell(self.office.tenant.id):
            told += read
        return told

    def dying(self, at: str) -> "Telling":
        """The same office, whose worker dies at a point."""
        return replace(self, crash=Dying(at))

    def later(self) -> None:
        """Let the pause before the next try be over."""
        self.office.rows("UPDATE notifications SET next_at = now() WHERE state = 'waiting'")

    def send(self) -> int:
        """Send what is due."""
        return self.turns.send(self.office.tenant.id)

    def contact(self, name: str, case: Case, **wants: Any) -> None:
        """Say how one of the cast wants to be told."""
        values = {"email": f"{name}@example.in", "phone": None, "language": "en"}
        values |= {"channels": ["inbox", "email"], "process": case.process}
        person = self.office.tenant.person(name)
        tenant = self.office.tenant.id
        self.office.rows(CONTACT, tenant=tenant, person=person, **values | wants)

    def of(self, case: Case, channel: str = "inbox") -> list[tuple[str, str]]:
        """Who was told what of a case, in order: `("bina", "task_opened")`."""
        rows = self.rows(case, channel)
        return [(self.name(row.person_id), row.name) for row in rows]

    def rows(self, case: Case, channel: str = "inbox") -> list[Any]:
        """The messages of a case."""
        return list(self.office.rows(
            "SELECT * FROM notifications WHERE process_id = :id AND channel = :channel "
            "ORDER BY created_at, person_id",
            id=case.process, channel=channel,
        ))  # fmt: skip

    def name(self, person: UUID | None) -> str:
        """A person as the cast is called."""
        names = {self.office.tenant.person(name): name for name in CAST}
        return names[person] if person else "somebody outside"
