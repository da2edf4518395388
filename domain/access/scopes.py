"""What a key of a machine may do: permissions as `verb:what`, such as `start:leave_request`.

`read` names an area, the other verbs a process type; `everything` stands for all of them. What a
key may do is never more than what the person it acts for may do.
"""

import re
from collections.abc import Collection
from typing import Final, get_args

from domain.definitions.permissions import ACT, DECIDE, REPAIR, START
from domain.definitions.vocabulary import Area
from domain.refusal import Refusal

READ: Final = "read"
VERBS = (READ, START, ACT, REPAIR, DECIDE)
EVERYTHING = "everything"
FORM = re.compile(rf"({'|'.join(VERBS)}):([a-z][a-z0-9_]*)")


def check(scopes: Collection[str], verb: str, what: str) -> None:
    """Refuse what none of the scopes covers."""
    if not {f"{verb}:{what}", f"{verb}:{EVERYTHING}"} & set(scopes):
        raise Refusal(
            "key_must_have_scope",
            f"This key has no scope {verb}:{what}. Ask for a key that has it.",
            scope=f"{verb}:{what}",
        )


def check_written(scope: str) -> None:
    """Refuse a scope that means nothing. Types are not looked up: they come and go."""
    match = FORM.fullmatch(scope)
    areas = get_args(Area)
    if match is None or (match[1] == READ and match[2] not in areas):
        raise Refusal(
            "scope_must_be_known",
            f"{scope!r} is no scope. Write {', '.join(f'{verb}:TYPE' for verb in VERBS[1:])}, or "
            f"read: with one of {', '.join(areas)}.",
        )
