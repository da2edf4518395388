"""What a scenario finds before it begins, made in a world where members die.

What goes straight into the book is made as for the scenarios' own tests, again until it is there;
what people have to agree on is asked for and agreed on over HTTP.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from uuid import uuid4

from sqlalchemy.exc import DBAPIError

from domain.identifiers import DELEGATION, PROCESS, written
from domain.versions.versions import VERSION
from migrations import logins
from sandbox.tenant import Tenant
from tests.chaos.errand import Errand
from tests.chaos.player import Player
from tests.chaos.world import PASSWORD, World
from tests.database import Database
from tests.office import Office
from tests.scenarios.prepared import CERTIFICATE, preparations
from tests.scenarios.scenario import Step

IN_FORCE = (
    "SELECT id FROM definition_versions WHERE tenant_id = %s AND type = 'payment'"
    " AND rolled_back_at IS NULL ORDER BY number DESC LIMIT 1"
)
# What one of a thousand rupees posts when it is issued.
ISSUED = "Dr repairs 1000.00\nCr vendor_payable 1000.00"
MADE_BY = "SELECT id FROM definition_versions WHERE process_id = %s"


class WorldDatabase(Database):
    """The database of a world, by login."""

    def __init__(self, made: World) -> None:
        super().__init__("kontor")
        self.address = made.stack.environment["KONTOR_DATABASE_URL"]

    @property
    def admin_url(self) -> str:
        """The superuser."""
        return self.address

    def url_of(self, login: str) -> str:
        """One of the product's logins."""
        place = self.address.rpartition("@")[2]
        assert login in (logins.APPLICATION, logins.READER, logins.EDGE)
        return f"postgresql+psycopg://{login}:{PASSWORD.replace(' ', '%20')}@{place}"


@dataclass
class Backstage:
    """As much of an office as preparations need that go straight into the book."""

    database: Database
    tenant: Tenant
    catalog: Any


class Preparing:
    """Makes what stands in braces, for one tenant."""

    def __init__(self, made: World, temporal: Any, database: Database, patience: float) -> None:
        self.made, self.temporal, self.database = made, temporal, database
        self.patience = patience
        office = Backstage(database, made.tenant, made.catalog)
        self.straight = preparations(cast(Office, office))
        self.agreed = {
            "{delegated}": self.delegated,
            "{version}": self.version,
            "{released}": self.released,
            "{payment}": self.payment,
            "{certificate}": partial(self.certificate, "issued"),
            "{draft_certificate}": partial(self.certificate, "draft"),
        }

    async def prepared(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What is given, with what stands in braces as what was made for it."""
        return {name: await self.made_of(value) for name, value in given.items()}

    async def made_of(self, value: Any) -> Any:
        """One value; in rows, each of theirs."""
        if isinstance(value, list | tuple):
            return [await self.prepared(row) if isinstance(row, Mapping) else row for row in value]
        if not isinstance(value, str) or value not in self.straight:
            return value
        agreed = self.agreed.get(value)
        return await (agreed() if agreed else self.at_last(value))

    async def at_last(self, name: str) -> str:
        """Straight into the database, as soon as it answers."""
        waits = Errand(self.made, self.temporal, "kontor", patience=self.patience)
        while True:
            try:
                return await asyncio.to_thread(self.straight[name])
            except (DBAPIError, OSError) as fault:
                await waits.pause(f"{name}: {fault!r}")

    def player(self, type: str) -> Player:
        """Somebody who plays a process of a type."""
        return Player(self.made, self.temporal, type, patience=self.patience)

    async def ends(
        self, type: str, given: Mapping[str, Any], stage: str, *steps: Any, book: str = ""
    ) -> Player:
        """One process, by these steps to this stage, with these postings."""
        player = self.player(type)
        await player.walk(given, [Step.model_validate(step) for step in steps])
        await player.stands_at(stage)
        player.settles(stage, book)
        return player

    async def delegated(self) -> str:
        """A delegation of deepa's to bina, of days that no other scenario is about."""
        days = {"first_day": "2090-01-01", "last_day": "2090-01-31"}
        steps = {"deepa": "start"}, {"esha": "approve"}
        player = await self.ends("delegation", days, "done", *steps)
        (row,) = await player.look("SELECT id FROM delegations WHERE process_id = %s", player.id)
        return written(DELEGATION, row["id"])

    async def version(self) -> str:
        """A version of the payment, drafted by esha and approved by deepa."""
        asked = {"draft": await self.at_last("{draft}"), "process_type": "payment"}
        asked |= {"definition": await self.at_last("{definition}"), "reason": "Fewer hands"}
        steps = {"esha": "start"}, {"deepa": "approve"}
        player = await self.ends("definition_change", asked, "activated", *steps)
        (row,) = await player.look(MADE_BY, player.id)
        return written(VERSION, row["id"])

    async def released(self) -> str:
        """What such a version means."""
        await self.version()
        return await self.at_last("{definition}")

    async def certificate(self, stage: str) -> str:
        """A payment certificate of mohan's that stands at a stage."""
        steps: list[dict[str, str]] = [{"mohan": "start"}]
        steps += [{"mohan": "submit"}, {"bina": "approve"}] if stage == "issued" else []
        number = f"RA-{uuid4().hex[:6]}"
        given = CERTIFICATE | {"certificate_number": number}
        book = ISSUED if stage == "issued" else ""
        player = await self.ends("payment_certificate", given, stage, *steps, book=book)
        (row,) = await player.look("SELECT reference FROM processes WHERE id = %s", player.id)
        return str(row["reference"])

    async def payment(self) -> str:
        """A payment of today that waits for its audit, under what is shipped."""
        player = self.player("payment")
        while found := await player.look(IN_FORCE, self.made.tenant.id):
            asked = {"version": written(VERSION, found[0]["id"]), "process_type": "payment"}
            steps = {"esha": "start"}, {"deepa": "approve"}
            await self.ends("definition_rollback", asked, "rolled_back", *steps)
        await player.walk({"entry_date": "today"}, [Step.model_validate({"asha": "start"})])
        player.settles(None, "")
        return written(PROCESS, player.id)
