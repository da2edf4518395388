"""How the domain says no."""

from collections.abc import Mapping


class Refusal(Exception):
    """A rule said no. Never retried; the same code reaches the caller over every road.

    `code` is the rule, stated positively and never renamed; `message` says what is wrong with the
    values and what to do; `facts` are named values for the caller (who decided, which period).
    """

    def __init__(self, code: str, message: str, **facts: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.facts: Mapping[str, str] = facts
