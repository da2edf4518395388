"""The answer of a dry run of an action."""

from typing import Any

from pydantic import BaseModel


class WouldAct(BaseModel):
    """What an action would lead to."""

    would: dict[str, Any]
    warnings: list[str] = []
