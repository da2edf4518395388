"""How each thing of the API looks in a terminal. Draws what is there and invents nothing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from api.cli.terminal import Column, Terminal
from api.cli.wording import minute, moment, money, words

if TYPE_CHECKING:
    from rich.console import RenderableType

Thing = Mapping[str, Any]

TIMES = (
    "created_at",
    "updated_at",
    "closed_at",
    "opened_at",
    "resolved_at",
    "due",
    "due_at",
    "since",
)
# Links are for programs; what belongs together is told by ids.
HIDDEN = ("links", "next_actions", "livemode", "subject_hash", "definition_hash")


def process(terminal: Terminal, body: Thing) -> "RenderableType":
    """One process: what it is about, where it stands, what it waits for."""
    stage = body.get("stage") or {}
    return terminal.facts(
        {
            "Process": body["id"],
            "Reference": words(body.get("reference")),
            "Number": words(body.get("number")),
            "About": words(body.get("subject")),
            "Amount": money(body.get("amount")),
            "Status": words(body.get("status")),
            "Stage": words(stage),
            "Since": moment(stage.get("since")),
            "Due": moment(stage.get("due")),
            "Waiting for": waited(body),
            "Reason": words(body.get("reason")),
            "Entered by": words(body.get("created_by")),
        }
    )


def story(terminal: Terminal, body: Thing, steps: Sequence[Thing]) -> "RenderableType":
    """A process and its steps."""
    from rich.console import Group

    columns = [Column("When", "id"), Column("Step"), Column("Who")]
    rows = (
        (moment(step.get("at")), words(step.get("title")), words(step.get("who"))) for step in steps
    )
    return Group(process(terminal, body), "", terminal.table(columns, rows))


def processes(terminal: Terminal, data: Iterable[Thing]) -> "RenderableType":
    """Processes below each other, named by their references."""
    columns = [
        Column("Process", "id"), Column("About"), Column("Amount", "number"),
        Column("Status", "word"), Column("Stage"), Column("Since", "id"),
    ]  # fmt: skip
    rows = (
        (
            words(each.get("reference")) or each["id"], words(each.get("subject")),
            money(each.get("amount")), words(each.get("status")), standing(each),
            minute((each.get("stage") or {}).get("since")),
        )
        for each in data
    )  # fmt: skip
    return terminal.table(columns, rows)


def standing(body: Thing) -> str:
    """The stage, and for whom it waits there."""
    waits = waited(body)
    return words(body.get("stage")) + (f" ({waits})" if waits else "")


def waited(body: Thing) -> str:
    """Whom the process waits for, or until when."""
    waits = body.get("waiting_for") or {}
    if waits.get("timer"):
        return f"until {minute(waits['timer'])}"
    return words(waits.get("person")) or words(waits.get("role")).replace("_", " ")


def tasks(terminal: Terminal, data: Iterable[Thing]) -> "RenderableType":
    """An inbox."""
    columns = [
        Column("Task", "id"), Column("What"), Column("Amount", "number"), Column("Needs", "word"),
        Column("Due", "id"),
    ]  # fmt: skip
    rows = (
        (
            each["id"], words(each.get("title")), money(each.get("amount")),
            words(each.get("role") or each.get("kind")), minute(each.get("due")),
        )
        for each in data
    )  # fmt: skip
    return terminal.table(columns, rows)


def exceptions(terminal: Terminal, data: Iterable[Thing]) -> "RenderableType":
    """Parked steps."""
    columns = [
        Column("Exception", "id"), Column("Process", "id"), Column("Cause"), Column("What stands"),
        Column("Since", "id"),
    ]  # fmt: skip
    rows = (
        (
            each["id"], words(each.get("process")), words(each.get("cause")),
            words(each.get("message")), moment(each.get("opened_at")),
        )
        for each in data
    )  # fmt: skip
    return terminal.table(columns, rows)


def groups(terminal: Terminal, data: Iterable[Thing]) -> "RenderableType":
    """Parked steps by what they have in common."""
    columns = [
        Column("What", "id"), Column("Count", "number"), Column("Amounts", "number"),
        Column("Oldest", "id"), Column("For example"),
    ]  # fmt: skip
    rows = (
        (
            words(each["value"]), str(each["count"]), words(each["amounts"]),
            minute(each["oldest"]), words(each["message"]),
        )
        for each in data
    )  # fmt: skip
    return terminal.table(columns, rows)


def items(terminal: Terminal, data: Iterable[Thing]) -> "RenderableType":
    """What became of each item of bulk work, or would become of it."""
    columns = [
        Column("Item", "id"), Column("What"), Column("Amount", "number"), Column("State", "word"),
        Column("Why"),
    ]  # fmt: skip
    rows = (
        (
            each["id"], words(each["title"]), money(each.get("amount")),
            words(each["state"]).replace("_", " "), words(each.get("detail")),
        )
        for each in data
    )  # fmt: skip
    return terminal.table(columns, rows)


def would_bulk(terminal: Terminal, body: Thing) -> "RenderableType":
    """What a bulk action would come to, item by item and in sum."""
    from rich.console import Group

    totals = [
        f"{each['state'].capitalize()}: {each['count']}  {money(each['amount'])}".rstrip()
        for each in body["would"]["totals"]
    ]
    warnings = [f"Warning: {each}" for each in body["warnings"]]
    head = "Nothing was changed. It would be so:"
    return Group(head, items(terminal, body["items"]), *totals, *warnings)


def types(terminal: Terminal, data: Iterable[Thing]) -> "RenderableType":
    """Process types."""
    columns = [Column("Type", "id"), Column("Title"), Column("What it does")]
    rows = (
        (words(each.get("type")), words(each.get("title")), words(each.get("summary")))
        for each in data
    )
    return terminal.table(columns, rows)


def trial_balance(terminal: Terminal, body: Thing) -> "RenderableType":
    """Accounts with their debit and credit, and the sums."""
    columns = [
        Column("Account", "id"), Column("Title"), Column("Debit", "number"),
        Column("Credit", "number"),
    ]  # fmt: skip
    rows = [
        (line["account"], words(line.get("title")), amount(line["debit"]), amount(line["credit"]))
        for line in body["lines"]
    ]
    table = terminal.table(columns, rows)
    table.add_section()
    sums = (money(body["total"]["debit"]), money(body["total"]["credit"]))
    table.add_row("", "Total", *sums, style="bold")
    return table


def amount(value: Thing) -> str:
    """Money, or nothing where there is none."""
    return money(value) if value["amount"] else ""


def would(terminal: Terminal, body: Thing) -> "RenderableType":
    """What a dry run says would happen: who is asked, what is posted."""
    from rich.console import Group

    ahead = body["would"]
    facts = {
        "About": words(ahead["subject"]),
        "Amount": money(ahead["amount"]),
        "Checks": ", ".join(step["title"] for step in ahead["steps"] if step["kind"] == "check"),
    }
    for level in ahead["approvers"]:
        role = level["role"].replace("_", " ")
        facts[f"Level {level['level']}"] = f"{role}: {words(level['people']) or 'nobody'}"
    entries = [entry(terminal, each) for each in ahead["postings"]]
    warnings = [f"Warning: {each}" for each in body["warnings"]]
    return Group("Nothing was changed. It would be so:", terminal.facts(facts), *entries, *warnings)


def entry(terminal: Terminal, body: Thing) -> "RenderableType":
    """A journal entry in the notation of the book."""
    from rich.text import Text

    sides = [
        ("Dr" if each["side"] == "debit" else "Cr", each["account"], money(each["amount"]))
        for each in body["postings"]
    ]
    names, sums = (max(len(side[part]) for side in sides) for part in (1, 2))
    number = f"{body['number']}  " if body.get("number") else ""
    lines = [f"{body['entry_date']}  {number}{body['narration']}"]
    lines += [f"  {side}  {name:<{names}}  {sum:>{sums}}" for side, name, sum in sides]
    return Text("\n" + "\n".join(lines))


def thing(terminal: Terminal, body: Thing) -> "RenderableType":
    """Anything: its fields by name, rows within it as lines."""
    shown = {name: value for name, value in body.items() if name not in HIDDEN}
    return terminal.facts({titled(name): told(name, value) for name, value in shown.items()})


def told(name: str, value: Any) -> str:
    """The value of a field; what is nested in one is told by its own fields."""
    if name in TIMES or name.endswith("_at"):
        return moment(value)
    if isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        return "\n".join(row(each) for each in value)
    if isinstance(value, Mapping) and "amount" not in value:
        return row(value)
    return words(value)


def row(value: Any) -> str:
    """A nested thing in one line."""
    if not isinstance(value, Mapping):
        return words(value)
    if "amount" in value and "currency" in value:
        return money(value)
    return ", ".join(
        f"{titled(k).lower()} {told(k, v)}" for k, v in value.items() if v not in (None, "")
    )


def titled(name: str) -> str:
    """`why_you` as `Why you`."""
    return name.replace("_", " ").capitalize()
