"""What a scenario about definitions needs: a draft by esha, and a version that is in force."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from config.settings import Settings
from domain.database import transaction
from domain.definitions.model import Definition
from domain.identifiers import new_uuid, written
from domain.versions import drafts, proving, versions
from domain.versions.drafts import DRAFT, NewDraft
from domain.versions.versions import VERSION
from sandbox.tenant import Tenant
from tests.database import Database
from tests.today import today

PAYMENT = (Settings().definitions / "finance" / "payment.yaml").read_text()
HIGHER = PAYMENT.replace("50000.00 INR", "75000.00 INR")


def definition(process_type: str, source: str, catalog: Any) -> Definition:
    """What a text means that has no mistake."""
    found = proving.proven(process_type, source, catalog)
    assert isinstance(found, Definition), "\n".join(map(str, found))
    return found


def drafted(
    database: Database, tenant: Tenant, catalog: Any, *, source: str = HIGHER, by: str = "esha"
) -> str:
    """The id of a draft of another payment."""
    process_type = source.partition("process: ")[2].split()[0]
    id, hash = new_uuid(), definition(process_type, source, catalog).hash
    with transaction(database.reader, tenant.id) as connection:
        last = versions.newest(connection, process_type)
    new = NewDraft(
        tenant.id, id, process_type, source, hash, last.id if last else None, tenant.person(by)
    )
    with transaction(database.edge, tenant.id) as connection:
        drafts.begin(connection, new)
    return written(DRAFT, id)


def change(draft: str, hash: str, **more: Any) -> Mapping[str, Any]:
    """What a change of the payment is asked with."""
    asked = {"draft": draft, "process_type": "payment", "definition": hash, "reason": "Fewer hands"}
    return asked | more


def version(database: Database, tenant: Tenant) -> str:
    """The id of the newest version of the payment."""
    with transaction(database.reader, tenant.id) as connection:
        found = versions.newest(connection, "payment")
    assert found is not None
    return written(VERSION, found.id)


def tomorrow() -> str:
    """The day after today."""
    return date.fromordinal(today().toordinal() + 1).isoformat()
