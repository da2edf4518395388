"""A decision, as its activity takes it, beside a bare update with its SQL on the same server."""

import time
from dataclasses import dataclass
from datetime import date
from itertools import islice
from statistics import median, quantiles
from typing import Any
from uuid import UUID

import psycopg
from joserfc.jwk import OKPKey
from sqlalchemy import text

from activities.approvals import ApprovalActivities, DecideTask
from activities.desk import Desk, Instruction
from activities.effects import Effects
from activities.processes import OpenProcess, ProcessActivities
from benchmarks import decisions_bare
from benchmarks.decisions_bare import Waiting
from benchmarks.inbox import TENANT
from benchmarks.invoices import Invoice, numbered
from benchmarks.ledger.comparison import OURS, BooksDisagree, Comparison, Mark, Measured
from benchmarks.ledger.ground import Ground, ground
from config.keys import new_signing_key, public_half
from config.settings import Settings
from domain.access import token
from domain.access.token import Assertion
from domain.approvals import deciding
from domain.approvals.deciding import Choice
from domain.approvals.policy import APPROVE
from domain.canonical import digest
from domain.database import transaction
from domain.definitions.model import Definition
from domain.identifiers import PROCESS, TASK, new_uuid, written
from domain.processes import release
from domain.processes.effect import Effect
from domain.processes.opening import Request, start_content
from domain.sandbox.furnishing import ADD_PARTY
from sandbox.tenant import Tenant, as_owner, open_tenant
from workflows import catalog

BARE = "bare update with its SQL"
# Splitting is looked for among what one maker enters of one vendor within a week. Nobody has a
# thousand of those, so the invoices are of many vendors, who are not registered for GST.
OTHERS = [f"W-{number:03}" for number in range(300)]
UNREGISTERED = {"kind": "vendor", "gstin": None, "active": True, "account": None, "ifsc": None}
CALLS, QUICK_CALLS = 200, 20
# A decision within twice the bare update.
LEAST = 1 / 2
LEFT = text("SELECT state, count(*) FROM tasks GROUP BY state")
DECIDED = text("SELECT count(*) FROM evidence e WHERE e.outputs->>'verdict' = 'approved'")


@dataclass(frozen=True, slots=True)
class Bureau:
    """Invoices are entered and approved here, without the engine."""

    server: Ground
    tenant: Tenant
    desk: Desk
    key: OKPKey
    definition: Definition

    def signed(self, name: str, action: str, subject: str, content: object) -> Instruction:
        """The instruction as the API signs it."""
        user = self.tenant.user(name)
        asked = Assertion(self.tenant.id, user, action, subject, digest(content))
        return Instruction(user, token.sign(self.key, asked))

    def effect(self, process: UUID, step: str, sequence: int) -> Effect:
        """Names an effect as the workflow does."""
        tenant = self.tenant.id
        return Effect(tenant, process, f"bench/{process}", step, "-", 1, sequence)

    def received(self, invoice: Invoice) -> Waiting:
        """Enter an invoice; what waits for bina then."""
        process = new_uuid()
        company, hash = self.tenant.company, self.definition.hash
        request = Request(company, hash, invoice.input, digest(invoice.input), None)
        content = start_content(self.definition.process, request)
        instruction = self.signed("asha", "start", written(PROCESS, process), content)
        opened = ProcessActivities(self.desk).open_process(
            OpenProcess(
                self.effect(process, "open_process", 1), instruction, company, hash,
                invoice.input, request.request_hash, None,
            )
        )  # fmt: skip
        (task,) = opened.arrival.tasks
        return Waiting(task.id, process, invoice.content_hash)

    def approval(self, on: Waiting) -> DecideTask:
        """Bina's approval, signed."""
        choice = Choice(on.task, APPROVE, None, on.seen)
        signed = self.signed("bina", APPROVE, written(TASK, on.task), deciding.content(choice))
        effect = self.effect(on.process, "decide_task", 2)
        return DecideTask(effect, signed, self.definition.hash, choice)


def run(*, rounds: int, quick: bool) -> Comparison:
    """Milliseconds of the median and of the 95th percentile."""
    calls = QUICK_CALLS if quick else CALLS
    with ground() as server:
        bureau = opened(server)
        invoices = numbered(bureau.definition, date.today(), OTHERS)
        url = server.engine.url.set(drivername="postgresql")
        plain = url.render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as held:
            turn(bureau, held, list(islice(invoices, 2 * calls)))
            server.analyze()
            measured = [
                each
                for _ in range(rounds)
                for each in turn(bureau, held, list(islice(invoices, 2 * calls)))
            ]
        check(bureau, 2 * calls * (rounds + 1))
    return Comparison(
        title=f"A decision, {calls} of each side in turn", unit="ms", measured=tuple(measured),
        marks=(Mark("median", BARE, LEAST), Mark("95th percentile", BARE, LEAST)),
    )  # fmt: skip


def opened(server: Ground) -> Bureau:
    """A tenant of the sandbox, and a desk with the definitions that are shipped."""
    tenant = open_tenant(server.owner, Tenant(TENANT))
    with as_owner(server.owner, tenant.id) as connection:
        for code in OTHERS:
            values = {"tenant": tenant.id, "id": new_uuid(), "code": code, "name": f"Vendor {code}"}
            connection.execute(ADD_PARTY, values | UNREGISTERED)
    shipped = release.load(server.engine, catalog.definitions(Settings().definitions))
    private = new_signing_key()
    desk = Desk(Effects(server.engine), shipped, OKPKey.import_key(public_half(private)))
    definition = shipped.get("invoice_approval")
    return Bureau(server, tenant, desk, OKPKey.import_key(private), definition)


def turn(bureau: Bureau, held: psycopg.Connection[Any], invoices: list[Invoice]) -> list[Measured]:
    """Decide on every invoice, the sides in turn, each by the same person."""
    waiting = [bureau.received(invoice) for invoice in invoices]
    user = bureau.tenant.user("bina")
    activities = ApprovalActivities(bureau.desk)
    spent: dict[str, list[float]] = {BARE: [], OURS: []}
    for bare, ours in zip(waiting[::2], waiting[1::2], strict=True):
        command = bureau.approval(ours)
        started = time.perf_counter()
        decisions_bare.approve(held, bureau.tenant.id, user, bare)
        between = time.perf_counter()
        activities.decide_task(command)
        ended = time.perf_counter()
        spent[BARE].append(1000 * (between - started))
        spent[OURS].append(1000 * (ended - between))
    return [
        Measured(case, side, figure)
        for side, took in spent.items()
        for case, figure in (
            ("median", median(took)),
            ("95th percentile", quantiles(took, n=20)[-1]),
        )
    ]


def check(bureau: Bureau, count: int) -> None:
    """Every task was decided, and every decision has its evidence; otherwise there is no figure."""
    with transaction(bureau.server.engine, bureau.tenant.id) as connection:
        left: dict[str, int] = dict(connection.execute(LEFT).tuples().all())
        proven = connection.execute(DECIDED).scalar_one()
    if left != {"decided": count} or proven != count:
        raise BooksDisagree(f"Of {count} tasks {left}; {proven} decisions have evidence.")
