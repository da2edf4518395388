"""The least that an import does: read a table, COPY its entries and postings, add up in SQL.

It climbs no ladder of rules, knows no keys of effect and looks up nothing but accounts; the tables
are those of copy_floor.sql, so keys, indexes and the triggers of the second line are all there.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.ledger.facts import CURRENCY
from benchmarks.ledger.ground import Book, Ground, Standing, plain_url

SCHEMA = Path(__file__).with_suffix(".sql")
CHUNK = 10_000
COPY_ENTRIES = """
    COPY journal_entries (tenant_id, id, company_id, entry_date, kind, narration, effect_key,
        content_hash) FROM STDIN
"""
COPY_POSTINGS = """
    COPY postings (tenant_id, entry_id, line, account_id, entry_date, currency, amount, base_amount,
        dimension_set_id) FROM STDIN
"""
ADD_UP = """
    INSERT INTO {table} AS t (tenant_id, company_id, account_id, {day} currency, dimension_set_id,
        slot, debit, credit, base_debit, base_credit)
    SELECT tenant_id, %(company)s, account_id, {day} currency, dimension_set_id, 0,
           sum(greatest(amount, 0)), -sum(least(amount, 0)),
           sum(greatest(base_amount, 0)), -sum(least(base_amount, 0))
    FROM postings
    WHERE tenant_id = %(tenant)s AND entry_id BETWEEN %(first)s AND %(last)s
    GROUP BY tenant_id, account_id, {day} currency, dimension_set_id
    ORDER BY account_id, {day} currency
    ON CONFLICT (tenant_id, company_id, account_id, {day} currency, dimension_set_id, slot)
    DO UPDATE SET debit = t.debit + excluded.debit, credit = t.credit + excluded.credit,
        base_debit = t.base_debit + excluded.base_debit,
        base_credit = t.base_credit + excluded.base_credit
"""
ADD_UPS = (
    ADD_UP.format(table="day_movements", day="entry_date,"),
    ADD_UP.format(table="balances", day=""),
)
IDS = "SELECT uuidv7()::text FROM generate_series(1, %s)"
CHART = "SELECT code, id FROM accounts WHERE company_id = %s"
NO_DIMENSIONS = """
    INSERT INTO dimension_sets (tenant_id, dimensions) VALUES (%s, '{}')
    ON CONFLICT (tenant_id, dimensions) DO NOTHING
"""
DIMENSIONS = "SELECT id FROM dimension_sets WHERE tenant_id = %s AND dimensions = '{}'"
STANDING = """
    SELECT (SELECT count(*) FROM journal_entries WHERE company_id = %s), sum(debit), sum(credit)
    FROM balances WHERE company_id = %s
"""
# A hash of the length that ours have.
HASH = "\\\\x" + 32 * "00"

Cells = list[str]


def lay_out(ground: Ground) -> None:
    """Make the tables."""
    with psycopg.connect(plain_url(ground.owner)) as connection:
        connection.execute(SCHEMA.read_text())


@dataclass(frozen=True, slots=True)
class CopyFloor:
    """Into the book of a tenant whose accounts stand in our own tables."""

    ground: Ground
    book: Book

    def load(self, table: Path) -> None:
        """Ten thousand entries a transaction."""
        company = str(self.book.tenant.company)
        with self.connect() as connection:
            chart = dict(connection.execute(CHART, [company]).fetchall())
            connection.execute(NO_DIMENSIONS, [self.book.tenant.id])
            row = connection.execute(DIMENSIONS, [self.book.tenant.id]).fetchone()
            connection.commit()
            assert row
            for chunk in chunks(table):
                with connection.transaction():
                    self.copy(connection, chunk, chart, dimensions=row[0])

    def copy(
        self,
        connection: psycopg.Connection[Any],
        chunk: Sequence[list[Cells]],
        chart: dict[str, int],
        *,
        dimensions: int,
    ) -> None:
        """One chunk: two COPYs and two sums."""
        tenant, company = self.book.tenant.id, self.book.tenant.company
        ids = [row[0] for row in connection.execute(IDS, [len(chunk)])]
        heads, lines = [], []
        for entry, rows in zip(ids, chunk, strict=True):
            reference, day, narration = rows[0][:3]
            heads.append(
                f"{tenant}\t{entry}\t{company}\t{day}\timport\t{narration}\t{reference}\t{HASH}\n"
            )
            for line, (_, _, _, code, rupees) in enumerate(rows, 1):
                paise = int(rupees.replace(".", ""))
                lines.append(
                    f"{tenant}\t{entry}\t{line}\t{chart[code]}\t{day}\t{CURRENCY}\t{paise}\t{paise}"
                    f"\t{dimensions}\n"
                )
        cursor = connection.cursor()
        for statement, written in ((COPY_ENTRIES, heads), (COPY_POSTINGS, lines)):
            with cursor.copy(statement) as copy:
                copy.write("".join(written))
        span = {"tenant": tenant, "company": company, "first": ids[0], "last": ids[-1]}
        for statement in ADD_UPS:
            cursor.execute(statement, span)

    def standing(self) -> Standing:
        """Where its book stands."""
        with self.connect() as connection:
            row = connection.execute(STANDING, [self.book.tenant.company] * 2).fetchone()
        assert row
        return Standing(*(int(each or 0) for each in row))

    def connect(self) -> psycopg.Connection[Any]:
        """Row-level security takes no COPY, so it comes as one whom that does not bind."""
        options = "-c search_path=copy_floor,public"
        return psycopg.connect(plain_url(self.ground.owner), options=options)


def chunks(table: Path) -> Iterator[list[list[Cells]]]:
    """Rows by entry, so many entries at a time."""
    with table.open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        entries = (list(rows_of_one) for _, rows_of_one in groupby(rows, key=itemgetter(0)))
        while chunk := list(islice(entries, CHUNK)):
            yield chunk
