"""Limits and delegations as the cast asks for them and somebody else agrees."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
from sqlalchemy import text

from sandbox.tenant import Tenant, as_owner
from tests.api.invoices import Json, decide, inr, keyed, open_task
from tests.database import Database
from tests.installation import eventually
from tests.today import today

Cast = dict[str, httpx2.Client]
YESTERDAY, TOMORROW = (today() + timedelta(days=n) for n in (-1, 2))


def business_time(database: Database, tenant: Tenant, *, day: int, at: str) -> None:
    """Set the tenant's clock: so many days from now, at this time in Kolkata."""
    zone = ZoneInfo("Asia/Kolkata")
    on = datetime.now(zone).date() + timedelta(days=day)
    values = {"at": datetime.combine(on, time.fromisoformat(at), zone), "tenant": tenant.id}
    with as_owner(database.admin, tenant.id) as connection:
        statement = "UPDATE tenants SET clock_offset = CAST(:at AS timestamptz) - now()"
        connection.execute(text(f"{statement} WHERE id = :tenant"), values)


def ended(client: httpx2.Client, process: str) -> Json:
    """The process, once it has come to rest."""

    def found() -> Json | None:
        body: Json = client.get(f"/processes/{process}").json()
        return body if body["status"] in ("completed", "cancelled") else None

    body = eventually(found)
    assert body is not None
    return body


def limit(cast: Cast, name: str, *, holder: str = "person", **changes: Any) -> None:
    """A limit that deepa asks for and esha agrees to. Amounts in paise."""
    given: Json = {
        "holder": holder, "name": name, "change": "set", "reach": "all_companies",
        "from_day": YESTERDAY.isoformat(), "reason": "For a test",
    }  # fmt: skip
    for key in ("per_document", "per_day"):
        if key in changes:
            changes[key] = inr(changes[key])
    body = {"type": "approval_limit", "input": given | changes}
    response = cast["deepa"].post("/processes", json=body, headers=keyed())
    assert response.status_code == 202, response.text
    agreed(cast["esha"], response.json()["id"], reads=cast["deepa"])


def delegated(cast: Cast, giver: str = "deepa", taker: str = "bina", **changes: Any) -> str:
    """A delegation that is asked for by whose authority it is; esha agrees. Its id."""
    body = {
        "taker": taker, "first_day": YESTERDAY.isoformat(), "last_day": TOMORROW.isoformat(),
        "reason": "For a test", **changes,
    }  # fmt: skip
    response = cast[giver].post("/delegations", json=body, headers=keyed())
    assert response.status_code == 202, response.text
    agreed(cast["esha"], response.json()["id"], reads=cast["deepa"])
    found: str = cast[giver].get("/delegations").json()["data"][0]["id"]
    return found


def agreed(client: httpx2.Client, process: str, *, reads: httpx2.Client) -> None:
    """Somebody else approves, and it is done."""
    response = decide(client, open_task(reads, process))
    assert response.status_code == 200, response.text
    assert ended(reads, process)["status"] == "completed"
