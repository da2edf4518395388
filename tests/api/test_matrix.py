"""Every route by every role: who is let in and who is not, exactly, both ways.

What must be so is said here and in `config/`: the areas that roles read, and who starts, decides,
repairs and cancels by the definitions. Each person of these tests holds one role alone. Nothing is
changed: what would act is asked for as a dry run.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx2
import pytest

from api.application import create_app
from domain.definitions.catalog import Catalog
from domain.definitions.model import Definition
from domain.identifiers import ENTRY, PERIOD, new_uuid, written
from domain.ledger import periods
from domain.ledger.entry import JournalEntry, credit, debit
from sandbox.tenant import (
    ADD_PERSON,
    ADD_USER,
    GRANT_ROLE,
    Tenant,
    as_owner,
    open_tenant,
)
from tests.api.invoices import decide, keyed, open_task, started
from tests.book import Book
from tests.installation import Installation, eventually

NOBODY = "nobody"
OUTSIDE = "token_must_be_given"
# A role that lacks the right, or holds that of another level.
NOT_HERS = {"role_must_allow_reading", "role_must_allow_action", "limit_exceeded"}
INVOICE = "invoice_approval"


@dataclass(frozen=True)
class Road:
    """Who may go: `reads` an area (and one `besides`), `starts` a type, takes an `action` of the
    invoice, `decides` its task; with none of these whoever is signed in, for what is her own.
    `is_open` needs no token.
    """

    reads: str = ""
    besides: str = ""
    starts: str = ""
    action: str = ""
    decides: bool = False
    is_open: bool = False
    id: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


WHY = {"reason": "Why"}
LATER = {"until": "2126-01-01T00:00:00Z"}
ROADS = {
    "GET /process-types": Road(),
    "GET /process-types/{type}": Road(id=INVOICE),
    "POST /process-types/{type}/processes": Road(starts=INVOICE, id=INVOICE, body={"input": {}}),
    "GET /me": Road(),
    "PUT /me/password": Road(body={"current": "x", "password": "y"}),
    "POST /selections": Road(reads="tasks", body={"resource": "tasks", "query": {}}),
    "GET /selections/{id}": Road(),
    "GET /selections/{id}/items": Road(),
    "POST /bulk": Road(
        starts="bulk_action", id="selection",
        body={"action": "approve", "selection": "sel_" + "0" * 26},
    ),
    "POST /bulk/{id}/stop": Road(id="process", body=WHY),
    "GET /processes/{id}/items": Road(reads="processes"),
    "POST /processes/{id}/migrate": Road(
        starts="process_migration", id="process", body={**WHY, "to": "cfg_" + "0" * 26}
    ),
    "GET /processes/{id}/comments": Road(reads="processes"),
    "POST /processes/{id}/comments": Road(reads="processes", id="process", body={"text": "Seen"}),
    "POST /uploads": Road(),
    "GET /documents/{id}/content": Road(),
    "GET /processes/{id}/documents": Road(reads="processes"),
    "POST /processes/{id}/documents": Road(
        reads="processes", id="process", body={"upload": "upl_" + "0" * 26, "title": "Bill"}
    ),
    "POST /processes": Road(starts=INVOICE, body={"type": INVOICE, "input": {}}),
    "GET /processes": Road(reads="processes"),
    "GET /processes/{id}": Road(reads="processes"),
    "GET /processes/{id}/steps": Road(reads="processes"),
    "GET /processes/{id}/events": Road(reads="processes"),
    "GET /processes/{id}/engine": Road(reads="engine"),
    "POST /processes/{id}/cancel": Road(action="cancel", id="process", body=WHY),
    "POST /processes/{id}/amend": Road(id="process", body={"input": {}}),
    "POST /processes/{id}/withdraw": Road(id="process"),
    "POST /processes/{id}/actions/{name}": Road(id="process"),
    "GET /tasks": Road(reads="tasks"),
    # Of a task that is none of hers she reads what she reads of its process.
    "GET /tasks/{id}": Road(reads="tasks", besides="processes", id="task"),
    "POST /tasks/{id}/approve": Road(decides=True, id="task"),
    "POST /tasks/{id}/reject": Road(decides=True, id="task", body=WHY),
    "POST /tasks/{id}/send-back": Road(decides=True, id="task", body=WHY),
    "POST /tasks/{id}/claim": Road(decides=True, id="task"),
    "POST /tasks/{id}/release": Road(id="task"),
    "POST /tasks/{id}/snooze": Road(decides=True, id="task", body=LATER),
    "POST /tasks/{id}/comment": Road(reads="processes", id="task", body={"text": "Seen"}),
    "POST /tasks/{id}/escalate": Road(decides=True, id="task", body=WHY),
    "GET /notifications": Road(),
    "GET /notifications/deliveries": Road(reads="exceptions"),
    "PUT /notifications/{id}/read": Road(),
    "GET /delegations": Road(),
    "POST /delegations": Road(starts="delegation"),
    "DELETE /delegations/{id}": Road(),
    "GET /config/definitions": Road(reads="processes"),
    "GET /config/definitions/drafts": Road(reads="processes"),
    "POST /config/definitions/drafts": Road(
        starts="definition_change", body={"type": "payment", "source": "x"}
    ),
    "GET /config/definitions/drafts/{id}": Road(reads="processes"),
    "PATCH /config/definitions/drafts/{id}": Road(body={"source": "x"}),
    "DELETE /config/definitions/drafts/{id}": Road(),
    "GET /config/definitions/drafts/{id}/diff": Road(reads="processes"),
    "POST /config/definitions/drafts/{id}/simulate": Road(reads="processes"),
    "POST /config/definitions/drafts/{id}/submit": Road(body=WHY),
    "GET /config/definitions/versions": Road(reads="processes"),
    "GET /config/definitions/versions/{id}": Road(reads="processes"),
    "POST /config/definitions/versions/{id}/rollback": Road(body=WHY),
    "GET /config/definitions/{type}": Road(reads="processes", id="payment"),
    "GET /exceptions": Road(reads="exceptions"),
    "GET /exceptions/unopened": Road(reads="exceptions"),
    "GET /exceptions/{id}": Road(reads="exceptions"),
    "POST /exceptions/{id}/retry": Road(action="repair", id="exception"),
    "POST /exceptions/{id}/cancel": Road(action="repair", id="exception", body=WHY),
    "POST /exceptions/{id}/fix": Road(action="repair", id="exception", body={**WHY, "input": {}}),
    "POST /exceptions/{id}/skip": Road(action="repair", id="exception", body=WHY),
    "POST /exceptions/{id}/confirm": Road(action="repair", id="exception"),
    "POST /exceptions/{id}/assign": Road(
        action="repair", id="exception", body={**WHY, "role": "operations"}
    ),
    "GET /ledger/accounts": Road(reads="ledger"),
    "GET /ledger/accounts/{code}": Road(reads="ledger", id="bank"),
    "GET /ledger/accounts/{code}/postings": Road(reads="ledger", id="bank"),
    "GET /ledger/accounts/{code}/balance": Road(reads="ledger", id="bank"),
    "GET /ledger/entries": Road(reads="ledger"),
    "GET /ledger/entries/{id}": Road(reads="ledger"),
    "GET /ledger/integrity": Road(reads="ledger"),
    "GET /periods": Road(reads="ledger"),
    "POST /ledger/entries/{id}/reversal": Road(starts="entry_reversal", id="entry", body=WHY),
    "POST /periods/{id}/lock": Road(starts="period_state", id="period", body=WHY),
    "POST /periods/{id}/reopen": Road(starts="period_state", id="period", body=WHY),
    "GET /masters/{kind}": Road(reads="processes", id="vendor"),
    "GET /masters/{kind}/{code}": Road(reads="processes", id="vendor"),
    "POST /masters/{kind}": Road(starts="vendor", id="vendor", body={"code": "V-1", "reason": "x"}),
    "PATCH /masters/{kind}/{code}": Road(starts="vendor", id="vendor", body={"reason": "x"}),
    "GET /ledger/limits": Road(reads="ledger"),
    "GET /ledger/holds": Road(reads="ledger"),
    "GET /ledger/holds/{id}": Road(reads="ledger"),
    "GET /ledger/rates": Road(reads="ledger"),
    "GET /reports": Road(reads="ledger"),
    "GET /reports/{name}": Road(reads="ledger", id="trial-balance"),
    "POST /sandbox/clock/advance": Road(starts="clock_advance", body={"days": 1}),
    "POST /sandbox/tenants": Road(starts="sandbox_tenant", body={"name": "Training"}),
    "POST /sandbox/reset": Road(starts="sandbox_reset", body=WHY),
    "POST /sessions": Road(is_open=True, body={"login": "nobody", "password": "x"}),
    "POST /sessions/refresh": Road(is_open=True, body={"refresh_token": "x"}),
    "POST /sessions/step-up": Road(body={"password": "x"}),
    "GET /sessions": Road(),
    "DELETE /sessions/current": Road(),
    "DELETE /sessions/{id}": Road(),
    "POST /invitations/accept": Road(is_open=True, body={"invitation": "x", "password": "x"}),
    "GET /users": Road(reads="people"),
    "GET /roles": Road(),
    "GET /grants": Road(reads="people"),
    "POST /users": Road(starts="user_account", body={"login": "x", "name": "X", "reason": "x"}),
    "POST /users/{id}/invitation": Road(starts="user_account", id="user", body=WHY),
    "POST /users/{id}/switch-off": Road(starts="user_account", id="user", body=WHY),
    "POST /users/{id}/switch-on": Road(starts="user_account", id="user", body=WHY),
    "POST /grants": Road(starts="role_change", body={}),
    "GET /api-keys": Road(),
    "POST /api-keys": Road(starts="api_key", body={}),
    "POST /api-keys/{id}/revocation": Road(body=WHY),
    "DELETE /api-keys/{id}": Road(),
    "GET /audit-log": Road(reads="audit"),
    "GET /audit-log/proof": Road(reads="audit"),
    "GET /health/live": Road(is_open=True),
    "GET /health/ready": Road(is_open=True),
    "GET /errors": Road(is_open=True),
}  # fmt: skip
# Here what is asked is read before who asks: a body, a selection, a version that must be there. Who
# starts their types is held below, by the general road.
ASKED_FIRST = {
    "POST /grants", "POST /api-keys", "POST /delegations", "POST /users", "POST /bulk",
    "POST /processes/{id}/migrate", "PATCH /masters/{kind}/{code}",
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """A tenant with something of each kind, and a client for each role."""

    catalog: Catalog
    clients: Mapping[str, httpx2.Client]
    ids: Mapping[str, str]

    def expected(self, road: Road) -> set[str]:
        """The roles that are let in, by what `config/` says."""
        everybody = {*self.clients}
        if road.reads:
            roles = self.catalog.roles
            both = {road.reads, road.besides} - {""}
            return {
                n for n in roles
                if "everything" in roles[n].reads or both <= {*roles[n].reads}
            }  # fmt: skip
        if road.starts:
            return {*self.catalog.get(road.starts).actions["start"].by}
        if road.action:
            return {*self.invoice.actions[road.action].by}
        return {"finance_approver"} if road.decides else everybody

    @property
    def invoice(self) -> Definition:
        """The type of the process that everything here is about."""
        return self.catalog.get(INVOICE)

    def asked(self, client: httpx2.Client, name: str, road: Road) -> httpx2.Response:
        """Go the road, as a dry run where something would be done."""
        method, path = name.split(" ")
        seen = {"If-Match": self.ids["hash"]}
        return client.request(
            method, self.url(path, road), params={"dry_run": "true"} if method != "GET" else None,
            json=None if method == "GET" else dict(road.body), headers=keyed(**seen),
        )  # fmt: skip

    def url(self, path: str, road: Road) -> str:
        """The path about what there is; about nothing where who asks is looked at first."""
        known = self.ids.get(road.id, road.id) or written("prc", new_uuid())
        for name in ("{id}", "{type}", "{kind}"):
            path = path.replace(name, known)
        code = road.id if "accounts" in path else "V-001"
        return path.replace("{code}", code).replace("{name}", road.id or "pay_now")


def is_let_in(answer: httpx2.Response) -> bool:
    """Whether the role was no hindrance: whatever else is wrong."""
    if answer.status_code < 400:
        return True
    return answer.json()["code"] not in NOT_HERS


def holder(tenant: Tenant, role: str) -> UUID:
    """The login of the person who holds one role alone."""
    return uuid5(tenant.id, f"only/{role}")


def add_holders(installation: Installation, tenant: Tenant, roles: list[str]) -> None:
    """A person and a login for each role, and for none."""
    with as_owner(installation.database.admin, tenant.id) as connection:
        for role in (*roles, NOBODY):
            person, user = uuid5(tenant.id, f"person/only/{role}"), holder(tenant, role)
            name = {"tenant": tenant.id, "id": person, "name": f"Only {role}"}
            connection.execute(ADD_PERSON, name)
            login = {"tenant": tenant.id, "id": user, "person": person, "login": f"only.{role}"}
            connection.execute(ADD_USER, login)
            if role != NOBODY:
                grant = {"tenant": tenant.id, "person": person, "role": role}
                connection.execute(GRANT_ROLE, grant)


@pytest.fixture(scope="module")
def made(installation: Installation) -> Iterator[World]:
    tenant = open_tenant(installation.database.admin, Tenant(uuid4()), today=Book.TODAY)
    roles = [*installation.catalog.roles]
    add_holders(installation, tenant, roles)
    book = Book(installation.database, tenant)
    lines = debit("office_rent", 25_000_00), credit("bank", 25_000_00)
    posted = book.post(JournalEntry(book.company, Book.TODAY, "Rent", lines))
    with book.transaction() as connection:
        period = periods.holding(connection, book.company, Book.TODAY).id
    with (
        installation.client(tenant, "asha") as asha,
        installation.client(tenant, "bina") as bina,
        installation.client(tenant, "esha") as esha,
    ):
        installation.bank.arm("refuse", reason="account_closed")
        parked = started(asha)["id"]
        task = open_task(bina, parked)
        decide(bina, task)
        exception = eventually(lambda: esha.get("/exceptions").json()["data"])[0]["id"]
        process = started(asha)["id"]
        waiting = open_task(bina, process)
    ids = {
        "process": process, "task": waiting["id"], "hash": waiting["subject_hash"],
        "exception": exception, "entry": written(ENTRY, posted.entry),
        "period": written(PERIOD, period), "user": written("usr", tenant.user("tara")),
    }  # fmt: skip
    clients = {
        role: installation.client_of(tenant.id, holder(tenant, role)) for role in (*roles, NOBODY)
    }
    yield World(installation.catalog, clients, ids)
    for client in clients.values():
        client.close()


def routes(installation: Installation) -> set[str]:
    """Every operation that the description names."""
    paths = create_app(installation.edge).openapi()["paths"]
    return {
        f"{method.upper()} {path.removeprefix('/v1')}"
        for path, operations in paths.items()
        for method in operations
    }


def test_no_route_is_forgotten(installation: Installation):
    assert {*ROADS} == routes(installation)


@pytest.mark.parametrize("name", [name for name in ROADS if name not in ASKED_FIRST])
def test_who_is_let_in_and_who_is_not(name: str, made: World):
    road = ROADS[name]
    let_in = {
        role for role, client in made.clients.items() if is_let_in(made.asked(client, name, road))
    }
    assert let_in == ({*made.clients} if road.is_open else made.expected(road))


@pytest.mark.parametrize("name", ROADS)
def test_without_a_token_only_open_roads_are_gone(
    name: str, installation: Installation, made: World
):
    with installation.caller() as stranger:
        answer = made.asked(stranger, name, ROADS[name])
    refused = answer.status_code == 401 and answer.json()["code"] == OUTSIDE
    assert refused != ROADS[name].is_open


def test_who_starts_what_by_the_definitions(made: World):
    for definition in made.catalog.all:
        body = {"type": definition.process, "input": {}}
        road = Road(starts=definition.process, body=body)
        let_in = {
            role
            for role, client in made.clients.items()
            if is_let_in(made.asked(client, "POST /processes", road))
        }
        assert let_in == made.expected(road), definition.process


def test_another_tenants_ids_are_not_there_for_anybody(installation: Installation, made: World):
    """Whoever reads and may everything at home finds nothing of these here."""
    other = open_tenant(installation.database.admin, Tenant(uuid4()), today=Book.TODAY)
    add_holders(installation, other, [*installation.catalog.roles])
    for role in (*installation.catalog.roles, NOBODY):
        with installation.client_of(other.id, holder(other, role)) as stranger:
            for name, road in ROADS.items():
                if road.id in made.ids and "{id}" in name:
                    answer = made.asked(stranger, name, road)
                    assert answer.status_code == 404, (role, name, answer.text)
