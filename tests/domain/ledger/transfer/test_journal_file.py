"""Whole journals: exported, imported into an empty company, the same again."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest

from domain.canonical import written
from domain.ledger import entries
from domain.ledger.entry import EntryKind, Numbering, Posting, credit, debit
from domain.ledger.transfer import chunk as chunks
from domain.ledger.transfer import journal_file, restoring
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.transfer.conftest import OPEN_ACCOUNT
from tests.domain.refused import refused


def exported(book):
    with book.transaction() as connection:
        return list(journal_file.export(connection, book.company))


def restored(book, path, **how):
    person = book.tenant.person("asha")
    return restoring.restore(book.transaction, book.company, path, person=person, **how)


def timeless(lines):
    """Without when it was recorded, and so without the trailer's digest."""
    contents = [json.loads(line) for line in lines]
    for content in contents:
        content.pop("recorded_at", None)
        content.pop("sha256", None)
    return contents


@pytest.fixture
def empty(database):
    return Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))


@pytest.fixture
def file(rich, tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_text("".join(exported(rich)), encoding="utf-8")
    return path


def test_what_is_exported_imported_and_exported_is_the_same(rich, empty, file, monkeypatch):
    monkeypatch.setattr(chunks, "SIZE", 2)
    done = restored(empty, file)

    assert done.position == 6
    assert timeless(exported(empty)) == timeless(exported(rich))
    found, expected = empty.integrity(), rich.integrity()
    assert (found.entries, found.postings) == (expected.entries, expected.postings)
    assert found.difference is None
    with empty.transaction() as connection:
        first = entries.entries(connection, empty.company)[-1]
    assert first.number == "S/2026-27/001"
    assert first.entry.party == empty.tenant.party("V-001")


def test_numbers_count_on_after_an_import(rich, empty, file):
    restored(empty, file)
    with empty.transaction() as connection:
        sale = entries.entries(connection, empty.company)[-1].entry
    numbering = Numbering("sales", "S/{fiscal_year}/{sequence:03}")
    assert empty.post(replace(sale, numbering=numbering)).number == "S/2026-27/003"


def test_importing_again_changes_nothing(empty, file):
    first = restored(empty, file)
    before = empty.state()
    assert restored(empty, file) == first
    assert empty.state() == before


def test_an_import_that_was_stopped_continues(empty, file, monkeypatch):
    monkeypatch.setattr(chunks, "SIZE", 2)

    def stop(done, total):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restored(empty, file, progress=stop)
    assert restored(empty, file).position == 6
    assert empty.integrity().difference is None


def test_each_line_is_canonical_and_whole(rich):
    lines = exported(rich)
    assert all(line == written(json.loads(line)) + "\n" for line in lines)
    assert json.loads(lines[-1])["entries"] == 6


def test_a_company_with_entries_takes_no_journal(empty, file):
    empty.post(empty.sale())
    before = empty.state()
    with refused("company_must_be_empty"):
        restored(empty, file)
    assert empty.state() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[:-1],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
        lambda lines: [line.replace("11800", "11900") for line in lines],
        lambda lines: [*lines, lines[1]],
        lambda lines: ["{}\n", *lines],
        lambda lines: ["no json\n"],
        lambda lines: [],
    ],
)
def test_a_file_that_was_changed_is_refused(empty, file, change):
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(change(lines)), encoding="utf-8")
    before = empty.state()
    with refused("journal_file_must_be_whole"):
        restored(empty, file)
    assert empty.state() == before


def test_another_tenants_company_is_not_there(rich, empty, file):
    with refused("company_must_exist"), empty.transaction() as connection:
        list(journal_file.export(connection, rich.company))


def test_what_follows_the_book_needs_no_dimensions_that_an_account_asks_for(book, empty, tmp_path):
    stated = {
        "code": "by_branch", "title": "By branch", "kind": "asset", "opened_on": "2025-04-01",
        "required_dimensions": ["branch"], "forbidden_dimensions": ["project"],
    }  # fmt: skip
    with book.transaction() as connection:
        connection.execute(OPEN_ACCOUNT, {"company": book.company, "stated": stated})
    with_branch = (debit("by_branch", 1_00, branch="Mysuru"), credit("sales", 1_00))
    book.post(replace(book.sale(), postings=with_branch))
    worth = (Posting("by_branch", 0, "USD", 17_00), Posting("exchange_clearing", 0, "USD", -17_00))
    named = replace(worth[0], dimensions=(("project", "P"),))
    for postings in (worth, (named, worth[1])):
        book.post(replace(book.sale(), postings=postings, kind=EntryKind.REVALUATION))
    path = tmp_path / "journal.jsonl"
    path.write_text("".join(exported(book)), encoding="utf-8")

    assert restored(empty, path).position == 3
    assert timeless(exported(empty)) == timeless(exported(book))
