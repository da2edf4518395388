"""One call of the command line: who calls which API, and how the answer is shown."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from api.cli import signed_in
from api.cli.client import Client, NotReachable
from api.cli.curl import Request, curl
from api.cli.signed_in import SessionOver
from api.cli.terminal import Terminal

ADDRESSES = Path("run", "addresses.json")
TOKENS = Path("tokens")


class Usage(Exception):
    """The command was called in a way that cannot work; the message says how it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What every command takes."""

    caller: str | None = None
    token: str | None = None
    api: str | None = None
    home: Path = Path(".kontor")
    output: str = "table"
    curl: bool | None = None
    plain: bool = False


@dataclass
class Session:
    """The call: lazily a client of the API as its caller, and the terminal it is shown on."""

    options: Options

    @cached_property
    def terminal(self) -> Terminal:
        """Where results go."""
        return Terminal(as_json=self.options.output == "json", plain=self.options.plain)

    @cached_property
    def client(self) -> Client:
        """The API as the caller. Raises Usage when nobody is named."""
        return self.client_of(self.options.caller)

    def client_of(self, name: str | None) -> Client:
        """The API as one of the cast, or with the token given."""
        api, token = self.api, self.token_of(name)
        bearer = f"$(cat '{self.token_file(name)}')" if name else "$KONTOR_TOKEN"

        def announce(request: Request) -> None:
            self.announce(curl(request, api=api, bearer=bearer))

        return Client(api, token, announce=announce)

    @property
    def api(self) -> str:
        """Its address: the option, or what `kontor up` wrote down. Raises NotReachable."""
        return self.options.api or self.signed_in_api or self.address("api")

    @property
    def signed_in_api(self) -> str | None:
        """Where somebody signed in who is to be the caller, since no other is named."""
        found = None if self.options.caller or self.options.token else signed_in.read()
        return found.api if found else None

    def address(self, server: str) -> str:
        """Where a server of the home listens: api, bank or temporal_ui. Raises NotReachable."""
        try:
            return str(json.loads((self.options.home / ADDRESSES).read_text())[server])
        except (OSError, ValueError, KeyError):
            what = f"nothing runs on the home {self.options.home}"
            raise NotReachable(f"The server '{server}'", what) from None

    def token_of(self, name: str | None) -> str:
        """The bearer token. Raises Usage naming who there is."""
        if name:
            try:
                return self.token_file(name).read_text().strip()
            except OSError:
                raise Usage(f"There is no token of {name!r}. {self.callers()}") from None
        if self.options.token:
            return self.options.token
        found = signed_in.read()
        if found is None:
            raise Usage(
                f"Say who you are: --as NAME, --token, or 'kontor sign-in LOGIN'. {self.callers()}"
            )
        api = self.api
        try:
            return signed_in.bearer(api)
        except SessionOver:
            raise Usage(
                f"Your session at {found.api} is no session at {api}, or has ended. Sign in again: "
                f"kontor sign-in {found.login} --api {api}"
            ) from None

    def token_file(self, name: str) -> Path:
        """Where `kontor up` keeps the token of a member of the cast."""
        if Path(name).name != name:
            raise Usage(f"{name!r} is no name. {self.callers()}")
        return self.options.home / TOKENS / name

    def callers(self) -> str:
        """Whose tokens there are, as a sentence."""
        folder = self.options.home / TOKENS
        names = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
        if not names:
            return f"'kontor up' makes the tokens of the cast in {folder}."
        return f"In {folder} there are: {', '.join(names)}."

    def announce(self, command: str) -> None:
        """The curl command of a request, where it was asked for or somebody looks."""
        wanted = self.options.curl
        if wanted or (wanted is None and self.terminal.err.is_terminal):
            self.terminal.err.print(command, style="dim", markup=False, soft_wrap=True)


def new_key(given: str | None) -> str:
    """The idempotency key of one effect: the caller's, or a fresh one."""
    return given or uuid.uuid4().hex


def query(**values: str | None) -> Mapping[str, str]:
    """The parameters that have a value."""
    return {name: value for name, value in values.items() if value is not None}
