"""The columns of a statement: its days or ranges, what they are compared with, or dimensions."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.ledger.figures import Figure, Span
from domain.refusal import Refusal
from domain.reports.request import PERIODIC, Asked, check_day

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slice:
    """One column: the place of its span among those asked for, and the dimension's value.

    `is_all` adds up every value.
    """

    name: str
    title: str
    place: int
    value: str | None = None
    is_all: bool = True

    def holds(self, figure: Figure) -> bool:
        """Whether a figure belongs to this column."""
        return self.is_all or figure.value == self.value


def spans(asked: Asked, main: Span) -> tuple[Span, ...]:
    """The span of each column, but for columns by dimension: the main one, then the others.

    Raises Refusal `comparison_must_be_known` and `range_must_run_forward`.
    """
    if asked.request.by in PERIODIC:
        return periodic(main, 1 if asked.request.by == "month" else 3)
    return (
        main,
        *(compared(main, each) for each in (asked.request.compare or "").split(",") if each),
    )


def periodic(main: Span, months: int) -> tuple[Span, ...]:
    """The range month by month or quarter by quarter from its first day; then all of it."""
    assert main.until is not None
    since, found = main.since or main.until.replace(day=1), []
    while since <= main.until:
        after = shifted(since.replace(day=1), months)
        found.append(Span(main.since and since, min(after - DAY, main.until)))
        since = after
    return (*found, *([main] if main.since else []))


def compared(main: Span, word: str) -> Span:
    """What the main span is compared with."""
    if word == "previous_year":
        return Span(main.since and year_before(main.since), main.until and year_before(main.until))
    if word == "previous_period":
        return period_before(main)
    since, separator, until = word.strip().partition("..")
    try:
        days = [date.fromisoformat(each) for each in (since, until) if each]
    except ValueError:
        days = []
    if len(days) != (2 if main.since else 1) or bool(separator) != (main.since is not None):
        shape = "2024-04-01..2025-03-31" if main.since else "2025-03-31"
        raise Refusal(
            "comparison_must_be_known",
            f"{word!r} cannot be compared with. Use previous_year, previous_period or {shape}.",
        )
    for each in days:
        check_day(each)
    if main.since is None:
        return Span(None, days[0])
    if days[0] > days[1]:
        raise Refusal(
            "range_must_run_forward", f"The range {word} ends before it starts. Swap the two."
        )
    return Span(*days)


def year_before(day: date) -> date:
    """The same day of the year before; the last day of a month stays one."""
    return shifted(day, -12)


def period_before(main: Span) -> Span:
    """As many whole months before, or as many days; of a day the last one of the month before."""
    assert main.until is not None
    if main.since is None:
        return Span(None, main.until.replace(day=1) - DAY)
    until = main.since - DAY
    whole = main.since.day == 1 and is_month_end(main.until)
    if not whole:
        return Span(until - (main.until - main.since), until)
    months = (main.until.year - main.since.year) * 12 + main.until.month - main.since.month + 1
    return Span(shifted(main.since, -months), until)


def shifted(day: date, months: int) -> date:
    """The day so many months later; the last day of a month stays one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    longest = monthrange(year, month + 1)[1]
    return date(year, month + 1, longest if is_month_end(day) else min(day.day, longest))


def is_month_end(day: date) -> bool:
    """Whether the month ends with this day."""
    return (day + DAY).day == 1


def slices(asked: Asked, spans: Sequence[Span], figures: Iterable[Figure]) -> tuple[Slice, ...]:
    """The columns: one for each span, or one for each value of the dimension and their total."""
    if asked.request.by is None or asked.request.by in PERIODIC:
        return tuple(
            Slice(f"amount_{place + 1}" if place else "amount", written(asked, span), place)
            for place, span in enumerate(spans)
        )
    values = sorted({figure.value for figure in figures}, key=lambda value: (value is None, value))
    by_value = [
        Slice(f"amount_{place + 1}", value or asked.say("not_stated"), 0, value, is_all=False)
        for place, value in enumerate(values)
    ]
    return (*by_value, Slice("amount", asked.say("total"), 0))


def written(asked: Asked, span: Span) -> str:
    """A span above its column."""
    until = span.until.isoformat() if span.until else asked.say("everything")
    if span.since is None:
        return until
    return f"{span.since.isoformat()} {asked.say('to')} {until}"
