"""Values as people read them in a terminal. Nothing here draws or asks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.money import grouped

PREFIXES = ("prc_", "tsk_", "exc_", "jrn_", "reference:", "number:")
ENDED = frozenset({"completed", "cancelled", "compensated"})


def money(value: Any) -> str:
    """`29,500.00 INR`, lakh and crore for rupees; nothing for no money."""
    if not isinstance(value, Mapping) or "amount" not in value:
        return ""
    return f"{grouped(value['amount'], value['currency'])} {value['currency']}"


def moment(value: Any) -> str:
    """`2026-11-21 08:05:12` in this machine's zone; other text stays as it is."""
    try:
        return datetime.fromisoformat(str(value)).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return str(value or "")


def minute(value: Any) -> str:
    """`2026-11-21 08:05`, where seconds say nothing."""
    return moment(value)[: len("2026-11-21 08:05")]


def words(value: Any) -> str:
    """A value for a cell: money, a thing by its title or name, a list, a plain value."""
    if isinstance(value, Mapping):
        if "amount" in value:
            return money(value)
        named = (value.get(name) for name in ("title", "name", "role", "person", "id"))
        return next((words(each) for each in named if each), "")
    if isinstance(value, list):
        return ", ".join(words(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def addressed(id: str) -> str:
    """The id as the API takes it: `PI/2026-27/00001` is a number, `BILL-7` a reference."""
    if id.startswith(PREFIXES):
        return id
    return f"number:{id}" if "/" in id else f"reference:{id}"


def sentence(text: str) -> str:
    """The text without the stop at its end, for a heading."""
    return text.strip().removesuffix(".")
