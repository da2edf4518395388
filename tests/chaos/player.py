"""A scenario of any type, played over HTTP as its file says, whatever dies meanwhile."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from temporalio.client import Client

from domain.definitions.policy import VERDICTS
from domain.identifiers import COMPANY, PROCESS, TASK, read, workflow_id, written
from sandbox.auditor import Asked
from tests.chaos.customer import Customer
from tests.chaos.errand import Refused
from tests.chaos.world import World
from tests.scenarios.scenario import Step, document

OPEN_TASK = (
    "SELECT id, subject_hash FROM tasks"
    " WHERE process_id = %s AND kind = 'approval' AND state = 'open'"
)
CHILD = (
    "SELECT p.id, p.type, p.workflow_id, d.content FROM processes p"
    " JOIN documents d ON d.process_id = p.id WHERE p.parent_id = %s AND p.child_name = %s"
    " AND p.child_item = %s AND p.closed_at IS NULL"
)
OWN_ROADS = ("amend", "cancel", "withdraw")
# The road of whoever takes back what is hers says so in its own words.
SAID_THERE = {("withdraw", "maker_must_correct"): "maker_must_withdraw"}


class Player(Customer):
    """One process of a type; what the cast does with it, and what must have come of it."""

    def __init__(self, made: World, temporal: Client, type: str, *, patience: float) -> None:
        super().__init__(made, temporal, "kontor", type=type, patience=patience)
        self.patience = patience
        self.content: dict[str, Any] = {}
        self.children: dict[UUID, Player] = {}

    async def walk(self, given: Mapping[str, Any], steps: Sequence[Step]) -> bool:
        """From its start on. False when nothing began, since the start is refused."""
        self.content = document(self.definition, given)
        first, *rest = steps
        company = written(COMPANY, self.world.tenant.company)
        body = {"type": self.type, "input": self.content, "company": company}
        if not await self.tried(first, self.begin(first.who, "/processes", body)):
            return False
        if first.at:
            await self.stands_at(first.at)
        for step in rest:
            await (self.take_in_child(step) if step.of else self.take(step))
        return True

    async def take_in_child(self, step: Step) -> None:
        """A step in a process that this one started."""
        name, _, item = str(step.of).partition(".")
        row = await self.waits_for(CHILD, name, int(item or 1))
        if row["id"] not in self.children:
            child = Player(self.world, self.temporal, row["type"], patience=self.patience)
            child.id, child.workflow_id = row["id"], row["workflow_id"]
            child.content = dict(row["content"])
            self.children[child.id] = child
        await self.children[row["id"]].take(step)
        if step.parent:
            await self.stands_at(step.parent)

    async def begin(self, who: str, path: str, body: dict[str, Any]) -> None:
        """Start, and wait until there is a record to act on."""
        key = uuid4().hex
        self.workflow_id = workflow_id(self.world.tenant.id, self.type, key)
        answer = await self.post(who, path, body, step="open_process/-", key=key)
        self.id = read(PROCESS, answer["id"])
        await self.waits_for("SELECT 1 FROM processes WHERE id = %s")

    async def take(self, step: Step) -> None:  # type: ignore[override]
        """A decision on the task that waits, or an action; then it stands where it must."""
        if step.does in VERDICTS:
            await self.tried(step, self.verdict(step))
        else:
            await self.edit(step)
        if step.at:
            await self.stands_at(step.at)

    async def edit(self, step: Step) -> None:
        """An action, with the document as it is to be when it edits any of it."""
        content = self.content
        edits = self.definition.actions[step.does].edits
        if edits:
            whole = document(self.definition, step.with_)
            content = content | {name: whole[name] for name in step.with_}
        if await self.tried(step, self.action(step, content if edits else None)):
            self.content = content

    async def verdict(self, step: Step) -> None:
        """Decide on what was seen."""
        task = await self.waits_for(OPEN_TASK)
        path = f"/tasks/{written(TASK, task['id'])}/{step.does.replace('_', '-')}"
        body = {} if step.because is None else {"reason": step.because}
        seen = {"If-Match": f'"{task["subject_hash"]}"'}
        await self.post(step.who, path, body, step="decide_task", headers=seen)

    async def action(self, step: Step, content: dict[str, Any] | None) -> None:
        """Take an action by the road that it has."""
        path = f"/processes/{written(PROCESS, self.id)}"
        body = {"reason": step.because, "input": content}
        said = {name: value for name, value in body.items() if value is not None}
        path += f"/{step.does}" if step.does in OWN_ROADS else f"/actions/{step.does}"
        await self.post(step.who, path, said, step="take_action")

    async def tried(self, step: Step, doing: Awaitable[None]) -> bool:
        """Whether it was done. It must be refused exactly as the file says."""
        refused = None
        try:
            await doing
        except Refused as refusal:
            refused = refusal.code
        wanted = SAID_THERE.get((step.does, step.refused or ""), step.refused)
        said = f"{self.type}: {step.who} {step.does} was refused: {refused}, not: {wanted}"
        assert refused == wanted, said
        return refused is None

    def settles(self, stage: str | None, book: str | None) -> None:
        """Write down what must be true of it for ever: where it stands and what it posted.

        What its children come to stands in its own book; of them only what was answered.
        """
        for child in self.children.values():
            child.settles(None, None)
        postings = None if book is None else [posting(line) for line in book.strip().splitlines()]
        self.world.asked.append(
            Asked(
                workflow_id=self.workflow_id,
                stage=stage,
                book=None,
                entries=0 if postings == [] else None,
                payments=0,
                amount=None,
                refused=self.refused,
                acknowledged=self.acknowledged,
                postings=postings,
            )
        )


def posting(line: str) -> list[Any]:
    """`Cr bank 25000.00` as account and amount, credits negative, in paise."""
    side, account, amount = line.split()
    return [account, int(amount.replace(".", "")) * (1 if side == "Dr" else -1)]
