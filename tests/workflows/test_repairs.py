"""Repairing a parked step: tried again, corrected or left out by two people, assigned."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from domain.ledger import limits
from domain.ledger.limits import Limit
from tests.book import Book
from tests.domain.refused import refused
from tests.invoices import invoice, large_invoice
from tests.office import Case, Office
from tests.today import today

Json = dict[str, Any]
TODAY = today()
LAST_MONTH = TODAY.replace(day=1) - timedelta(days=1)


DATED = {"invoice_date": LAST_MONTH.isoformat()}


def late() -> Json:
    """Dated last month."""
    return invoice(**DATED)


@contextmanager
def parked_by_lock(office: Office, given: Json, *checkers: str) -> Iterator[Case]:
    """Dated last month, approved, and parked before posting: it takes no entries inside."""
    case = office.receive(given)
    office.set_period("locked", LAST_MONTH)
    try:
        for checker in checkers or ("bina",):
            case.decide(checker)
        case.exception()
        yield case
    finally:
        office.set_period("open", LAST_MONTH)


def refused_by_bank(office: Office, times: int = 1) -> Case:
    """Posted, and parked because the bank said no."""
    given = invoice()
    case = office.receive(given | {"due_date": given["invoice_date"]})
    office.bank.arm("refuse", times=times, match={"reference": case.opened.reference})
    case.decide("bina")
    case.exception()
    return case


def document(case: Case) -> Json:
    rows = case.office.rows("SELECT content FROM documents WHERE process_id = :id", id=case.process)
    return dict(rows[0].content)


def test_two_people_correct_a_date_and_the_entry_is_posted(office: Office):
    with parked_by_lock(office, given := late()) as case:
        waiting = case.propose(
            "esha", "fix", "It came this month", {**given, "invoice_date": TODAY.isoformat()}
        )
        assert case.record.status == "exception"
        assert document(case)["invoice_date"] == given["invoice_date"]
        with refused("checker_must_differ_from_maker"):
            case.confirm("esha", waiting["hash"])
        assert case.confirm("deepa", waiting["hash"])["resolution"] == "fix"
        case.stands_at("awaiting_due_date")

    assert document(case)["invoice_date"] == TODAY.isoformat()
    assert office.tenant.person("esha") in case.record.makers
    assert case.exceptions() == [("resolved", "fix", 1)]
    (proof,) = office.rows(
        "SELECT inputs FROM evidence WHERE process_id = :id AND step = 'confirm_repair'",
        id=case.process,
    )
    assert proof.inputs["before"]["invoice_date"] == given["invoice_date"]
    assert proof.inputs["after"]["invoice_date"] == TODAY.isoformat()
    assert proof.inputs["proposed_by"] == str(office.tenant.person("esha"))
    (entry,) = office.rows(
        "SELECT entry_date FROM journal_entries WHERE process_id = :id", id=case.process
    )
    assert entry.entry_date == TODAY


def test_a_fix_does_not_slip_another_amount_or_party_past_the_approvers(office: Office):
    with parked_by_lock(office, given := late()) as case:
        for changed in (large_invoice(**DATED), {**given, "vendor": "V-002"}):
            kept = {**changed, "invoice_number": given["invoice_number"]}
            with refused("approval_must_cover_the_fix"):
                case.propose("esha", "fix", "Higher", kept)
        with refused("fix_must_change_something"):
            case.propose("esha", "fix", "The same", given)
        with refused("input_must_match_definition"):
            case.propose("esha", "fix", "Half of it", {"vendor": "V-001"})
        with refused("reason_must_be_given"):
            case.propose("esha", "fix", " ", {**given, "invoice_date": TODAY.isoformat()})
        with refused("role_must_allow_action"):
            case.propose("asha", "fix", "Mine", {**given, "invoice_date": TODAY.isoformat()})

    assert case.record.amount == 2_950_000
    assert case.exceptions() == [("open", None, 1)]


def test_who_approved_it_does_not_correct_it(office: Office):
    with parked_by_lock(office, given := large_invoice(**DATED), "bina", "deepa") as case:  # noqa: SIM117
        with refused("checker_must_differ_from_maker"):
            case.propose("deepa", "fix", "Mine", {**given, "invoice_date": TODAY.isoformat()})


def test_what_was_proposed_anew_is_looked_at_anew(office: Office):
    with parked_by_lock(office, given := late()) as case:
        first = case.propose("esha", "fix", "Late", {**given, "invoice_date": TODAY.isoformat()})
        later = (TODAY + timedelta(days=90)).isoformat()
        dates = {"invoice_date": TODAY.isoformat(), "due_date": later}
        second = case.propose("esha", "fix", "Later", {**given, **dates})
        with refused("subject_changed"):
            case.confirm("deepa", first["hash"])
        case.confirm("deepa", second["hash"])
        case.stands_at("awaiting_due_date")

    assert document(case)["due_date"] == later


def test_a_retry_is_refused_while_its_cause_can_be_seen(office: Office):
    with parked_by_lock(office, late()) as case:
        with refused("cause_not_cleared"):
            case.repair("esha", "retry")
        assert case.exceptions() == [("open", None, 1)]
    case.repair("esha", "retry")
    case.stands_at("awaiting_due_date")
    assert case.exceptions() == [("resolved", "retry", 1)]


def test_a_retry_is_refused_while_a_limit_would_be_crossed(office: Office):
    ceiling = Limit("professional_fees", ceiling=1)
    with limited(office, ceiling):
        case = office.receive(invoice())
        case.decide("bina")
        assert case.exception().cause == "balance_must_stay_below_ceiling"
        with refused("cause_not_cleared"):
            case.repair("esha", "retry")
    case.repair("esha", "retry")
    case.stands_at("awaiting_due_date")


@contextmanager
def limited(office: Office, limit: Limit) -> Iterator[None]:
    """An account keeps within a limit inside."""
    book, person = Book(office.database, office.tenant), office.tenant.person("deepa")
    with book.transaction() as connection:
        limits.set_limit(connection, book.company, limit, person=person)
    try:
        yield
    finally:
        with book.transaction() as connection:
            limits.set_limit(connection, book.company, Limit(limit.account), person=person)


def test_a_retry_is_refused_while_the_account_is_closed(office: Office):
    close = "UPDATE accounts SET closed_on = CAST(:day AS date) WHERE code = 'professional_fees'"
    case = office.receive(invoice())
    office.rows(close, day=LAST_MONTH)
    try:
        case.decide("bina")
        assert case.exception().cause == "account_must_be_open"
        with refused("cause_not_cleared"):
            case.repair("esha", "retry")
    finally:
        office.rows(close, day=None)
    case.repair("esha", "retry")
    case.stands_at("awaiting_due_date")


def test_what_was_done_after_all_is_not_cancelled(office: Office):
    with parked_by_lock(office, late()) as case:
        # As if the step had timed out, and its transaction committed all the same.
        office.rows(
            "INSERT INTO effects (tenant_id, effect_key, content_hash, result) SELECT "
            "current_tenant(), workflow_id || '/post_journal.invoice/-/1', '', '{}' "
            "FROM processes WHERE id = :id",
            id=case.process,
        )
        exception = case.exception().id
        for way in ("cancel", "fix"):
            with refused("outcome_must_be_known"):
                office.ladder(exception, by="esha", way=way)
        office.ladder(exception, by="esha", way="assign")


def test_a_step_that_stops_again_opens_the_same_exception_again(office: Office):
    case = refused_by_bank(office, times=2)
    first = case.exception().id
    case.assign("esha", role="operations")
    case.repair("esha", "retry")
    again = case.exception()
    assert (again.id, again.tries, again.attempt) == (first, 2, 2)
    assert again.assigned_role == "operations"
    case.repair("esha", "retry")

    assert case.outcome() == "paid"
    assert case.exceptions() == [("resolved", "retry", 2)]


def test_an_exception_is_resolved_in_the_transaction_of_its_effect(office: Office):
    case = refused_by_bank(office)
    exception = case.exception().id
    case.office.bank.arm("slow", seconds=1, match={"reference": case.opened.reference})
    case.repair("esha", "retry")
    states = "SELECT state, resolved_at FROM exceptions WHERE id = :id"
    (while_under_way,) = office.rows(states, id=exception)
    assert tuple(while_under_way) == ("retrying", None)
    with refused("exception_must_be_open"):
        office.ladder(exception, by="esha", way="retry")

    assert case.outcome() == "paid"
    (at_the_end,) = office.rows(
        "SELECT e.resolved_at = p.business_at AS at_once FROM exceptions e JOIN evidence p "
        "ON p.process_id = e.process_id AND p.step = 'pay_party' AND p.outputs ? 'utr' "
        "WHERE e.id = :id",
        id=exception,
    )
    assert at_the_end.at_once


def test_what_is_posted_goes_on_saying_what_the_document_says(office: Office):
    case = refused_by_bank(office)
    given = document(case)
    with refused("book_must_agree_with_the_fix"):
        case.propose("esha", "fix", "Typo", {**given, "invoice_number": f"X/{uuid4().hex[:6]}"})

    line = {**given["lines"][0], "description": "Audit of the second quarter"}
    waiting = case.propose("esha", "fix", "Said the wrong quarter", {**given, "lines": [line]})
    case.confirm("deepa", waiting["hash"])
    assert case.outcome() == "paid"


def test_words_are_fixed_though_the_month_of_what_is_posted_was_locked_since(office: Office):
    given = late()
    case = office.receive(given | {"due_date": TODAY.isoformat()})
    office.bank.arm("refuse", times=1, match={"reference": case.opened.reference})
    case.decide("bina")
    assert case.exception().cause == "payment_refused"
    line = {**given["lines"][0], "description": "Audit of the second quarter"}
    office.set_period("locked", LAST_MONTH)
    try:
        waiting = case.propose("esha", "fix", "Wrong quarter", {**document(case), "lines": [line]})
        case.confirm("deepa", waiting["hash"])
        assert case.outcome() == "paid"
    finally:
        office.set_period("open", LAST_MONTH)


def test_while_the_outcome_is_unknown_only_asking_and_assigning_are_allowed(office: Office):
    given = invoice()
    case = office.receive(given | {"due_date": given["invoice_date"]})
    match = {"reference": case.opened.reference}
    office.bank.arm("error_before", times=0, match=match)
    case.decide("bina")
    assert case.exception().cause == "payment_outcome_unknown"
    changed = {**document(case), "due_date": (TODAY + timedelta(days=1)).isoformat()}
    with refused("outcome_must_be_known"):
        case.propose("esha", "fix", "Another day", changed)
    with refused("payment_must_not_be_skipped"):
        case.propose("esha", "skip", "Forget it")
    with refused("outcome_must_be_known"):
        case.repair("deepa", "cancel", "Forget it")
    assert case.assign("esha", person=office.tenant.person("deepa")) == "Deepa Menon"
    office.bank.arm("error_before", times=1, match=match)
    case.repair("esha", "retry")

    assert case.outcome() == "paid"
    assert len(office.bank.effects(reference=case.opened.reference)) == 1


def test_only_who_could_repair_it_is_given_it(office: Office):
    case = refused_by_bank(office)
    with refused("assignee_must_be_able"):
        case.assign("esha", person=office.tenant.person("asha"))
    with refused("assignee_must_be_able"):
        case.assign("esha", role="accounts_payable")
    with refused("assignee_must_be_one"):
        case.assign("esha")
    with refused("role_must_allow_action"):
        case.assign("asha", role="operations")
    case.repair("deepa", "cancel", "Enough")
    assert case.outcome() == "reversed"


def test_a_posting_is_never_skipped(office: Office):
    with parked_by_lock(office, late()) as case, refused("posting_must_not_be_skipped"):
        case.propose("esha", "skip", "Leave it")


def test_a_retry_that_replaces_a_proposal_drops_it(office: Office):
    case = refused_by_bank(office)
    line = {**document(case)["lines"][0], "description": "Other words"}
    case.propose("esha", "fix", "Words", {**document(case), "lines": [line]})
    case.repair("esha", "retry")

    assert case.outcome() == "paid"
    assert document(case)["lines"][0]["description"] != "Other words"
    (proposal,) = office.rows(
        "SELECT p.state FROM repair_proposals p JOIN exceptions e ON e.id = p.exception_id "
        "WHERE e.process_id = :id",
        id=case.process,
    )
    assert proposal.state == "dropped"
