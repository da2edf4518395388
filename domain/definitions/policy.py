"""What a definition says about who may do what, in how many levels and how long it may take."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import time, timedelta
from typing import Final, Literal

from domain import money
from domain.definitions.decision_table import decide
from domain.definitions.model import ALL, Action, Approval, Band, Definition
from domain.definitions.named_facts import NamedFacts
from domain.definitions.remembered import remembered
from domain.definitions.wording import placeholders
from domain.money import Money
from domain.refusal import Refusal

# The roles that check side by side at one level.
Seats = tuple[str, ...]
NOBODY = "nobody"
SEAT = re.compile(r"(?P<role>[a-z][a-z0-9_]*)( x (?P<times>[2-9]))?")
DURATION = re.compile(r"(?P<count>[1-9][0-9]{0,4})(?P<unit>wd|wh|[dhms])")
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
DURATIONS = "3d, 12h, 30m, 5s, 3wd (working days) or 8wh (working hours)"
# How long somebody may sit on a task that others could decide, when its approval says nothing.
CLAIM_FOR = "4wh"
SEQUENCE = re.compile(r"(0[1-9])?")
# What a checker may choose, and the key of the stage that says where it leads.
Verdict = Literal["approved", "rejected", "sent_back"]
VERDICTS: Final[Mapping[str, Verdict]] = {
    "approve": "approved", "reject": "rejected", "send_back": "sent_back",
}  # fmt: skip
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def levels(definition: Definition, stage: str, facts: NamedFacts) -> tuple[Seats, ...]:
    """The levels that must approve such a document at a stage; none where none must.

    A band's limit belongs to the band. Refuses an amount in another currency than the bands'.
    """
    approval = definition.approval_at(stage)
    if approval is None:
        return ()
    if approval.table:
        found = decide(definition.tables[approval.table], facts).outcomes
    else:
        found = band_of(definition, approval, facts).levels
    return () if found == (NOBODY,) else tuple(map(seats, found))


def band_of(definition: Definition, approval: Approval, facts: NamedFacts) -> Band:
    """The first band whose limit the amount does not exceed."""
    if len(approval.bands) == 1:
        return approval.bands[0]
    amount = facts[definition.amount or ""]
    assert isinstance(amount, Money), "The proof wants an amount for bands with limits."
    return approval.bands[band_number(definition, approval, amount)]


def band_number(definition: Definition, approval: Approval, amount: Money) -> int:
    """The place of the first band whose limit the amount does not exceed, from 0."""
    for number, band in enumerate(approval.bands[:-1]):
        limit = money.parse(str(band.up_to))
        if limit.currency != amount.currency:
            raise Refusal(
                "amount_must_be_in_currency_of_bands",
                f"{amount} cannot be compared with the limit {limit} of {definition.process}. "
                f"Enter the amount in {limit.currency}.",
            )
        if amount.amount <= limit.amount:
            return number
    return len(approval.bands) - 1


def seats(level: str) -> Seats:
    """The roles that check side by side at a level: `legal & director x 2` are three seats."""
    found: list[str] = []
    for part in level.split("&"):
        match = SEAT.fullmatch(part.strip())
        if match is None:
            raise Refusal("level_must_be_readable", f"{level!r} is no level of an approval.")
        found += [match["role"]] * int(match["times"] or 1)
    return tuple(found)


@remembered
def approvers(definition: Definition, stage: str) -> frozenset[str]:
    """Every role that approves at some level of a stage."""
    approval = definition.approval_at(stage)
    if approval is None:
        return frozenset()
    table = definition.tables.get(approval.table or "")
    written = [level for band in approval.bands for level in band.levels]
    written += [level for rule in (table.rules if table else ()) for level in rule.then]
    return frozenset(role for level in written if level != NOBODY for role in seats(level))


@remembered
def decisions(definition: Definition, stage: str) -> tuple[str, ...]:
    """What may be decided on a task of the stage."""
    leads = definition.stages[stage].leads
    return tuple(verb for verb, key in VERDICTS.items() if key in leads)


def may(definition: Definition, action: str, roles: Collection[str]) -> bool:
    """Whether one of these roles may take the action. An action that is not there: nobody may."""
    known = definition.actions.get(action)
    return known is not None and any(role in roles for role in known.by)


def actions_at(definition: Definition, stage: str) -> dict[str, Action]:
    """The actions that a person may take in a stage: none when the process has ended there.

    `start` is never one of them, and where something is being done only a repair is. An action
    without `from` may be taken in every other stage.
    """
    found = definition.stages[stage]
    if found.ends:
        return {}
    return {
        name: action
        for name, action in definition.actions.items()
        if name != "start" and (not action.from_ or stage in action.from_)
        if found.takes_actions or name == "repair"
    }


def action_is_possible(definition: Definition, action: str, stage: str) -> bool:
    """Whether the action exists and the stage is one in which it may be taken."""
    return action in actions_at(definition, stage)


def editable(definition: Definition, action: str, stage: str) -> tuple[str, ...]:
    """The fields that an action taken in a stage may change: those it edits, if they are there."""
    edits = definition.actions[action].edits
    return tuple(
        name
        for name in definition.fields
        if (ALL in edits or name in edits) and may_be_edited(definition, name, stage)
    )


def may_be_edited(definition: Definition, field: str, stage: str) -> bool:
    """Whether a field may be changed by anybody in a stage."""
    stages = definition.fields[field].editable_in
    return not stages or stage in stages


def transition_is_possible(definition: Definition, stage: str, to: str) -> bool:
    """Whether a process may go from one stage to the other."""
    return stage in definition.stages and to in definition.leads_to(stage).values()


def resting(
    definition: Definition, stage: str, facts: NamedFacts, *, is_due: Callable[[str], bool]
) -> str:
    """Where a process stands that comes to a stage: there, or further on when nothing waits there.

    An approval that nobody must give is passed, and so is a date that `is_due`.
    """
    found = definition.stages[stage]
    if found.approval:
        onward = found.approved if not levels(definition, stage, facts) else None
    elif found.route:
        onward = routed(definition, found.route, facts)
    elif found.until:
        onward = found.then if is_due(stage) else None
    else:
        onward = None if found.works else found.then
    return resting(definition, onward, facts, is_due=is_due) if onward else stage


def routed(definition: Definition, table: str, facts: NamedFacts) -> str:
    """The stage that a table of routes names for such a document."""
    return decide(definition.tables[table], facts).outcomes[0]


def approvals_ahead(
    definition: Definition, stage: str, facts: NamedFacts
) -> Iterator[tuple[str, Seats]]:
    """Each level that must approve from a stage on, with its stage, if everybody says yes."""
    passed: set[str] = set()
    onward: str | None = stage
    while onward and onward not in passed:
        passed.add(onward)
        here = definition.stages[onward]
        yield from ((onward, level) for level in levels(definition, onward, facts))
        onward = routed(definition, here.route, facts) if here.route else here.approved or here.then


def posted_before(definition: Definition, stage: str) -> frozenset[str]:
    """The journals that may stand in the book when a process is at a stage."""
    found: dict[str, frozenset[str]] = {definition.first_stage: frozenset()}
    waiting = [definition.first_stage]
    while waiting:
        here = waiting.pop()
        for way, to in definition.leads_to(here).items():
            posts = definition.stages[here].post if way == "then" else ()
            undone = definition.actions[way].undoes if way in definition.actions else ()
            stands = found.get(to, frozenset()) | (found[here] | {*posts}) - {*undone}
            if to not in found or stands != found[to]:
                found[to] = stands
                waiting.append(to)
    return found.get(stage, frozenset())


def read_duration(text: str) -> tuple[int, str]:
    """The count and the unit of `3wd`, `8wh`, `3d`, `12h`, `30m` or `5s`."""
    match = DURATION.fullmatch(text)
    if match is None:
        message = f"{text!r} is no duration. Write it as {DURATIONS}."
        raise Refusal("duration_must_be_readable", message)
    return int(match["count"]), match["unit"]


def is_by_calendar(text: str | None) -> bool:
    """Whether only the tenant's calendar knows how long that is: `3wd`, `8wh`."""
    return text is not None and read_duration(text)[1] not in UNITS


