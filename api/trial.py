"""Dry runs: what a request would lead to, with every check climbed and nothing stored."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.answers import answered
from api.bodies import ReasonBody
from api.caller import Caller
from api.deciding import Deciding, seen_of
from api.edge import Edge
from api.shapes.base import Money, is_nothing, money
from api.starting import StartBody, Starting, start
from domain.access import branch as branches
from domain.access import company as masters
from domain.access.actor import Actor, able
from domain.approvals import reading as tasks
from domain.approvals.deciding import Choice
from domain.approvals.policy import APPROVE
from domain.definitions import journal, policy
from domain.definitions.model import Definition
from domain.definitions.named_facts import named_facts
from domain.definitions.policy import Seats
from domain.documents import examination
from domain.ledger.entry import JournalEntry
from domain.money import Money as Amount
from domain.operations.catalog import preview
from domain.processes import opening, reading


class Approver(BaseModel):
    """A level: its role and who holds it now."""

    level: int
    role: str
    people: list[str]


class WouldPost(BaseModel):
    """A posting that a template makes of the input."""

    side: str
    account: str
    amount: Money


class WouldEnter(BaseModel):
    """A journal entry that would be posted."""

    template: str
    entry_date: str
    narration: str
    postings: list[WouldPost]


class WouldStep(BaseModel):
    """A step on the way, in the order they come."""

    kind: str
    title: str


class Would(BaseModel):
    """What would follow."""

    subject: str
    amount: Money | None
    stage: str
    steps: list[WouldStep]
    approvers: list[Approver]
    postings: list[WouldEnter]
    limits: list[dict[str, Any]]
    preview: dict[str, Any] | None = Field(
        default=None,
        description="What an operation would do, in its own terms.",
        exclude_if=is_nothing,
    )


class Trial(BaseModel):
    """The answer of a dry run."""

    would: Would
    warnings: list[str]


def is_trial(request: Request) -> bool:
    """Whether nothing is to be stored."""
    return request.query_params.get("dry_run", "").lower() in ("true", "1")


async def would_start(edge: Edge, caller: Caller, request: Request, body: StartBody) -> Response:
    """What starting a process would lead to."""
    definition = await run_in_threadpool(edge.type, caller.tenant, body.type)
    starting = Starting(edge, caller, definition, body, "", "")
    return answered(await run_in_threadpool(start_trial, starting))


async def begun(edge: Edge, caller: Caller, request: Request, body: StartBody) -> Response:
    """The start that is asked for, or what it would lead to."""
    if is_trial(request):
        return await would_start(edge, caller, request, body)
    return await start(edge, caller, request, body)


def start_trial(starting: Starting) -> Trial:
    """Climb every rule, then say what the definition makes of the input."""
    with starting.edge.reading(starting.caller.tenant) as connection:
        ready = starting.checked(connection)
        definition = starting.definition
        amount = opening.amount_of(definition, ready.content)
        known = named_facts(definition, ready.content)
        ahead = policy.approvals_ahead(definition, definition.first_stage, known)
        branch = branches.branch_at_start(
            connection, definition, ready.company.id, ready.content, starting.caller.actor
        )
        approvers = approvers_of(connection, list(ahead), starting.caller, branch)
        entries = entries_of(connection, definition, ready.company.id, ready.content)
        seen = preview(connection, definition, ready.company, ready.content)
    warnings = [f"Nobody can check level {a.level} ({a.role})." for a in approvers if not a.people]
    would = Would(
        subject=opening.subject_of(definition, ready.content),
        amount=money(amount, display=True) if amount else None,
        stage=policy.resting(definition, definition.first_stage, known, is_due=lambda _: False),
        steps=steps_of(definition, approvers, entries),
        approvers=approvers,
        postings=entries,
        limits=[band.model_dump(mode="json") for band in bands(definition)],
        preview=seen or None,
    )
    return Trial(would=would, warnings=warnings)


def bands(definition: Definition) -> tuple[Any, ...]:
    """The bands of each approval by amount."""
    return tuple(band for approval in definition.approvals.values() for band in approval.bands)


def approvers_of(
    connection: Connection, ahead: Sequence[tuple[str, Seats]], caller: Caller, branch: str | None
) -> list[Approver]:
    """Each seat of each level with the people who hold its role, the maker left out."""
    return [
        Approver(level=level, role=role, people=people(connection, role, caller, branch))
        for level, (_, seats) in enumerate(ahead, 1)
        for role in seats
    ]


def people(connection: Connection, role: str, caller: Caller, branch: str | None) -> list[str]:
    """Who holds the role there beside the caller, or stands in for somebody else who does."""
    found = able(connection, [role])
    return [each.name for each in found if may_check(each, role, caller.actor.person, branch)]


def may_check(actor: Actor, role: str, maker: UUID, branch: str | None) -> bool:
    """Whether she would check what this maker enters for the branch."""
    lenders = {each.person for each in actor.stands_in_for if role in each.roles_at(branch)}
    holds = role in actor.roles_at(branch) or bool(lenders)
    return holds and actor.person != maker and maker not in lenders


def entries_of(
    connection: Connection, definition: Definition, company: UUID, content: Mapping[str, Any]
) -> list[WouldEnter]:
    """The entries that the templates make of the input today."""
    today = masters.today(connection)
    code = examination.party_code(definition, content)
    return [
        would_enter(
            name,
            journal.entry(
                definition, name, content, company=company, today=today, party_code=code
            ),
        )
        for name in definition.journals
    ]  # fmt: skip


def would_enter(template: str, entry: JournalEntry) -> WouldEnter:
    """An entry that is not posted."""
    return WouldEnter(
        template=template,
        entry_date=entry.entry_date.isoformat(),
        narration=entry.narration,
        postings=[
            WouldPost(
                side="debit" if posting.amount > 0 else "credit",
                account=posting.account,
                amount=money(Amount(abs(posting.amount), posting.currency)),
            )
            for posting in entry.postings
        ],
    )


def steps_of(
    definition: Definition, approvers: list[Approver], entries: list[WouldEnter]
) -> list[WouldStep]:
    """Checks, then approvals, then postings."""
    checks = [WouldStep(kind="check", title=name) for name in definition.checks]
    levels = [WouldStep(kind="approval", title=f"Level {a.level}: {a.role}") for a in approvers]
    posted = [WouldStep(kind="posting", title=entry.narration) for entry in entries]
    return [*checks, *levels, *posted]


async def would_decide(
    edge: Edge, caller: Caller, request: Request, *, task: UUID, action: str, body: ReasonBody
) -> Response:
    """What a decision would lead to."""
    choice = Choice(task, action, body.reason, seen_of(request))
    return answered(await run_in_threadpool(decide_trial, Deciding(edge, caller, choice)))


def decide_trial(deciding: Deciding) -> Trial:
    """Climb the ladder, then say who comes next and what would be posted."""
    found = deciding.check(False)
    edge, caller = deciding.edge, deciding.caller
    with edge.reading(caller.tenant) as connection:
        definition = edge.definition(connection, found.definition_hash)
        document = tasks.document(connection, found.process)
        known = named_facts(definition, document.content)
        ahead = list(policy.approvals_ahead(definition, found.stage, known))
        levels = approvers_of(connection, ahead, caller, found.checking.branch)
        company = reading.get(connection, found.process).company
        entries = entries_of(connection, definition, company, document.content)
    left = [each for each in levels if each.level > found.level]
    action = deciding.choice.action
    agrees = action == APPROVE
    stands = agrees and found.level < found.levels
    leads = definition.stages[found.stage].leads[policy.VERDICTS[action]]
    onward = policy.resting(definition, leads, known, is_due=lambda _: False)
    would = Would(
        subject=found.subject,
        amount=money(found.amount, display=True) if found.amount else None,
        stage=found.stage if stands else onward,
        steps=steps_of(definition, left, entries)[len(definition.checks) :] if agrees else [],
        approvers=left if agrees else [],
        postings=entries if agrees and not left else [],
        limits=[band.model_dump(mode="json") for band in bands(definition)],
    )
    return Trial(would=would, warnings=[])
