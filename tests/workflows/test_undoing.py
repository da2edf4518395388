"""Undoing goes on past what fails, says what is left, and tolerates what was undone before."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from domain.access import company as masters
from domain.definitions.catalog import Catalog, load
from domain.definitions.checking import Surroundings
from domain.ledger import book as ledger
from domain.ledger import limits
from domain.ledger.limits import Limit
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.database import ENGINE, Database
from tests.domain.refused import refused
from tests.invoices import rupees
from tests.office import Case, Office, open_office
from tests.sandbox.bank_process import BankProcess

CONFIG = Path(__file__).parents[2] / "config"
MOVE = """
process: office_move
title: Move of the office
summary: A move is booked in three entries and may be called off.
reference_prefix: MOVE
fields:
  cost: {type: money, label: Cost, required: true}
subject: "Move"
amount: cost
stages:
  booking: {title: Booking, post: [travel, rent, repair], then: booked, otherwise: refused}
  booked: {title: Booked, asks: operations}
  moved: {title: Moved, ends: completed}
  refused: {title: Refused, ends: cancelled}
  cancelled: {title: Cancelled, ends: cancelled}
  reversed: {title: Reversed, ends: compensated}
actions:
  start: {title: Plan a move, by: [accounts_payable]}
  move: {title: Move, by: [operations], from: [booked], to: moved}
  call_off:
    {title: Off, by: [finance_head], from: [booked], to: reversed, undoes: [travel, rent, repair]}
  repair: {title: Repair, by: [operations]}
given_up: {to: cancelled, undone: reversed}
journals:
  travel: {narration: Travel, date: today, postings: "Dr  travel  cost\\nCr  bank  cost"}
  rent: {narration: Rent, date: today, postings: "Dr  office_rent  cost\\nCr  bank  cost"}
  repair: {narration: Repair, date: today, postings: "Dr  repairs  cost\\nCr  bank  cost"}
"""


@pytest.fixture(scope="module")
def movers(
    database: Database, bank: BankProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """An office that only moves."""
    folder = tmp_path_factory.mktemp("processes")
    (folder / "office_move.yaml").write_text(MOVE)
    around = Surroundings(CONFIG / "roles.yaml", CONFIG / "chart_of_accounts.yaml")
    own: Catalog = load(folder, around)
    tenant = open_tenant(database.admin, Tenant(uuid4()))
    with open_office(database, tenant, bank, own, address=os.environ[ENGINE]) as opened:
        yield replace(opened, type="office_move")


def keep_at_least(office: Office, account: str, floor: int | None) -> None:
    """A floor that a reversal would break, or none any more."""
    book = Book(office.database, office.tenant)
    with book.transaction() as connection:
        limits.set_limit(
            connection, book.company, Limit(account, floor=floor),
            person=office.tenant.person("deepa"),
        )  # fmt: skip


def booked(office: Office, cost: str) -> Case:
    return office.receive({"cost": rupees(cost)}).stands_at("booked")


def mirrored(case: Case) -> list[str]:
    """What was reversed, in the order it was."""
    rows = case.office.rows(
        "SELECT m.narration FROM journal_entries e JOIN journal_entries m ON m.id = e.reverses "
        "WHERE e.process_id = :id ORDER BY e.recorded_at",
        id=case.process,
    )
    return [row.narration for row in rows]


def test_the_others_are_undone_and_the_failing_one_says_what_is_left(movers: Office):
    case = booked(movers, "100.00")
    keep_at_least(movers, "repairs", 100_00)
    try:
        case.act("deepa", "call_off", "Too dear")
        parked = case.exception()
        assert parked.cause == "balance_must_stay_above_floor"
        assert parked.message.endswith("Not undone yet: repair.")
        assert case.record.reason == parked.message
        assert mirrored(case) == ["Rent", "Travel"]
        assert case.record.status == "exception"
        with refused("compensation_must_finish"):
            case.repair("esha", "cancel", "Leave it")
    finally:
        keep_at_least(movers, "repairs", None)
    case.repair("esha", "retry")

    assert case.outcome() == "reversed"
    assert mirrored(case) == ["Rent", "Travel", "Repair"]
    assert (case.record.status, case.record.reason) == ("compensated", "Too dear")


def test_two_that_fail_are_put_before_a_person_one_after_the_other(movers: Office):
    case = booked(movers, "200.00")
    keep_at_least(movers, "repairs", 200_00)
    keep_at_least(movers, "travel", 200_00)
    try:
        case.act("deepa", "call_off", "Too dear")
        assert case.exception().message.endswith("Not undone yet: repair, travel.")
        keep_at_least(movers, "repairs", None)
        case.repair("esha", "retry")
        second = case.exception()
        assert second.step == "reverse_entry.travel"
        assert second.message.endswith("Not undone yet: travel.")
    finally:
        keep_at_least(movers, "repairs", None)
        keep_at_least(movers, "travel", None)
    case.repair("esha", "retry")

    assert case.outcome() == "reversed"
    assert mirrored(case) == ["Rent", "Repair", "Travel"]


def test_an_entry_that_was_reversed_by_hand_counts_as_undone(movers: Office):
    case = booked(movers, "300.00")
    (rent,) = movers.rows(
        "SELECT id FROM journal_entries WHERE process_id = :id AND narration = 'Rent'",
        id=case.process,
    )
    with Book(movers.database, movers.tenant).transaction() as connection:
        today = masters.today(connection)
        ledger.reverse(connection, rent.id, on_date=today, reason="By hand", key=str(rent.id))
    case.act("deepa", "call_off", "Too dear")

    assert case.outcome() == "reversed"
    assert mirrored(case) == ["Repair", "Travel"]
    assert any("It was reversed before, by jrn_" in title for title in case.titles())
