"""Driving one process through the API, as a program of the customer's would."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Self
from uuid import uuid4

import httpx2

from benchmarks.driving import Clock, EndedOtherwise
from benchmarks.figures import Timing
from benchmarks.invoices import Invoice
from domain.access import token
from domain.access.token import Bearer
from sandbox.tenant import Tenant

TYPE = "invoice_approval"
WAITING, PAID = "awaiting_due_date", "paid"
TOKEN_SECONDS = 3600
POLL_SECONDS = 0.05
Json = dict[str, Any]


@dataclass
class RestDriver:
    """Starts, reads the task, approves, pays now; between them it polls, as callers do."""

    client: httpx2.AsyncClient
    headers: dict[str, Json]

    @classmethod
    def at(cls, url: str, private_key: bytes, tenant: Tenant) -> Self:
        """A driver with a token for each of those who act."""
        client = httpx2.AsyncClient(base_url=f"{url}/v1", timeout=60, trust_env=False)
        headers = {}
        for name in ("asha", "bina", "esha"):
            bearer = Bearer(tenant.id, tenant.user(name))
            issued = token.issue(
                private_key, bearer, issued_at=int(time.time()), seconds=TOKEN_SECONDS
            )
            headers[name] = {"Authorization": f"Bearer {issued}"}
        return cls(client, headers)

    async def drive(self, invoice: Invoice) -> Timing:
        """One invoice from its receipt until it reads as paid."""
        whole = Clock.start()
        started = await self.call("asha", "/processes", {"type": TYPE, "input": invoice.input})
        submit = whole.elapsed
        process = f"/processes/{started['id']}"
        task = (await self.read("bina", f"{process}?include=tasks"))["tasks"][0]
        part = Clock.start()
        seen = {"If-Match": f'"{task["subject_hash"]}"'}
        await self.call("bina", f"/tasks/{task['id']}/approve", {}, **seen)
        decide = part.elapsed
        await self.reached(process, WAITING)
        await self.paid_now(process)
        await self.reached(process, PAID)
        return Timing(submit, decide, whole.elapsed)

    async def paid_now(self, process: str) -> None:
        """Pay now."""
        path = f"{process}/actions/pay_now"
        decoded(await self.client.post(path, json={}, headers=self.sent("esha")))

    async def reached(self, process: str, stage: str) -> None:
        """Poll until the process stands at a stage. Raises EndedOtherwise when it ended before."""
        while True:
            found = await self.read("asha", process)
            if found["stage"]["name"] == stage:
                return
            if found["status"] not in ("running", "waiting"):
                raise EndedOtherwise(f"{found['id']} stands at {found['stage']}.")
            await asyncio.sleep(POLL_SECONDS)

    async def read(self, who: str, path: str) -> Json:
        """GET as one of the cast."""
        return decoded(await self.client.get(path, headers=self.headers[who]))

    async def call(self, who: str, path: str, body: Json, **headers: str) -> Json:
        """POST as one of the cast, under a key of its own."""
        sent = {**self.sent(who), **headers}
        return decoded(await self.client.post(path, json=body, headers=sent))

    def sent(self, who: str) -> dict[str, str]:
        """Headers of an effectful call: who, under which key."""
        return {**self.headers[who], "Idempotency-Key": uuid4().hex}


def decoded(response: httpx2.Response) -> Json:
    """The body. Raises EndedOtherwise with the problem when the API refused."""
    if response.is_error:
        raise EndedOtherwise(f"{response.request.url}: {response.status_code} {response.text}")
    body: Json = response.json()
    return body
