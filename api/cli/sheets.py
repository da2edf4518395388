"""How the book and its reports look in a terminal: accounts, balances, entries, tables."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from api.cli import pictures
from api.cli.pictures import Thing
from api.cli.terminal import Column, Terminal
from api.cli.wording import minute, money, words

if TYPE_CHECKING:
    from rich.console import RenderableType

FIGURES = ("amount", "number", "percent", "decimal")
INDENT = "  "


def catalog(terminal: Terminal, data: Iterable[Thing]) -> "RenderableType":
    """The reports."""
    columns = [Column("Report", "id"), Column("Title"), Column("Takes"), Column("Layouts")]
    rows = (
        (each["name"], each["title"], words(each["parameters"]), words(each["layouts"]))
        for each in data
    )
    return terminal.table(columns, rows)


def report(terminal: Terminal, body: Thing) -> "RenderableType":
    """A report as a table, with what stands above and below it."""
    from rich.console import Group
    from rich.text import Text

    columns = [
        Column(each["title"], "number" if each["holds"] in FIGURES else "text")
        for each in body["columns"]
    ]
    table = terminal.table(columns, [])
    table.caption = table.caption if not body["rows"] else None
    for row in body["rows"]:
        cells = [Text(text) for text in texts(row, body["columns"])]
        style = None if row["kind"] == "line" else "bold"
        table.add_row(*cells, style=style, end_section=row["kind"] == "total")
    asked = " · ".join(f"{each['name']}: {each['value']}" for each in body["parameters"])
    head = f"{body['company_name']} · {body['title']}"
    more = ["More: --format csv has every row."] if body.get("next_cursor") else []
    return Group(Text(head, style="bold"), Text(asked), table, *map(Text, (*body["notes"], *more)))


def texts(row: Thing, columns: Iterable[Thing]) -> list[str]:
    """The cells of a row; the first stands in by its level."""
    cells = [figure(row["cells"][column["name"]], column["holds"]) for column in columns]
    return [INDENT * row["level"] + cells[0], *cells[1:]]


def figure(value: Any, holds: str) -> str:
    """A cell: money, basis points as percent, or as it is."""
    if isinstance(value, Mapping):
        return money(value)
    if holds == "percent" and isinstance(value, int):
        whole, part = divmod(abs(value), 100)
        return f"{'-' if value < 0 else ''}{whole}.{part:02} %"
    return words(value)


def accounts(terminal: Terminal, data: Iterable[Thing]) -> "RenderableType":
    """The chart."""
    columns = [
        Column("Account", "id"), Column("Title"), Column("Kind", "word"), Column("Under", "id"),
        Column("Currency", "word"), Column("Control", "word"),
    ]  # fmt: skip
    rows = (
        (
            each["code"], each["title"], "heading" if each["is_heading"] else each["kind"],
            words(each["parent"]), words(each["currency"]), words(each["control"]),
        )
        for each in data
    )  # fmt: skip
    return terminal.table(columns, rows)


def balance(terminal: Terminal, body: Thing) -> "RenderableType":
    """What an account holds in each currency."""
    titles = {
        "debit": "Debit", "credit": "Credit", "balance": "Balance", "base_balance": "In the book",
    }  # fmt: skip
    if any(line["available"] for line in body["balances"]):
        titles |= {"pending_out": "Reserved", "pending_in": "Announced", "available": "Available"}
    columns = [Column(title, "number") for title in titles.values()]
    rows = ([money(line[name]) for name in titles] for line in body["balances"])
    return terminal.table(columns, rows)


def entries(terminal: Terminal, body: Thing) -> "RenderableType":
    """A page of entries, each in a line, its amount the sum of its debits in the book."""
    columns = [
        Column("Entry", "id"), Column("Date", "id"), Column("Kind", "word"), Column("Narration"),
        Column("Amount", "number"), Column("Recorded", "id"),
    ]  # fmt: skip
    rows = [
        (
            each["number"] or each["id"], each["entry_date"], each["kind"], each["narration"],
            money(volume(each)), minute(each["recorded_at"]),
        )
        for each in body["data"]
    ]  # fmt: skip
    table = terminal.table(columns, rows)
    if body["next_cursor"]:
        table.caption, table.caption_justify = f"More: --cursor {body['next_cursor']}", "left"
    return table


def volume(entry: Thing) -> Thing:
    """The sum of the debits in the company's currency."""
    debits = [each["base_amount"] for each in entry["postings"] if each["side"] == "debit"]
    return {"amount": sum(each["amount"] for each in debits), "currency": debits[0]["currency"]}


def entry(terminal: Terminal, body: Thing) -> "RenderableType":
    """An entry in the notation of the book, and what is told beside it."""
    from rich.console import Group

    names = (
        "id", "kind", "voucher", "module", "recorded_at", "party", "process", "reverses",
        "reversed_by", "warnings",
    )  # fmt: skip
    facts = {pictures.titled(name): pictures.told(name, body[name]) for name in names}
    if seal := body["seal"]:
        at = minute(seal["sealed_at"])
        facts["Sealed"] = f"batch {seal['batch']}, place {seal['sequence']}, {at}"
    return Group(pictures.entry(terminal, body), "", terminal.facts(facts))


def integrity(terminal: Terminal, body: Thing) -> "RenderableType":
    """Whether the book agrees with itself, check by check."""
    from rich.console import Group

    columns = [Column("Check", "id"), Column("Verdict", "word"), Column("Compared", "number")]
    rows = (
        (each["name"], "holds" if each["holds"] else "differs", f"{each['compared']:,}")
        for each in body["checks"]
    )
    trial = body["trial_balance"]
    balanced = f"{money(trial['debit'])} on both sides"
    facts = {
        "Verdict": "The book agrees with itself." if body["holds"] else words(body["difference"]),
        "Entries": f"{body['entries']:,}",
        "Postings": f"{body['postings']:,}",
        "Trial balance": balanced if trial["is_zero"] else "does not balance",
        "Sealed": chain(body["chain"]) if body["chain"] else "nothing yet",
        "Last check": kept(body["last_check"]),
        "Of seals": kept(body["last_check_of_seals"]),
        "Checked": minute(body["checked_at"]),
    }
    return Group(terminal.table(columns, rows), "", terminal.facts(facts))


def kept(body: Thing | None) -> str:
    """What the nightly check found last."""
    if body is None:
        return "none yet"
    found = "held" if body["holds"] else words(body["difference"])
    return f"{minute(body['checked_at'])}: {found}"


def chain(body: Thing) -> str:
    """The end of the chain of seals, whole, so that it can be compared with a kept one."""
    at = minute(body["sealed_at"])
    return f"{body['entries']:,} entries, batch {body['batch']} of {at}, {body['hash']}"
