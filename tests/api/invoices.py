"""Invoices as tests send them, and the calls that bring one to where a test begins."""

from typing import Any
from uuid import uuid4

import httpx2

Json = dict[str, Any]


def inr(amount: int) -> Json:
    """Paise."""
    return {"amount": amount, "currency": "INR"}


def invoice(net: int = 2_500_000, **changes: Any) -> Json:
    """An invoice of V-001 with a fresh number; `net` in paise, a multiple of 100."""
    tax = net * 9 // 100
    line = {
        "description": "Audit",
        "expense_account": "professional_fees",
        "quantity": "1",
        "unit_price": inr(net),
        "net": inr(net),
        "gst_rate": "18",
    }
    given = {
        "vendor": "V-001",
        "invoice_number": f"INV/{uuid4().hex[:8]}",
        "invoice_date": "2026-07-01",
        "due_date": "2026-07-31",
        "lines": [line],
        "cgst": inr(tax),
        "sgst": inr(tax),
        "igst": inr(0),
        "total": inr(net + 2 * tax),
    }
    return given | changes


def start(client: httpx2.Client, given: Json | None = None, *, key: str = "", **more: Any) -> Any:
    """Start a process; the response as it is."""
    body = {"type": "invoice_approval", "input": given or invoice(), **more}
    return client.post("/processes", json=body, headers=keyed(key))


def started(client: httpx2.Client, given: Json | None = None) -> Json:
    """Start a process and expect it to be there."""
    response = start(client, given)
    assert response.status_code == 202, response.text
    body: Json = response.json()
    return body


def keyed(key: str = "", **more: str) -> dict[str, str]:
    """Headers of an effectful call."""
    return {"Idempotency-Key": key or uuid4().hex, **more}


def open_task(client: httpx2.Client, process: str) -> Json:
    """The task that waits in a process."""
    body = client.get(f"/processes/{process}", params={"include": "tasks"}).json()
    task: Json = next(task for task in body["tasks"] if task["state"] == "open")
    return task


def decide(client: httpx2.Client, task: Json, verb: str = "approve", **body: Any) -> Any:
    """Decide on what was seen; the response as it is."""
    headers = keyed(**{"If-Match": f'"{task["subject_hash"]}"'})
    return client.post(f"/tasks/{task['id']}/{verb}", json=body, headers=headers)
