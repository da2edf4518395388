"""The auditor finds what was lost, done twice or changed afterwards: each in a book made wrong so.

Every change is made by the superuser with triggers off, seen, and rolled back.
"""

import ast
import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

import sandbox.auditor
from config.keys import new_signing_key
from config.settings import Settings
from domain.access import audit, audit_seals
from domain.database import transaction
from domain.identifiers import TENANT, new_uuid, written
from domain.ledger.sealing import seals
from domain.ledger.sealing.seals import Signer
from sandbox.auditor.auditing import findings, look
from sandbox.auditor.reading import read_tables
from sandbox.auditor.seen import Asked, Places, Seen
from tests.bulk import BULK, Desk, given
from tests.database import ENGINE
from tests.invoices import invoice, large_invoice
from tests.office import Case, Office
from tests.scenarios.scenario import document
from tests.today import today

PACKAGE = Path(sandbox.auditor.__file__).parent
OTHERS = {"psycopg", "temporalio", "cryptography"}
# Due before today, and so paid at whatever time of day this runs.
YESTERDAY = today() - timedelta(days=1)
DUE = {"invoice_date": YESTERDAY.isoformat(), "due_date": YESTERDAY.isoformat()}
LAST_MONTH = YESTERDAY.replace(day=1) - timedelta(days=1)


@dataclass(frozen=True)
class Book:
    """What was played, and how it was seen while everything was right."""

    office: Office
    paid: Case
    seen: Seen

    def changed(self, statement: str) -> list[str]:
        """What the auditor finds after a change, which is taken back."""
        url = self.office.database.admin_url.replace("+psycopg", "")
        tenant = str(self.office.tenant.id)
        values = {"paid": self.paid.process, "tenant": tenant}
        with psycopg.connect(url, row_factory=dict_row) as connection:
            connection.execute("SET LOCAL session_replication_role = replica")
            assert connection.execute(statement, values).rowcount, f"{statement}: no row"
            rows = read_tables(connection, [tenant])
            connection.rollback()
        return findings(replace(self.seen, rows=rows, index={}))


@pytest.fixture(scope="module")
def book(office: Office) -> Book:
    """Paid in two levels, corrected by two, decided in bulk, waiting; sealed, as is the log."""
    paid = office.receive(large_invoice(**DUE))
    paid.decide("bina")
    paid.decide("deepa")
    paid.stands_at("paid")
    corrected(office)
    leave = replace(office, type="leave_request")
    leave.receive(document(office.catalog.get("leave_request"), {}))
    in_bulk(office)
    signer = Signer(new_signing_key())
    for kind in ("session.begun", "role.changed", "session.refused"):
        with transaction(office.database.app, office.tenant.id) as connection:
            audit.note(connection, kind, user=office.tenant.user("bina"), facts={"über": [1, None]})
    office.database.settle()
    for seal in (seals.seal, audit_seals.seal):
        with transaction(office.database.app, office.tenant.id) as connection:
            assert seal(connection, signer)
    paid.outcome()
    return Book(office, paid, asyncio.run(look(places(office), [])))


def corrected(office: Office) -> None:
    """Its month was locked before it was posted; two people correct the date."""
    given = invoice(**DUE | {"invoice_date": LAST_MONTH.isoformat()})
    case = office.receive(given)
    office.set_period("locked", LAST_MONTH)
    case.decide("bina")
    waiting = case.propose("esha", "fix", given=given | DUE)
    case.confirm("deepa", waiting["hash"])
    office.set_period("open", LAST_MONTH)
    case.stands_at("paid").outcome()


def in_bulk(office: Office) -> None:
    """Two are approved in bulk."""
    cases = [office.receive(invoice(**DUE)) for _ in range(2)]

    def sign(action: str, subject: str, content: object) -> str:
        return office.signed("bina", action, subject, content).signed

    reader, edge = office.database.reader, office.database.edge
    means = office.signed("bina", "start", "", {}).means
    desk = Desk(reader, edge, office.tenant, office.tenant.user("bina"), sign, means)
    selection, process = desk.freeze([case.task.id for case in cases]), new_uuid()
    desk.instruct(selection, process, "approve", None)
    bulk = replace(office, type=BULK).receive(
        given(selection, "approve"), by="bina", process=process
    )
    assert bulk.outcome() == "done"
    for case in cases:
        case.stands_at("paid").outcome()


