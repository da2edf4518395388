"""A posting names an entry, an account and a dimension set that exist, whoever writes it."""

from uuid import UUID

import pytest
from sqlalchemy import text

from tests.domain.refused import refused

PLANT = """
    INSERT INTO postings SELECT tenant_id, {entry}, line + 100, {account}, entry_date, currency,
        amount, base_amount, {dimensions}
    FROM postings
"""
OF_NO_COMPANY = f"""
    INSERT INTO journal_entries (tenant_id, id, company_id, entry_date, kind, narration, effect_key,
        content_hash)
    SELECT tenant_id, '{UUID(int=1)}', '{UUID(int=2)}', entry_date, kind, narration, 'planted', ''
    FROM journal_entries
"""
AS_IT_IS = {"entry": "entry_id", "account": "account_id", "dimensions": "dimension_set_id"}


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("entry", f"'{UUID(int=1)}'", "posting_must_have_entry"),
        ("account", "-1", "posting_must_have_account_and_dimensions"),
        ("dimensions", "-1", "posting_must_have_account_and_dimensions"),
    ],
)
def test_the_owner_cannot_plant_a_posting_of_nothing(book, column, value, code):
    book.post(book.sale())
    before = book.state()

    with refused(code), book.as_owner() as connection:
        connection.execute(text(PLANT.format(**AS_IT_IS | {column: value})))

    assert book.state() == before


def test_the_owner_cannot_plant_an_entry_of_no_company(book):
    book.post(book.sale())
    before = book.state()

    with refused("posting_must_have_entry"), book.as_owner() as connection:
        connection.execute(text(OF_NO_COMPANY))
        connection.execute(text(PLANT.format(**AS_IT_IS | {"entry": f"'{UUID(int=1)}'"})))

    assert book.state() == before


@pytest.mark.parametrize("table", ["companies", "journal_entries", "accounts", "dimension_sets"])
@pytest.mark.parametrize("statement", ["DELETE FROM {table}", "TRUNCATE {table} CASCADE"])
def test_what_a_posting_names_cannot_be_taken_away(book, table, statement):
    book.post(book.sale())

    with refused("record_must_stay"), book.as_owner() as connection:
        connection.execute(text(statement.format(table=table)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts SET company_id = company_id",
        "UPDATE companies SET id = id",
        "UPDATE companies SET base_currency = base_currency",
    ],
)
def test_what_postings_are_read_by_stays_as_it_was(book, statement):
    with refused("record_must_stay"), book.as_owner() as connection:
        connection.execute(text(statement))
