"""The ledger's care: heads kept outside, checks kept inside, differences said aloud."""

import logging
from dataclasses import replace
from uuid import uuid4

import pytest
from temporalio.testing import ActivityEnvironment

from activities.integrity import IntegrityActivities, Sealing
from domain.access import audit
from domain.database import transaction
from domain.ledger import checks
from domain.ledger.sealing import pack
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.sealed import Sealed


class Care:
    """The activities, each call under a workflow of its own unless one is named."""

    def __init__(self, book, folder):
        self.book = book
        self.sealed = Sealed(book)
        self.sealing = Sealing(self.sealed.signer, folder / "seals")
        self.activities = IntegrityActivities(book.database.app, self.sealing)

    def run(self, name, *, workflow=None):
        self.sealed.settle()
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, workflow_id=workflow or str(uuid4()))
        return environment.run(getattr(self.activities, name), self.book.tenant.id)

    def last(self, company=None):
        with self.book.transaction() as connection:
            return checks.last(connection, company)

    @property
    def kept(self):
        return pack.kept_heads(self.sealing.heads_of(self.book.tenant.id))


@pytest.fixture
def care(book, tmp_path):
    return Care(book, tmp_path)


def test_sealing_keeps_the_heads_outside_the_database(care):
    care.sealed.sales(3)
    assert care.run("seal_tenant") == 3
    assert care.run("seal_tenant") == 0
    assert care.kept == care.sealed.heads()
    assert care.last() is None


def test_a_head_whose_keeping_failed_is_kept_the_next_time(care):
    care.sealed.sales(1)
    care.sealed.seal()
    assert care.kept == []
    assert care.run("seal_tenant") == 0
    assert len(care.kept) == 1


def test_a_verified_tenant_has_a_check_of_each_company_and_of_its_seals(care, book):
    care.sealed.sales(2)
    care.run("seal_tenant")
    assert care.last(book.company) is None

    assert care.run("verify_tenant") == []

    of_book, of_seals = care.last(book.company), care.last()
    assert (of_book.found.entries, of_book.found.postings, of_book.found.holds) == (2, 4, True)
    assert "balances_equal_postings" in {check.name for check in of_book.found.checks}
    assert (of_seals.company, of_seals.found.entries, of_seals.found.holds) == (None, 2, True)


def test_a_difference_is_kept_and_said_and_the_next_night_comes(care, book, caplog):
    care.sealed.sales(2)
    care.run("seal_tenant")
    care.sealed.damage("UPDATE journal_entries SET narration = 'Gift' WHERE narration = 'Sale 2';"
                       "UPDATE balances SET debit = debit + 1 WHERE debit > 0")  # fmt: skip
    with caplog.at_level(logging.ERROR):
        differences = care.run("verify_tenant")

    assert ["bank: balances" in differences[0], "'Gift') was changed" in differences[1]] == [
        True, True,
    ]  # fmt: skip
    assert caplog.text.count("does not hold") == 2
    assert care.last(book.company).found.difference == differences[0]
    assert care.last().found.difference == differences[1]

    care.sealed.damage("UPDATE balances SET debit = debit - 1 WHERE debit > 0")
    care.run("verify_tenant")
    assert care.last(book.company).found.holds


def test_a_chain_that_was_rewritten_is_found_by_its_kept_heads(care, book):
    care.sealed.sales(2)
    care.run("seal_tenant")
    for table in ("seal_members", "seal_batches"):
        care.sealed.damage(f"DELETE FROM {table}")
    before = care.kept

    assert care.run("seal_tenant") == 2
    assert "kept_head_must_be_in_the_chain" in care.last().found.difference
    assert care.kept == before
    (difference,) = care.run("verify_tenant")
    assert "Batch 1 is not the one whose head you kept" in difference


def test_kept_heads_that_cannot_be_read_are_a_difference(care):
    care.sealed.sales(1)
    care.run("seal_tenant")
    care.sealing.heads_of(care.book.tenant.id).write_text("nonsense\n")
    (difference,) = care.run("verify_tenant")
    assert difference.startswith("The kept heads cannot be read.")
    assert care.run("seal_tenant") == 0
    assert "is no head" in care.last().found.difference


def noted(care, kind):
    """Something that the audit log says, sealed and kept."""
    tenant = care.book.tenant
    with transaction(care.book.database.edge, tenant.id) as connection:
        audit.note(connection, kind, user=tenant.user("asha"), facts={})
    care.run("seal_tenant")


def test_an_audit_log_that_was_cut_off_or_sealed_anew_is_found_by_its_kept_heads(care):
    noted(care, "session.begun")
    noted(care, "session.ended")
    kept = care.sealing.audit_heads_of(care.book.tenant.id)
    assert len(kept.read_text().splitlines()) == 2
    assert care.run("verify_tenant") == []

    # Whoever owns the database takes the end away: what is left holds by itself.
    for table, rows in (("audit_seals", "batch = 2"), ("audit_log", "kind = 'session.ended'")):
        care.sealed.damage(
            f"ALTER TABLE {table} DISABLE TRIGGER stay; DELETE FROM {table} WHERE {rows};"
            f"ALTER TABLE {table} ENABLE TRIGGER stay"
        )
    (difference,) = care.run("verify_tenant")
    assert difference == "Batch 2 of the audit log is not the one whose head was kept."

    noted(care, "session.begun")
    assert "audit log" in care.last().found.difference
    assert len(kept.read_text().splitlines()) == 2


def test_a_check_is_kept_once_for_its_workflow(care, book):
    care.sealed.sales(1)
    care.run("verify_tenant", workflow="one night")
    first = care.last(book.company)
    care.sealed.sales(1, first=2)
    care.run("verify_tenant", workflow="one night")
    assert care.last(book.company) == first
    care.run("verify_tenant", workflow="the next")
    assert care.last(book.company).found.entries == 2


def test_a_check_is_the_tenants_own(care, database):
    other = Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    care.sealed.sales(1)
    care.run("verify_tenant")
    with other.transaction() as connection:
        assert checks.last(connection, care.book.company) is None
        assert checks.last(connection, None) is None
