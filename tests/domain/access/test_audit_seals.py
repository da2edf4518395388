"""The audit log is sealed: whatever is changed behind its back shows, even to who owns it."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from config.keys import new_signing_key
from domain.access import audit, audit_seals
from domain.database import transaction
from domain.ledger.sealing.seals import Signer
from domain.ledger.sealing.verify_seal import leaf_hash, root_of
from sandbox.tenant import as_owner

SIGNER = Signer(new_signing_key())


class Log:
    """The log of one tenant."""

    def __init__(self, database, tenant):
        self.database, self.tenant = database, tenant

    def note(self, *kinds):
        for kind in kinds:
            with transaction(self.database.edge, self.tenant.id) as connection:
                audit.note(connection, kind, user=self.tenant.user("asha"), facts={"n": "“é”"})

    def seal(self, **most):
        """Once every earlier transaction of the server has ended."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with transaction(self.database.app, self.tenant.id) as connection:
                if (batch := audit_seals.seal(connection, SIGNER, **most)) is not None:
                    return batch
            time.sleep(0.05)
        return None

    def seal_again(self):
        with transaction(self.database.app, self.tenant.id) as connection:
            return audit_seals.seal(connection, SIGNER)

    @property
    def difference(self):
        with transaction(self.database.app, self.tenant.id) as connection:
            return audit_seals.difference(connection)

    def tamper(self, statement, table="audit_log"):
        with as_owner(self.database.admin, self.tenant.id) as connection:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER stay"))
            connection.execute(text(statement))
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER stay"))


@pytest.fixture
def log(database, tenant):
    made = Log(database, tenant)
    made.note("session.begun", "session.refused", "role.changed")
    assert made.seal(most=2) == 1
    assert made.seal() == 2
    made.note("session.ended")
    assert made.seal() == 3
    return made


def test_what_was_sealed_holds_and_is_not_sealed_twice(log):
    assert log.difference is None
    assert log.seal_again() is None


def test_what_nobody_touched_but_was_not_sealed_yet_is_no_difference(log):
    log.note("session.begun")
    assert log.difference is None


CHANGED = "of the audit log has a line that was changed"
PUT_IN = """
    INSERT INTO audit_log (tenant_id, kind, facts, transaction_id)
    SELECT tenant_id, 'x', '{}', transaction_id FROM audit_log WHERE kind = 'session.begun'
"""


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_log SET kind = 'x' WHERE kind = 'session.refused'", f"1 {CHANGED}"),
        ("UPDATE audit_log SET facts = '{}' WHERE kind = 'role.changed'", f"2 {CHANGED}"),
        ("UPDATE audit_log SET user_id = NULL WHERE kind = 'session.ended'", f"3 {CHANGED}"),
        ("DELETE FROM audit_log WHERE kind = 'session.refused'", "had 2 lines when it was sealed"),
        (PUT_IN, "was sealed, and has"),
    ],
)
def test_a_line_that_is_changed_taken_out_or_put_in_shows(log, statement, said):
    log.tamper(statement)
    assert said in log.difference


def test_a_batch_that_is_taken_out_or_signed_anew_by_nobody_shows(log):
    log.tamper("DELETE FROM audit_seals WHERE batch = 2", "audit_seals")
    assert "does not follow the one before" in log.difference


def test_a_head_that_is_rewritten_shows(log):
    rewritten = "UPDATE audit_seals SET head = replace(head, 'sealed_at', 'sealed_on')"
    log.tamper(f"{rewritten} WHERE batch = 3", "audit_seals")
    assert "is not what its key signed" in log.difference


def test_who_commits_late_is_met_by_a_later_batch(log):
    with transaction(log.database.edge, log.tenant.id) as late:
        audit.note(late, "late", user=None)
        log.note("early")
        assert log.seal_again() is None
    assert log.seal() == 4
    assert log.difference is None


def test_the_proof_of_a_time_can_be_recomputed_by_anybody(log):
    now = datetime.now(UTC)
    with transaction(log.database.reader, log.tenant.id) as connection:
        proof = audit_seals.proof(connection, since=now - timedelta(hours=1), until=now)
        none = audit_seals.proof(connection, since=now + timedelta(1), until=now + timedelta(2))
    assert [batch.number for batch in proof.batches] == [1, 2, 3]
    for batch in proof.batches:
        leaves = [leaf_hash(line.encode()) for line in proof.lines[batch.number]]
        assert root_of(leaves).hex() == batch.told["root"]
    assert none.batches == ()


def test_the_edge_seals_nothing(log):
    with (
        pytest.raises(Exception, match="permission denied"),
        transaction(log.database.edge, log.tenant.id) as connection,
    ):
        audit_seals.seal(connection, SIGNER)
