"""The API as commands call it: one request, one answer, and what can come instead of an answer."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from api.cli.curl import Request, address

if TYPE_CHECKING:
    import httpx2

# The API answers starts within five seconds and holds `Prefer: wait` for ten at most.
ANSWER_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: the decoded body, and the headers by their names in small letters."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Problem(Exception):
    """The API said no; `body` is its problem+json."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{body.get('code', status)}: {body.get('detail', '')}")
        self.status = status
        self.body = body

    @property
    def code(self) -> str:
        """The stable name of the rule that said no."""
        return str(self.body.get("code", ""))


class NotReachable(Exception):
    """Nobody answers at the address."""

    def __init__(self, api: str, reason: str) -> None:
        super().__init__(f"{api} does not answer: {reason}")
        self.api = api
        self.reason = reason


class Client:
    """A caller of the API at one address. `announce` is told each request before it is sent."""

    def __init__(
        self, api: str, token: str, *, announce: Callable[[Request], None] = lambda request: None
    ) -> None:
        self.api = api.rstrip("/")
        self._token = token
        self._announce = announce

    @cached_property
    def _http(self) -> "httpx2.Client":
        import ssl

        import httpx2

        # Reading whom to believe takes 50 ms; over plain HTTP nobody is asked who they are.
        is_plain = httpx2.URL(self.api).scheme == "http"
        believed = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else True
        return httpx2.Client(timeout=ANSWER_SECONDS, trust_env=False, verify=believed)

    def get(self, path: str, **query: str) -> Answer:
        """Read. Raises Problem and NotReachable, as `post` does."""
        return self.send(Request("GET", path, query))

    def file(self, path: str, **query: str) -> bytes:
        """Read what is a file and no JSON, as it comes."""
        return self._sent(Request("GET", path, query)).content

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask for an effect, once: under the idempotency key given or a fresh one."""
        keyed = {"Idempotency-Key": key or uuid.uuid4().hex, **(headers or {})}
        return self.send(Request("POST", path, query or {}, keyed, {} if body is None else body))

    def send(self, request: Request) -> Answer:
        """Send as it is."""
        return answered(self._sent(request))

    def upload(
        self, path: str, content: bytes, media_type: str, *, file: str, name: str, key: str
    ) -> Answer:
        """Send a file's bytes, once; `file` is where it lies, for who repeats it by hand."""
        headers = {"Idempotency-Key": key, "Content-Type": media_type}
        request = Request("POST", path, {"name": name}, headers, file=file)
        return answered(self._sent(request, content))

    @property
    def _bearer(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def _sent(self, request: Request, content: bytes | None = None) -> "httpx2.Response":
        import httpx2

        self._announce(request)
        try:
            response = self._http.request(
                request.method,
                address(request, self.api),
                headers={**self._bearer, **request.headers},
                json=request.body,
                content=content,
            )
        except (httpx2.RequestError, httpx2.InvalidURL) as fault:
            reason = str(fault) or type(fault).__name__
            raise NotReachable(self.api, reason) from fault
        if not response.is_success:
            raise problem_of(response)
        return response


def answered(response: "httpx2.Response") -> Answer:
    """The answer of a success."""
    return Answer(response.status_code, decoded(response), dict(response.headers))


def problem_of(response: "httpx2.Response") -> Problem:
    """What the API, or whatever else answers there, says instead of a success."""
    body = decoded(response)
    if not isinstance(body, dict):
        body = {"detail": str(body)}
    stranger = {
        "title": f"The server answered {response.status_code}",
        "detail": "What answers there is not Kontor's API. Correct --api.",
    }
    return Problem(response.status_code, body if "code" in body else {**stranger, **body})


def decoded(response: "httpx2.Response") -> Any:
    """The body as JSON, or its beginning as a detail."""
    try:
        return response.json() if response.content else None
    except ValueError:
        return {"detail": response.text[:500]}
