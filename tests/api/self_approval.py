"""One process of each type that is approved, waiting for it; and who would approve her own.

Whoever made it gets the role of the task, a second login and a key; she stands in for another who
holds the role, and chand stands in for her.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast
from uuid import UUID, uuid4

import httpx2
from sqlalchemy import text

from config.keys import new_signing_key
from domain.access import secret, token
from domain.access.token import Bearer
from domain.definitions.model import Definition
from domain.definitions.policy import VERDICTS
from domain.identifiers import PROCESS, TASK, read, written
from domain.versions.versions import VERSION
from sandbox.tenant import GRANT_ROLE, Tenant, as_owner
from tests.api.invoices import Json, keyed
from tests.database import Database
from tests.installation import Installation, eventually
from tests.invoices import invoice
from tests.office import Office
from tests.scenarios import drafted as drafts
from tests.scenarios.drafted import HIGHER
from tests.scenarios.prepared import preparations
from tests.scenarios.scenario import Scenario, Step, document, files, load

OPEN = text(
    "SELECT id, role, subject_hash FROM tasks WHERE tenant_id = :tenant AND process_id = :process"
    " AND kind = 'approval' AND state = 'open' LIMIT 1"
)
ADD_LOGIN = text(
    "INSERT INTO users (tenant_id, id, person_id, login) VALUES (:tenant, :user, :person, :login)"
)
ADD_DELEGATION = text("""
    INSERT INTO delegations (tenant_id, id, from_person_id, to_person_id, roles, process_types,
        first_day, last_day, is_away, reason, process_id, asked_by, checked_by)
    VALUES (:tenant, gen_random_uuid(), :giver, :taker, ARRAY[CAST(:role AS text)],
        ARRAY[CAST(:type AS text)], current_date - 1, current_date + 9, false, 'A holiday',
        gen_random_uuid(), :giver, :checker)
""")
ADD_KEY = text("""
    WITH made AS (
        INSERT INTO api_keys (tenant_id, id, user_id, name, scopes, expires_at, granted_by)
        VALUES (:tenant, :id, :user, :name, :scopes, now() + interval '1 day', :process)
        RETURNING tenant_id, id)
    INSERT INTO api_key_secrets (tenant_id, hash, key_id) SELECT tenant_id, :hash, id FROM made
""")
STANDS = text("""
    SELECT p.stage, p.status, p.sequence, (SELECT count(*) FROM decisions d
        WHERE d.tenant_id = p.tenant_id AND d.process_id = p.id) AS decisions
    FROM processes p WHERE p.tenant_id = :tenant AND p.id = :process
