"""What the demo claims, checked aloud: each claim prints a line, the first false one ends it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from api.cli.client import Answer, Problem
from api.cli.refused import lines
from api.cli.terminal import Terminal

DEADLINE_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.1
FOUND_LETTERS: Final = 500


class Unmet(Exception):
    """A claim did not hold; the message says what was found instead."""


@dataclass
class Proof:
    """The claims of one demo, counted as they hold."""

    terminal: Terminal
    held: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.started

    def scene(self, title: str) -> None:
        """A heading."""
        from rich.text import Text

        self.terminal.story.print()
        self.terminal.story.print(Text(title, style="bold"))

    def claim(self, sentence: str, holds: bool, *, found: Any = None, note: str = "") -> None:
        """Tick the sentence when it holds. Raises Unmet when it does not."""
        if not holds:
            raise Unmet(f"{sentence}: this does not hold. Found instead: {shortened(found)}")
        self.held += 1
        self.terminal.tick(sentence, note)

    def equal(self, sentence: str, found: Any, expected: Any, *, note: str = "") -> None:
        """Tick the sentence when both are equal."""
        holds = found == expected
        self.claim(sentence, holds, found={"found": found, "expected": expected}, note=note)

    def refused(self, sentence: str, code: str, attempt: Callable[[], Answer]) -> None:
        """Tick when the API says no under this rule, and show its words."""
        from rich.text import Text

        try:
            answer = attempt()
        except Problem as problem:
            self.claim(f"{sentence}: {code}", problem.code == code, found=problem.body)
            *said, _rule = lines(problem)
            for line in said[1:] or said:
                self.terminal.story.print(Text(f"    “{line}”", style="dim"))
            return
        raise Unmet(f"{sentence} ({code}): it was not refused, but {shortened(answer.body)}")

    def awaited(self, what: str, look: Callable[[], Any], arrived: Callable[[Any], bool]) -> Any:
        """What `look` sees once it has arrived. Raises Unmet after a minute."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        with self.terminal.waiting(f"{what} …"):
            while not arrived(seen := look()):
                if time.monotonic() > deadline:
                    raise Unmet(
                        f"{what} did not come in {DEADLINE_SECONDS:.0f} s; the worker's log may "
                        f"say why. Found instead: {shortened(seen)}"
                    )
                time.sleep(POLL_SECONDS)
        return seen


def shortened(found: Any) -> str:
    """What was found: of a process where it stands, of anything else the beginning."""
    if isinstance(found, Mapping) and "stage" in found:
        return f"{found['reference']} is {found['status']} at {found['stage']['name']}"
    text = repr(found)
    return text if len(text) <= FOUND_LETTERS else f"{text[:FOUND_LETTERS]} …"
