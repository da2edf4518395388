"""The stack as the command line runs it: shown as it starts, its tokens issued, stopped cleanly."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from api.cli.client import NotReachable, Problem
from api.cli.session import ADDRESSES, TOKENS, Session
from api.cli.terminal import Terminal
from config import keys
from config.settings import Settings
from local import home as homes
from local.environment import API_URL, BANK_URL, given
from local.members import ALL, API, BANK, MIGRATE, POSTGRES, SEED, TEMPORAL, WORKER
from local.ports import HOST, Ports
from local.stack import NO_SETTINGS, Stack
from sandbox import tokens
from sandbox.passwords import PASSWORD
from sandbox.tenant import CAST

TITLES: Final = {
    POSTGRES: "PostgreSQL",
    TEMPORAL: "Temporal",
    BANK: "Simulated bank",
    MIGRATE: "Schema at its head",
    SEED: "Sandbox tenant",
    WORKER: "Worker",
    API: "API",
}
# Well before a token of the cast expires.
RENEW_SECONDS: Final = tokens.VALID_SECONDS / 2
# They say who calls and where; the members of a stack are told by the stack.
CALLER_SETTINGS: Final = frozenset({API_URL, "KONTOR_TOKEN", "KONTOR_AS"})
OPEN_STATUSES: Final = ("waiting", "running", "exception")
READER: Final = "chand"


class ShownStack(Stack):
    """A stack that tells on a terminal which member is ready after how many seconds."""

    terminal: Terminal
    started: dict[str, float]

    def start(self, name: str, environment: Mapping[str, str] = NO_SETTINGS) -> None:
        """Start one member and note when."""
        self.started[name] = time.monotonic()
        super().start(name, environment)

    def wait_ready(self, name: str, timeout: float | None = None) -> None:
        """Wait for one member and say so."""
        with self.terminal.waiting(f"Waiting for {TITLES.get(name, name)} …"):
            super().wait_ready(name, timeout)
        seconds = time.monotonic() - self.started[name]
        self.terminal.tick(f"{TITLES.get(name, name):<20}", f"{seconds:.1f} s")


def shown_stack(
    terminal: Terminal, home: Path, *, ports: Ports, settings: Mapping[str, str], durable: bool
) -> ShownStack:
    """A stack with everything in it whose Web UI can show payloads."""
    stack = ShownStack(
        home,
        ports=ports,
        settings=settings,
        members=ALL,
        durable=durable,
        codec_endpoint=f"http://{HOST}:{ports.api}/codec",
    )
    stack.terminal, stack.started = terminal, {}
    return stack


def run_until_stopped(session: Session, *, demo: bool) -> bool:
    """Run everything on the session's home until Ctrl-C. False when a member died, or the demo."""
    settings = {k: v for k, v in given(os.environ).items() if k not in CALLER_SETTINGS}
    stack = shown_stack(
        session.terminal,
        session.options.home,
        ports=Ports.from_topology(),
        settings=settings,
        durable=True,
    )
    with serving(session, stack, Settings(home=stack.home)) as own:
        tell_what_goes_on(own)
        held = True
        if demo:
            from api.cli.demo.script import perform

            held = perform(own)
        links(own)
        own.terminal.note("Ctrl-C stops everything; 'kontor up' goes on from there.")
        return stay(own.terminal, stack) and held


@contextmanager
def thrown_away(session: Session) -> Iterator[Session]:
    """A session on servers of its own, in a home that is deleted afterwards."""
    with homes.temporary() as home:
        stack = shown_stack(
            session.terminal, home, ports=Ports.free(), settings=NO_SETTINGS, durable=False
        )
        with serving(session, stack, Settings(home=home, keys=home / "keys")) as own:
            yield own


@contextmanager
def serving(session: Session, stack: Stack, settings: Settings) -> Iterator[Session]:
    """The stack up inside and down after, its tokens and address where commands look for them."""
    with stack:
        issue_tokens(stack, settings)
        addresses = stack.home / ADDRESSES
        addresses.write_text(json.dumps(addresses_of(stack)))
        try:
            yield Session(
                replace(
                    session.options,
                    home=stack.home,
                    api=None,
                    token=None,
                    curl=bool(session.options.curl),
                )
            )
        finally:
            addresses.unlink(missing_ok=True)
            session.terminal.note("Stopping …")


def addresses_of(stack: Stack) -> dict[str, str]:
    """Where its servers listen, for the commands that call them."""
    environment = stack.environment
    return {
        "api": environment[API_URL],
        "bank": environment[BANK_URL],
        "temporal_ui": environment.get("KONTOR_TEMPORAL_UI_URL", ""),
    }


def issue_tokens(stack: Stack, settings: Settings) -> None:
    """A fresh token of each of the cast."""
    tokens.issue(keys.load(settings).bearer_private, stack.home / TOKENS)


def tell_what_goes_on(session: Session) -> None:
    """How many processes are under way, from the API; nothing when there are none."""
    try:
        client = session.client_of(READER)
        counts = {
            status: client.get("/v1/processes", status=status, count="exact", limit="1").body
            for status in OPEN_STATUSES
        }
    except (Problem, NotReachable) as fault:
        session.terminal.cross("The processes under way could not be counted", str(fault))
        return
    open_ones = {status: body["count"] for status, body in counts.items() if body["count"]}
    if open_ones:
        told = ", ".join(f"{count} {status}" for status, count in open_ones.items())
        session.terminal.tick("Processes go on where they stood", told)


def links(session: Session) -> None:
    """Where to look, and how to call."""
    home = session.options.home.absolute()
    elsewhere = "" if home == Path(".kontor").absolute() else f" --home {home}"
    facts = {
        "API": f"{session.address('api')}/v1/openapi.json",
        "Temporal UI": session.address("temporal_ui"),
        "Bank": session.address("bank"),
        "Tokens": f"{home / TOKENS} ({', '.join(sorted(CAST))})",
        "Password": f"{PASSWORD} (of each, for POST /v1/sessions)",
        "Try": f"kontor tasks --as bina{elsewhere}",
        "Logs": str(home / "logs"),
    }
    session.terminal.story.print()
    session.terminal.story.print(session.terminal.facts(facts))


def stay(terminal: Terminal, stack: Stack) -> bool:
    """Watch until Ctrl-C, which is the good end; False when a member died, with its last words."""
    settings = Settings(home=stack.home)
    try:
        while True:
            death = stack.watch(timeout=RENEW_SECONDS)
            if death is not None:
                terminal.cross(str(death))
                return False
            issue_tokens(stack, settings)
    except KeyboardInterrupt:
        return True
