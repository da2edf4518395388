"""Who acts in the demo, what each of them can do, and what the bank and the book say of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.cli.client import Answer, Client, NotReachable
from api.cli.demo.invoice import Invoice

TYPE: Final = "invoice_approval"
Process = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """One of the cast, acting through the API alone."""

    name: str
    client: Client

    def enters(self, invoice: Invoice) -> Process:
        """Start the process of an invoice."""
        body: Process = self.client.post(
            "/v1/processes", {"type": TYPE, "input": invoice.input}
        ).body
        return body

    def looks_at(self, process: Process) -> Process:
        """The process as it is now."""
        body: Process = self.client.get(f"/v1/processes/{process['id']}").body
        return body

    def task_of(self, process: Process) -> Mapping[str, Any]:
        """The open task of the process, or nothing."""
        body = self.client.get(f"/v1/processes/{process['id']}", include="tasks").body
        return next((each for each in body["tasks"] if each["state"] == "open"), {})

    def decides(self, process: Process, verb: str, reason: str | None = None) -> Answer:
        """Approve, reject or send back what stands there now."""
        task = self.task_of(process)["id"]
        seen = self.client.get(f"/v1/tasks/{task}").headers["etag"]
        body = {"reason": reason} if reason else {}
        return self.client.post(f"/v1/tasks/{task}/{verb}", body, headers={"If-Match": seen})

    def amends(self, process: Process, invoice: Mapping[str, Any]) -> Answer:
        """Hand in a corrected invoice."""
        return self.client.post(f"/v1/processes/{process['id']}/amend", {"input": invoice})

    def acts(self, process: Process, action: str) -> Answer:
        """Take an action, such as pay_now."""
        return self.client.post(f"/v1/processes/{process['id']}/actions/{action}")

    def exception_of(self, process: Process) -> Mapping[str, Any]:
        """The open exception of the process, or nothing."""
        body = self.client.get("/v1/exceptions", state="open", process=process["id"]).body
        return next(iter(body["data"]), {})

    def gives_up(self, exception: Mapping[str, Any], reason: str) -> Answer:
        """Cancel what cannot be done; what was posted is reversed."""
        return self.client.post(f"/v1/exceptions/{exception['id']}/cancel", {"reason": reason})

    def reads_the_book(self) -> Mapping[str, Any]:
        """The trial balance."""
        body: Mapping[str, Any] = self.client.get("/v1/reports/trial-balance").body
        return body


@dataclass(frozen=True, slots=True)
class SimulatedBank:
    """The bank's own log, and its menu of faults."""

    url: str

    def payments(self, reference: str) -> list[Mapping[str, Any]]:
        """Payments really made under a reference."""
        rows: list[Mapping[str, Any]] = self._send(
            "GET", "/v1/effects", params={"reference": reference}
        )
        return rows

    def will_refuse(self, reference: str, *, reason: str) -> None:
        """The next payment of this reference is refused for good."""
        fault = {"fault": "refuse", "reason": reason, "match": {"reference": reference}}
        self._send("PUT", "/v1/faults", json=fault)

    def _send(self, method: str, path: str, **content: Any) -> Any:
        import httpx2

        try:
            with httpx2.Client(trust_env=False) as http:
                answer = http.request(method, f"{self.url}{path}", **content)
                return answer.raise_for_status().json()
        except httpx2.HTTPError as fault:
            raise NotReachable(self.url, str(fault) or type(fault).__name__) from fault
