"""How limits, holds and exchange rates look in a terminal."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from api.cli import pictures
from api.cli.pictures import Thing
from api.cli.terminal import Column, Terminal
from api.cli.wording import minute, money, words

if TYPE_CHECKING:
    from rich.console import RenderableType


def limits(terminal: Terminal, data: Iterable[Thing]) -> "RenderableType":
    """Floors and ceilings."""
    columns = [
        Column("Account", "id"), Column("Floor", "number"), Column("Ceiling", "number"),
        Column("Beyond it", "word"), Column("Only"),
    ]  # fmt: skip
    rows = (
        (
            each["account"], money(each["floor"]), money(each["ceiling"]),
            "refuses" if each["is_hard"] else "warns", dimensions(each),
        )
        for each in data
    )  # fmt: skip
    return terminal.table(columns, rows)


def dimensions(thing: Thing) -> str:
    """`branch BLR`."""
    return ", ".join(f"{name} {value}" for name, value in thing["dimensions"].items())


def holds(terminal: Terminal, body: Thing) -> "RenderableType":
    """A page of holds."""
    columns = [
        Column("Hold", "id"), Column("State", "word"), Column("Debit", "id"),
        Column("Credit", "id"), Column("Narration"), Column("Amount", "number"),
        Column("Left", "number"), Column("Expires", "id"),
    ]  # fmt: skip
    rows = (
        (
            each["id"], each["state"], each["debit"], each["credit"], each["narration"],
            money(each["amount"]), money(each["remaining"]),
            minute(each["expires_at"]) if each["expires_at"] else "",
        )
        for each in body["data"]
    )  # fmt: skip
    table = terminal.table(columns, rows)
    if body["next_cursor"]:
        table.caption, table.caption_justify = f"More: --cursor {body['next_cursor']}", "left"
    return table


def hold(terminal: Terminal, body: Thing) -> "RenderableType":
    """One hold, and under it what became of it."""
    from rich.console import Group

    columns = [
        Column("When", "id"), Column("What", "word"), Column("Amount", "number"),
        Column("Entry", "id"), Column("Reason"),
    ]  # fmt: skip
    rows = (
        (
            minute(each["happened_at"]), each["kind"], money(each["amount"]),
            words(each["entry"]), words(each["reason"]),
        )
        for each in body["events"]
    )  # fmt: skip
    thing = {name: value for name, value in body.items() if name != "events"}
    return Group(pictures.thing(terminal, thing), "", terminal.table(columns, rows))


def rates(terminal: Terminal, data: Iterable[Thing]) -> "RenderableType":
    """The rates of a day: 100 JPY = 55.50 INR."""
    columns = [
        Column("Units", "number"), Column("Currency", "word"), Column("Rate", "number"),
        Column("In", "word"), Column("Kind", "word"), Column("Of", "id"), Column("Source"),
    ]  # fmt: skip
    rows = (
        (
            str(each["units"]), each["from_currency"], each["rate"], each["to_currency"],
            each["kind"], each["date"], each["source"],
        )
        for each in data
    )  # fmt: skip
    return terminal.table(columns, rows)