""")
VERSIONS = text("SELECT id FROM definition_versions WHERE tenant_id = :tenant")
# It has scripts instead of scenarios.
CODED = "invoice_approval"
MAY_DO_ALL = ["decide:everything", "read:tasks", "read:processes"]


@dataclass
class Backstage:
    """As much of an office as preparations need that go straight into the book."""

    database: Database
    tenant: Tenant
    catalog: Any


@dataclass(frozen=True)
class Waiting:
    """A process that waits for its first approval, and who made it."""

    process: UUID
    task: UUID
    role: str
    seen: str
    maker: str


@dataclass
class House:
    """A tenant of its own, its cast as callers, and everything in it that waits."""

    installation: Installation
    tenant: Tenant
    prepared_version: str = ""
    clients: dict[str, httpx2.Client] = field(default_factory=dict)

    def client(self, name: str) -> httpx2.Client:
        """One of the cast."""
        if name not in self.clients:
            self.clients[name] = self.installation.client(self.tenant, name)
        return self.clients[name]

    def rows(self, statement: Any, **values: Any) -> Any:
        """What the database holds, or is made to hold."""
        with as_owner(self.installation.database.admin, self.tenant.id) as connection:
            found = connection.execute(statement, {"tenant": self.tenant.id, **values})
            return found.all() if found.returns_rows else []

    def opened(self, definition: Definition) -> Waiting:
        """A process of the type, by the first scenario that begins, up to its first approval."""
        scenario = first_that_begins(definition.process)
        given = self.prepared(scenario.given)
        content = given if definition.process == CODED else document(definition, given)
        first, *rest = scenario.steps
        body = {"type": definition.process, "input": content}
        process = read(PROCESS, self.sent(first.who, "/processes", body)["id"])
        for step in rest:
            if self.rows(OPEN, process=process):
                break
            if step.does not in VERDICTS and not step.refused:
                self.act(process, definition, step, content)
        (task,) = eventually(lambda: self.rows(OPEN, process=process))
        waiting = Waiting(process, task.id, task.role, task.subject_hash, first.who)
        self.tempt(waiting, definition.process)
        return waiting

    def act(self, process: UUID, definition: Definition, step: Step, content: Json) -> None:
        """An action on the way there."""
        body: Json = {"reason": step.because} if step.because else {}
        if definition.actions[step.does].edits:
            whole = document(definition, step.with_)
            body["input"] = content | {name: whole[name] for name in step.with_}
        self.sent(step.who, f"/processes/{written(PROCESS, process)}/actions/{step.does}", body)

    def sent(self, who: str, path: str, body: Json) -> Json:
        """A call that must succeed."""
        answer = self.client(who).post(path, json=body, headers=keyed())
        assert answer.is_success, answer.text
        said: Json = answer.json()
        return said

    def prepared(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What is given, with what stands in braces made."""
        catalog, database = self.installation.catalog, self.installation.database
        make = dict(preparations(cast(Office, Backstage(database, self.tenant, catalog))))
        make |= {"{version}": self.version, "{payment}": self.payment, "{released}": self.released}
        return {
            name: make[value]() if isinstance(value, str) and value in make else value
            for name, value in given.items()
        }

    def version(self) -> str:
        """A version of the payment, drafted by esha and approved by deepa; made once."""
        if not self.prepared_version:
            catalog, database = self.installation.catalog, self.installation.database
            draft = drafts.drafted(database, self.tenant, catalog)
            asked = drafts.change(draft, self.definition())
            body = {"type": "definition_change", "input": dict(asked)}
            process = read(PROCESS, self.sent("esha", "/processes", body)["id"])
            (task,) = self.rows(OPEN, process=process)
            self.approve(self.client("deepa"), task.id, task.subject_hash).raise_for_status()
            ((id,),) = eventually(lambda: self.rows(VERSIONS))
            self.prepared_version = written(VERSION, id)
        return self.prepared_version

    def released(self) -> str:
        """What that version means."""
        self.version()
        return self.definition()

    def definition(self) -> str:
        """What the draft means."""
        return drafts.definition("payment", HIGHER, self.installation.catalog).hash

    def payment(self) -> str:
        """A payment that waits, under what is shipped."""
        definition = self.installation.catalog.get("payment")
        body = {"type": "payment", "input": document(definition, {"entry_date": "today"})}
        id: str = self.sent("asha", "/processes", body)["id"]
        return id

    def tempt(self, waiting: Waiting, process_type: str) -> None:
        """Give the maker the role, and people who stand in for her and for whom she does."""
        lender, checker = [n for n in ("mohan", "tara", "nila") if n != waiting.maker][:2]
        for name in (waiting.maker, lender):
            self.rows(GRANT_ROLE, person=self.tenant.person(name), role=waiting.role)
        values = {"tenant": self.tenant.id, "role": waiting.role, "type": process_type}
        with self.installation.database.admin.begin() as connection:
            # No process agreed on these, as one would have to.
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for giver, taker in ((lender, waiting.maker), (waiting.maker, "chand")):
                who = {"giver": giver, "taker": taker, "checker": checker}
                persons = {part: self.tenant.person(name) for part, name in who.items()}
                connection.execute(ADD_DELEGATION, {**values, **persons})

    def second_login(self, name: str) -> UUID:
        """Another login of the same person."""
        user = uuid4()
        person, login = self.tenant.person(name), f"{name}.{user.hex[:6]}"
        self.rows(ADD_LOGIN, user=user, person=person, login=login)
        return user

    def key(self, name: str, process: UUID) -> str:
        """A key that acts for her, and may do everything."""
        made = secret.fresh(secret.TEST_KEY, self.tenant.id)
        self.rows(
            ADD_KEY, id=uuid4(), user=self.tenant.user(name), name=made.hash.hex(), hash=made.hash,
            scopes=MAY_DO_ALL, process=process,
        )  # fmt: skip
        return made.text

    def forged(self, name: str) -> str:
        """A token that says it is hers, and is signed by another."""
        bearer = Bearer(self.tenant.id, self.tenant.user(name))
        return token.issue(new_signing_key(), bearer, issued_at=int(time.time()), seconds=600)

    def approve(
        self, caller: httpx2.Client, task: UUID, seen: str, **query: str
    ) -> httpx2.Response:
        """Approve what was seen."""
        headers = keyed(**{"If-Match": f'"{seen}"'})
        return caller.post(
            f"/tasks/{written(TASK, task)}/approve", json={}, headers=headers, params=query
        )

    def stands(self, waiting: Waiting) -> Any:
        """Where it stands, and how many decided."""
        return self.rows(STANDS, process=waiting.process)


def first_that_begins(process_type: str) -> Scenario:
    """The first scenario of a type whose start is not refused, and needs no process before it."""
    if process_type == CODED:
        return Scenario.model_validate(
            {"name": "Entered", "given": invoice(), "steps": [{"asha": "start"}], "ends": "paid"}
        )
    known = scenarios()[process_type]
    return next(s for s in known if not s.steps[0].refused and not s.first)


@cache
def scenarios() -> Mapping[str, tuple[Scenario, ...]]:
    """The scenarios of every type, read once."""
    return {each.process: each.scenarios for each in map(load, files())}
