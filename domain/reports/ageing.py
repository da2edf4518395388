"""Ageing: how long each party's open items have been due, by account and currency."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from domain.identifiers import PARTY, written
from domain.ledger.figures import Span
from domain.ledger.subledger.ageing import BUCKETS, AgedParty, Basis, Control
from domain.ledger.subledger.ageing import ageing as aged
from domain.reports import making, parties, request
from domain.reports.report import Column, Report, Row, RowKind
from domain.reports.request import Asked

Amounts = tuple[int, ...]


def ageing(connection: Connection, asked: Asked) -> Report:
    """What is owed at the end of a day, above zero for receivables and payables alike.

    Totals are of one currency; those in base currency are of all. Raises Refusal
    `buckets_must_rise` and `party_must_exist`.
    """
    wanted = asked.request
    control = parties.control(asked)
    basis = request.word(Basis, wanted.basis, Basis.DUE_DATE, parameter="basis")
    buckets = wanted.buckets or BUCKETS
    as_of = request.day(connection, wanted)
    found = aged(
        connection,
        asked.company.id,
        as_of=as_of,
        control=control,
        basis=basis,
        buckets=buckets,
    )
    lines = [
        line
        for line in found.lines
        if wanted.party in (None, line.party) and wanted.account in (None, line.account)
    ]
    rows = (*by_account(asked, lines, control, as_of=str(as_of)), *totals(asked, lines, control))
    said = (*parties.spoken(connection, asked, control), (asked.say("ages_by"), asked.say(basis)))
    return making.report(asked, Span(None, as_of), columns(asked, buckets), rows, said=said)


def columns(asked: Asked, buckets: Iterable[int]) -> tuple[Column, ...]:
    """Who owes, what is not due, a column for each bucket, what is on account, and the totals."""
    starts = [1, *(last + 1 for last in buckets)]
    between = [
        Column(f"days_{start}_{last}", asked.say("days", since=start, until=last))
        for start, last in zip(starts, buckets, strict=False)
    ]
    over = starts[-1] - 1
    return (
        Column("account", asked.say("account"), "text"),
        Column("party", asked.say("party"), "text"),
        Column("name", asked.say("name"), "text"),
        Column("not_due", asked.say("not_due")),
        *between,
        Column(f"days_over_{over}", asked.say("days_over", days=over)),
        Column("on_account", asked.say("on_account")),
        Column("total", asked.say("total")),
        Column("base_total", asked.say("in_base"), currency=asked.company.base_currency),
    )


def by_account(
    asked: Asked, lines: Iterable[AgedParty], control: Control, *, as_of: str
) -> Iterator[Row]:
    """A row for each party, linked to its account that ends on the day."""
    for line in lines:
        named = (line.account, line.party_code, line.party_name)
        query = f"party={written(PARTY, line.party)}&control={control}&until={as_of}"
        link = f"/v1/reports/statement-of-account?{query}"
        yield Row(RowKind.LINE, (*named, *amounts(line, control)), 0, line.currency, link)


def totals(asked: Asked, lines: Iterable[AgedParty], control: Control) -> Iterator[Row]:
    """A total of each currency, and of all in base currency when there are several."""
    sums: defaultdict[str, list[Amounts]] = defaultdict(list)
    for line in lines:
        sums[line.currency].append(amounts(line, control))
    base = asked.company.base_currency
    every = 0
    for currency in sorted(sums, key=lambda each: (each != base, each)):
        summed = tuple(map(sum, zip(*sums[currency], strict=True)))
        every += summed[-1]
        kind = RowKind.TOTAL if len(sums) == 1 else RowKind.SUBTOTAL
        named = (asked.say("total"), None, None if len(sums) == 1 else currency)
        yield Row(kind, (*named, *summed), 0, currency)
    if len(sums) > 1:
        nothing = (None,) * (len(summed) - 1)
        named = (asked.say("total"), None, asked.say("all_in_base", currency=base))
        yield Row(RowKind.TOTAL, (*named, *nothing, every), 0, base)


def amounts(line: AgedParty, control: Control) -> Amounts:
    """The figures of a line, above zero for what is owed."""
    figures = (*line.buckets, line.on_account, line.total, line.base_total)
    return tuple(control.sign * figure for figure in figures)