def duration(text: str) -> timedelta:
    """`3d`, `12h`, `30m`, `5s`: what is as long whatever the calendar."""
    count, unit = read_duration(text)
    if unit not in UNITS:
        raise Refusal(
            "duration_must_be_readable",
            f"{text!r} depends on a calendar. Write 3d, 12h, 30m or 5s.",
        )
    return timedelta(**{UNITS[unit]: count})


def clock(text: str) -> time:
    """`10:00`, a time of day in the company's time zone."""
    if not CLOCK.fullmatch(text):
        raise Refusal("time_must_be_readable", f"{text!r} is no time of day. Write it as 10:00.")
    return time.fromisoformat(text)


def voucher_number(definition: Definition, *, fiscal_year: str, sequence: int) -> str:
    """The number as the definition writes it, `PI/2026-27/00042`."""
    if definition.number is None:
        raise LookupError(f"{definition.process} draws no numbers.")
    return definition.number.pattern.format(fiscal_year=fiscal_year, sequence=sequence)


def numbers_collide(one: Definition, other: Definition) -> bool:
    """Whether two types would write the same voucher number, each out of a series of its own."""
    if one.number is None or other.number is None:
        return False
    return one.number.pattern == other.number.pattern and one.number.series != other.number.series


def number_pattern_is_known(pattern: str) -> bool:
    """{sequence:0N} and {fiscal_year} once each, and no placeholder besides.

    A sequence begins anew each fiscal year, so a number without the year would be drawn twice.
    """
    try:
        found = placeholders(pattern)
    except ValueError:
        return False
    names = [name for name, _ in found]
    forms_are_known = all(
        SEQUENCE.fullmatch(form) if name == "sequence" else name == "fiscal_year" and not form
        for name, form in found
    )
    return forms_are_known and sorted(names) == ["fiscal_year", "sequence"]
