"""python-accounting as its documentation drives it: an invoice, its line item, and `post`.

It commits once for each pair of ledger rows and has no batch.
"""

import random
import sys
from datetime import datetime
from typing import Any

from python_accounting.database.session import get_session
from python_accounting.models import Account, Base, Currency, Entity, Ledger, LineItem
from python_accounting.reports import TrialBalance
from python_accounting.transactions import ClientInvoice
from sqlalchemy import Connection, Table, create_engine, func, insert, select, text

from benchmarks.peers.speech import Answer, each_timed, serve, timed

ENGINE = create_engine(sys.argv[1].replace("postgresql://", "postgresql+psycopg2://"))
SESSION = get_session(ENGINE)


def lay_out() -> tuple[int, list[int], list[int]]:
    """Entity, twelve receivable and twelve revenue accounts."""
    Base.metadata.create_all(ENGINE)
    entity = Entity(name="Kontor")
    SESSION.add(entity)
    SESSION.commit()
    rupee = Currency(name="Indian rupee", code="INR", entity_id=entity.id)
    SESSION.add(rupee)
    SESSION.commit()
    kinds = (
        *(Account.AccountType.RECEIVABLE,) * 12,
        *(Account.AccountType.OPERATING_REVENUE,) * 12,
    )
    found = []
    for number, kind in enumerate(kinds):
        account = Account(
            name=f"Account {number}", account_type=kind, currency_id=rupee.id, entity_id=entity.id
        )
        SESSION.add(account)
        SESSION.commit()
        found.append(account.id)
    return entity.id, found[:12], found[12:]


ENTITY, CLIENTS, REVENUES = lay_out()


def single(count: int) -> Answer:
    """One invoice after another."""
    work = [
        (random.choice(CLIENTS), random.choice(REVENUES), random.randint(1, 100_000))
        for _ in range(count)
    ]
    return {"seconds": each_timed(post, work)}


def post(client: int, revenue: int, amount: int) -> None:
    """As documented."""
    invoice = ClientInvoice(
        narration="Sale of goods",
        transaction_date=datetime.now(),
        account_id=client,
        entity_id=ENTITY,
    )
    SESSION.add(invoice)
    SESSION.flush()
    item = LineItem(narration="Sale of goods", account_id=revenue, amount=amount, entity_id=ENTITY)
    SESSION.add(item)
    SESSION.flush()
    invoice.line_items.add(item)
    SESSION.add(invoice)
    invoice.post(SESSION)


def fill(postings: int) -> Answer:
    """Up to so many ledger rows in all. Posting them takes half an hour: the last is copied."""
    with ENGINE.begin() as connection:
        held = connection.execute(select(func.count()).select_from(Ledger.__table__)).scalar_one()
        tables = [Base.metadata.tables[name] for name in COPIED]
        for table in tables:
            rows = copies(connection, table, (postings - held) // 2)
            connection.execute(insert(table), rows)
        connection.exec_driver_sql(
            "SELECT setval(pg_get_serial_sequence('recyclable', 'id'), max(id)) FROM recyclable"
        )
        connection.exec_driver_sql("ANALYZE")
    return {}


# An invoice is one row of each, and two of the ledger and its recyclables.
COPIED = ("recyclable", "transaction", "line_item", "ledger")
ROWS = 4


def copies(connection: Connection, table: Table, count: int) -> list[dict[str, Any]]:
    """Rows like those of the last invoice, its ids moved on by each copy."""
    last = connection.execute(select(func.max(Ledger.__table__.c.id))).scalar_one()
    rows = connection.execute(select(table).where(table.c.id > last - ROWS)).mappings().all()
    return [
        {
            name: value + ROWS * number if name in MOVED else renamed(name, value, number)
            for name, value in row.items()
        }
        for number in range(1, count + 1)
        for row in rows
    ]


MOVED = ("id", "transaction_id", "line_item_id")


def renamed(name: str, value: Any, number: int) -> Any:
    """A number of its own for each copy."""
    return f"{value}/{number}" if name == "transaction_no" else value


def trial_balance() -> Answer:
    """Its report."""
    seconds, report = timed(lambda: TrialBalance(SESSION))
    amounts = report.result_amounts
    SESSION.commit()
    assert amounts["DEBIT"] == amounts["CREDIT"] > 0, amounts
    return {"seconds": seconds, "lines": len(CLIENTS) + len(REVENUES)}


def standing() -> Answer:
    """Entries, and that each has a debit and a credit."""
    with ENGINE.begin() as connection:
        entries, rows = connection.execute(
            text("SELECT count(DISTINCT transaction_id), count(*) FROM ledger")
        ).one()
    assert rows == 2 * entries, f"{entries} entries have {rows} ledger rows."
    return {"entries": entries}


if __name__ == "__main__":
    serve(single=single, fill=fill, trial_balance=trial_balance, standing=standing)