def places(office: Office) -> Places:
    """Where the office's world is looked at."""
    return Places(
        office.database.admin_url.replace("+psycopg", ""),
        office.bank.url,
        os.environ[ENGINE],
        Settings().temporal_namespace,
        {str(office.tenant.id): written(TENANT, office.tenant.id)},
    )


def test_where_all_is_right_nothing_is_found(book: Book):
    assert findings(book.seen) == []
    counts = {name: len(rows) for name, rows in book.seen.rows.items()}
    assert all(counts.values()), f"nothing of some of these was looked at: {counts}"


PAID = "WHERE process_id = %(paid)s"
ONE = "(SELECT id FROM {} WHERE process_id = %(paid)s ORDER BY id LIMIT 1)"
ENTRY = ONE.format("journal_entries")
DECIDERS = f"(SELECT array_agg(person_id) FROM decisions {PAID})"
MAKER = "(SELECT created_by FROM processes WHERE id = %(paid)s)"
LAST = f"(SELECT max(person_id::text)::uuid FROM decisions {PAID})"
LOGIN = "(SELECT created_by_user FROM processes WHERE id = %(paid)s)"
OWN = "WHERE tenant_id = %(tenant)s"
CHANGES = {
    "a posting by a paisa": (
        f"UPDATE postings SET amount = amount + 1 WHERE line = 1 AND entry_id = {ENTRY}",
        "O2", "is out of balance by 1 (amount)",
    ),
    "a balance": (f"UPDATE balances SET debit = debit + 1 {OWN}", "O2", "balances says"),
    "a day": (f"DELETE FROM day_movements {OWN}", "O2", "day_movements says 0"),
    "a number": (f"DELETE FROM voucher_numbers WHERE entry_id = {ENTRY}", "O2", "has a gap"),
    "what was sent": (
        f"UPDATE partner_calls SET state = 'refused' {PAID}", "O3", "but the bank paid it",
    ),
    "what was sent is forgotten": (
        f"DELETE FROM partner_calls {PAID}", "O3", "of which we have no record",
    ),
    "an end": ("UPDATE processes SET status = 'waiting' WHERE id = %(paid)s", "O4", "its workflow"),
    "a stage": (
        "UPDATE processes SET stage = 'reversed' WHERE id = %(paid)s",
        "O4", "is completed at reversed, which ends as compensated",
    ),
    "a stage that is none": (
        "UPDATE processes SET stage = 'nowhere' WHERE id = %(paid)s", "O4", "does not have",
    ),
    "a task": (
        f"UPDATE tasks SET state = 'withdrawn', closed_at = now() {OWN} AND state = 'open'",
        "O4", "stands at manager_approval with 0 open tasks",
    ),
    "a task too many": (
        f"UPDATE tasks SET state = 'open', closed_at = NULL {PAID}", "O4", "of another stage",
    ),
    "for whom it waits": (
        f"UPDATE processes SET waiting_for = 'hr' {OWN} AND status = 'waiting'",
        "O4", "waits for hr",
    ),
    "a document": (
        f"UPDATE documents SET content = content || '{{\"vendor\": \"V-002\"}}' {PAID}",
        "O4", "is not what its hash says",
    ),
    "a document that waits": (
        f"UPDATE tasks SET subject_hash = 'another' {OWN} AND state = 'open'",
        "O4", "asks about a document that it no longer has",
    ),
    "a decision": (f"DELETE FROM decisions {PAID}", "O4", "has 0 decisions"),
    "a process": ("DELETE FROM processes WHERE id = %(paid)s", "O4", "has no process"),
    "an entry": (f"DELETE FROM journal_entries WHERE id = {ENTRY}", "O4", "with the entries"),
    "what goes on": (
        f"UPDATE processes SET status = 'running' {OWN} AND status = 'waiting'",
        "O5", "is running at manager_approval and nothing happens",
    ),
    "whom it waits for": (
        f"UPDATE processes SET waiting_for = NULL {OWN} AND status = 'waiting'",
        "O5", "waits for nobody",
    ),
    "an effect": (
        f"DELETE FROM effects WHERE effect_key IN (SELECT effect_key FROM evidence {PAID})",
        "O6", "has 0 effects and 1 evidence rows",
    ),
    "an event": (f"DELETE FROM events {PAID}", "O6", "are 0 events and 1 evidence rows"),
    "where the entry was proven": (
        f"DELETE FROM evidence {PAID} AND transaction_id IN"
        f" (SELECT transaction_id FROM journal_entries {PAID})", "O6", "no evidence was written",
    ),
    "how far it is": (
        "UPDATE processes SET sequence = sequence + 9 WHERE id = %(paid)s", "O6", "its evidence at",
    ),
    "words": (f"UPDATE evidence SET title = 'Paid' {PAID}", "O7", "is not what its digest says"),
    "who checked": (
        f"UPDATE decisions SET person_id = {MAKER} {PAID}", "O8", "who made it",
    ),
    "who checked twice": (
        f"UPDATE decisions SET person_id = {LAST} {PAID}", "O8", "was checked twice by",
    ),
    "for whom she checked": (
        f"UPDATE decisions SET on_behalf_of = {MAKER}, delegation_id = %(paid)s {PAID}",
        "O8", "who made it",
    ),
    "whom it is about": (
        f"UPDATE processes SET concerned = {DECIDERS} WHERE id = %(paid)s",
        "O8", "whom it is about",
    ),
    "by which login": (
        f"UPDATE decisions SET user_id = {LOGIN} {PAID}",
        "O8", "by a login that is not the person's",
    ),
    "on what": (f"UPDATE decisions SET subject_hash = 'another' {PAID}", "O8", "another document"),
    "who confirmed": (
        f"UPDATE repair_proposals SET state = 'dropped', confirmed_by = NULL {OWN}",
        "O8", "by fix, which nobody confirmed",
    ),
    "what became of an item": (f"DELETE FROM bulk_items {OWN}", "O9", "is not known"),
    "an item": (f"DELETE FROM bulk_instructions {OWN} AND position = 2", "O9", "never selected"),
    "a selection": (
        f"DELETE FROM selection_items {OWN} AND position = 2", "O9", "its selection another number",
    ),
    "an amount selected": (
        f"UPDATE selection_items SET amount = amount + 1 {OWN}", "O9", "told the totals",
    ),
    "what was decided in bulk": (
        f"DELETE FROM decisions {OWN} AND task_id IN (SELECT item_id FROM selection_items {OWN})",
        "O9", "is done, and nobody decided it",
    ),
    "a sealed narration": (
        f"UPDATE journal_entries SET narration = 'Rent' WHERE id = {ENTRY}",
        "O10", "is not what was sealed",
    ),
    "a sealed posting": (
        f"UPDATE postings SET dimension_set_id = -dimension_set_id WHERE entry_id = {ENTRY}",
        "O10", "is not what was sealed",
    ),
    "a member of a batch": (
        f"DELETE FROM seal_members WHERE entry_id = {ENTRY}", "O10", "never was sealed",
    ),
    "a sealed entry": (
        f"DELETE FROM journal_entries WHERE id = {ENTRY}", "O10", "was sealed and is gone",
    ),
    "a head": (
        f"UPDATE seal_batches SET head = replace(head, '\"form\":1', '\"form\": 1') {OWN}",
        "O10", "is not what its key signed",
    ),
    "a key": (f"DELETE FROM seal_keys {OWN}", "O10", "signed by a key that is not there"),
    "a line of the log": (
        f"UPDATE audit_log SET facts = '{{}}' {OWN} AND kind = 'role.changed'",
        "O10", "of the audit log has another root",
    ),
    "a line that is gone": (
        f"DELETE FROM audit_log {OWN} AND kind = 'role.changed'", "O10", "another root",
    ),
    "a signature of the log": (
        f"UPDATE audit_seals SET signature = sha512('') {OWN}", "O10", "is not what its key signed",
    ),
    "a chain": (
        f"UPDATE audit_seals SET head = replace(head, repeat('0', 64), repeat('1', 64)) {OWN}",
        "O10", "does not follow the one before it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found(book: Book, change: str):
    statement, code, words = CHANGES[change]
    found = book.changed(statement)
    assert [each for each in found if each.startswith(f"{code} ") and words in each], found


def test_a_repair_that_one_confirmed_alone_is_found(book: Book):
    rows = {**book.seen.rows}
    rows["proposals"] = [
        {**each, "confirmed_by": each["proposed_by"]} for each in rows["proposals"]
    ]
    found = findings(replace(book.seen, rows=rows, index={}))
    assert len(found) == 1
    assert found[0].startswith("O8 ")
    assert found[0].endswith("was resolved by fix by one person alone")


def test_what_the_bank_did_and_nobody_asked_for_is_found(book: Book):
    first, *rest = book.seen.bank
    for bank, words in (
        ([first, *book.seen.bank], "2 times"),
        (rest, "is paid by the record, not by the bank"),
        ([*book.seen.bank, {**first, "key": "another"}], "of which we have no record"),
        ([{**first, "amount": 1}, *rest], "but the bank's payments are [1]"),
    ):
        found = findings(replace(book.seen, bank=bank))
        assert any(each.startswith("O3 ") and words in each for each in found), found


def test_an_engine_that_tells_another_story_is_found(book: Book):
    id = book.paid.record.workflow_id
    for workflows, words in (
        ({**book.seen.workflows, id: "RUNNING"}, "is completed, its workflow RUNNING"),
        ({**book.seen.workflows, id: "RAN TWICE"}, "is completed, its workflow RAN TWICE"),
        ({**book.seen.workflows, "tnt_x/y": "RUNNING"}, "has no process"),
    ):
        found = findings(replace(book.seen, workflows=workflows))
        assert [each for each in found if words in each] == found != []


def test_what_clients_know_is_compared(book: Book):
    id = book.paid.record.workflow_id
    asked = Asked(id, "paid", None, 2, 1, 59_000_00)
    effect = next(e["effect_key"] for e in book.seen.rows["effects"] if id in e["effect_key"])
    for told, words in (
        (replace(asked, stage="reversed"), "stands at paid, expected reversed"),
        (replace(asked, entries=1), "has 2 journal entries, expected 1"),
        (replace(asked, payments=2), "1 times, expected 2"),
        (replace(asked, amount=1), "is about 5900000, expected 1"),
        (replace(asked, book={"bank": -1}), "has in the book"),
        (replace(asked, postings=[["bank", -1]]), "has the postings"),
        (replace(asked, refused=[effect]), "was refused to the client, yet it took effect"),
        (replace(asked, acknowledged=["x"]), "was acknowledged to the client, yet has no effect"),
        (replace(asked, workflow_id="x"), "was acknowledged but has no process"),
    ):
        assert any(words in each for each in of_clients(book, [told])), words
    there = [each for each in of_clients(book, [asked]) if "nobody asked" not in each]
    assert there == []


def of_clients(book: Book, asked: Sequence[Asked]) -> list[str]:
    """What is found when clients told this."""
    return findings(replace(book.seen, asked=list(asked)))


def test_it_imports_nothing_of_the_product():
    allowed = {*sys.stdlib_module_names, *OTHERS}
    for file in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                is_its_own = name.startswith("sandbox.auditor")
                assert is_its_own or name.partition(".")[0] in allowed, f"{file.name}: {name}"
