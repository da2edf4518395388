"""An errand run through the REST API, as a client does that repeats until it is answered.

A repeat has the same Idempotency-Key. Only a 4xx counts as a definite no; a lost connection, a 5xx
and *in progress* do not. Whether the engine closes a workflow in the end is left to the auditor.
"""

import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx2

from domain.access import token
from domain.access.token import Bearer
from domain.canonical import digest
from domain.identifiers import EXCEPTION, PROCESS, TASK, read, workflow_id, written
from domain.processes.arriving import Arrival
from domain.processes.opening import Opened
from tests.chaos.errand import PENDING, Errand, Refused

IN_PROGRESS = "idempotency_in_progress"
A_DAY = 86_400
# Well within what any policy allows for a password.
FRESH_SECONDS = 120


class Customer(Errand):
    """The same errands, said over HTTP."""

    async def open(self, **changed: Any) -> None:
        """Start as Asha does."""
        key = uuid4().hex
        self.workflow_id = workflow_id(self.world.tenant.id, self.type, key)
        body = {"type": self.type, "input": self.input(**changed)}
        answer = await self.post("asha", "/processes", body, step="open_process/-", key=key)
        self.id = read(PROCESS, answer["id"])
        # Without a worker the answer is 202 before there is a record to act on.
        await self.waits_for("SELECT 1 FROM processes WHERE id = %s")
        self.opened = Opened(answer["reference"], "", Arrival(answer["stage"]["name"]))

    async def decide(self, who: str, action: str, *, name: str | None = None) -> None:
        """Decide the open task on what was seen."""
        task = await self.waits_for(
            "SELECT id, subject_hash FROM tasks WHERE process_id = %s AND kind = 'approval'"
            " AND state = 'open'"
        )
        path = f"/tasks/{written(TASK, task['id'])}/{action.replace('_', '-')}"
        body = {} if action == "approve" else {"reason": "Why"}
        seen = {"If-Match": f'"{task["subject_hash"]}"'}
        await self.post(who, path, body, step="decide_task", headers=seen)

    async def act(self, who: str, action: str) -> None:
        """Cancel, reverse, pay now."""
        path = f"/processes/{written(PROCESS, self.id)}"
        if action == "pay_now":
            await self.post(who, f"{path}/actions/pay_now", {}, step="take_action")
        else:
            body = {"reason": "Why", "reverse": action == "reverse"}
            await self.post(who, f"{path}/cancel", body, step="take_action")

    async def amend(self) -> None:
        """Correct the invoice, once it was sent back."""
        await self.stands_at("correction")
        body = {"input": self.input(invoice_number=f"{self.number}/A")}
        path = f"/processes/{written(PROCESS, self.id)}/amend"
        await self.post("asha", path, body, step="take_action")

    async def repair(self, who: str, resolution: str, *, cause: str | None = None) -> None:
        """Retry or cancel the parked step."""
        row = await self.parked(cause)
        body = {"reason": "Why"} if resolution == "cancel" else {}
        path = f"/exceptions/{written(EXCEPTION, row['id'])}/{resolution}"
        await self.post(who, path, body, step="resolve_exception")

    async def propose(
        self, who: str, way: str, *, cause: str, given: dict[str, Any] | None = None
    ) -> None:
        """Propose to correct the document, or to skip the step."""
        row = await self.parked(cause)
        body = {"reason": "Why"} | ({"input": given} if given else {})
        path = f"/exceptions/{written(EXCEPTION, row['id'])}/{way}"
        await self.post(who, path, body, step="propose_repair")

    async def confirm(self, who: str) -> None:
        """Confirm what is proposed, as it was seen."""
        row = await self.waits_for(PENDING)
        path = f"/exceptions/{written(EXCEPTION, row['id'])}/confirm"
        seen = {"If-Match": f'"{row["hash"]}"'}
        await self.post(who, path, {}, step="confirm_repair", headers=seen)

    async def assign(self, who: str, role: str, *, cause: str) -> None:
        """Give the parked step to a role."""
        row = await self.parked(cause)
        path = f"/exceptions/{written(EXCEPTION, row['id'])}/assign"
        body = {"role": role, "reason": "Why"}
        await self.post(who, path, body, step="assign_exception")

    async def post(
        self,
        who: str,
        path: str,
        body: Any,
        *,
        step: str | None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Send until answered. Raises Refused on a definite no. Without a step it has no effect."""
        key = key or uuid4().hex
        named = step if step is None or "/" in step else f"{step}/{digest(key)[:20]}"
        effects = [] if named is None else [f"{self.workflow_id}/{named}/1"]
        sent = {"Authorization": self.bearer(who), "Idempotency-Key": key, **(headers or {})}
        while True:
            try:
                answer = await self.world.api.post(f"/v1{path}", json=body, headers=sent)
            except httpx2.TransportError as fault:
                await self.pause(f"{path} is not answered: {fault!r}")
                continue
            said: dict[str, Any] = answer.json()
            if answer.is_success:
                self.acknowledged += effects
                return said
            if answer.status_code < 500 and said["code"] != IN_PROGRESS:
                self.refused += effects
                raise Refused(said["code"])
            await self.pause(f"{path} is answered {answer.status_code} {said['code']}")

    async def closes(self) -> None:
        """The auditor looks at the workflows of all processes at once."""

    def bearer(self, who: str) -> str:
        """A token of one of the cast, who has just given her password."""
        tenant, now = self.world.tenant, int(time.time())
        made, issued_at = self.world.tokens.get((tenant.id, who), ("", 0))
        if now - issued_at > FRESH_SECONDS:
            bearer = Bearer(tenant.id, tenant.user(who), authenticated_at=now)
            made = token.issue(self.world.bearer_key, bearer, issued_at=now, seconds=A_DAY)
            self.world.tokens[tenant.id, who] = (made, now)
        return f"Bearer {made}"
