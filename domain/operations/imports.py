"""Importing opening balances and journals whose rows stand in the document."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from domain import money
from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.definitions.faults_of_input import RowErrors, Rows
from domain.ledger.statements import trial_balance
from domain.ledger.transfer import rows as importing
from domain.ledger.transfer.rows import NAMES, Table
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"kind": "choice", "rows": "rows"}


def check(connection: Connection, company: Company, content: Content) -> None:
    """The rows are new, and each is sound: all that are not are named at once."""
    table = table_of(company, content)
    importing.check_new(connection, table)
    importing.check_not_asked_for(connection, company.id, content["rows"])
    rows = Rows("rows")
    for each in importing.look(connection, table).refusals:
        said = Refusal(each.code, f"Row {each.row}: {each.message}")
        rows.refuse(each.row - 1, each.column, said)
    if rows.errors:
        raise RowErrors("import_must_be_clean", rows.errors)


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Post all of it, or nothing."""
    facts = order.facts
    table = table_of(facts.company, facts.content)
    made = importing.post(connection, table, person=order.people.maker, process=facts.process)
    return {"entries": made.entries, "rows": len(table.rows), "digest": made.digest}


def preview(connection: Connection, company: Company, content: Content) -> Mapping[str, Any]:
    """What would be posted, and the trial balance before and after it."""
    found = importing.look(connection, table_of(company, content))
    added = defaultdict[str, int](int)
    for each in found.accounts:
        added[each.account] += each.debit - each.credit
    held = defaultdict[str, int](int)
    for line in trial_balance(connection, company.id).lines:
        held[line.code] += line.sums.base_amount
    return {
        "digest": found.digest,
        "entries": found.entries,
        "postings": found.postings,
        "currency": company.base_currency,
        "trial_balance": [
            {
                "account": code,
                "before": held[code],
                "added": added[code],
                "after": held[code] + added[code],
            }
            for code in sorted({*held, *added})
        ],
    }


def table_of(company: Company, content: Content) -> Table:
    """The rows of a document as the text that an import reads."""
    rows = [cells(row) for row in reading.rows(content, "rows")]
    return Table(company.id, company.base_currency, reading.text(content, "kind"), rows)


def cells(row: Content) -> dict[str, str]:
    """A row as text; what was left out stays out."""
    found: dict[str, str] = {}
    for name in NAMES:
        if name in ("debit", "credit"):
            amount = reading.money(row, name)
            found[name] = money.plain(amount.amount, amount.currency) if amount else ""
        else:
            found[name] = reading.text(row, name)
    return {name: value for name, value in found.items() if value}


IMPORT_ENTRIES = Operation(NEEDS, check, perform, preview)
