"""A vendor's invoice from receipt to payment, every way it can go."""

import pytest

from domain.refusal import Refusal
from tests.domain.refused import refused
from tests.invoices import invoice, large_invoice, rupees
from tests.office import Case, Office

INVOICE_POSTED = """\
Dr professional_fees 25000.00
Dr input_cgst 2250.00
Dr input_sgst 2250.00
Cr vendor_payable 29500.00"""
INVOICE_PAID = """\
Dr vendor_payable 29500.00
Cr bank 29500.00"""
INVOICE_REVERSED = """\
Cr professional_fees 25000.00
Cr input_cgst 2250.00
Cr input_sgst 2250.00
Dr vendor_payable 29500.00"""


@pytest.fixture
def case(office: Office) -> Case:
    """Asha's invoice, waiting for bina."""
    return office.receive()


def paid_to_bank(case: Case) -> list[int]:
    effects = case.office.bank.effects(reference=case.opened.reference)
    return [effect["amount"] for effect in effects]


def test_an_invoice_is_approved_posted_and_paid(case: Case):
    case.decide("bina")
    case.stands_at("awaiting_due_date")
    case.act("esha", "pay_now")

    assert case.outcome() == "paid"
    assert case.book() == f"{INVOICE_POSTED}\n{INVOICE_PAID}"
    assert paid_to_bank(case) == [2_950_000]
    assert case.record.status == "completed"


def test_the_posted_invoice_draws_a_voucher_number(case: Case):
    case.decide("bina")
    case.stands_at("awaiting_due_date")

    assert any("as PI/" in title for title in case.titles())


def test_an_invoice_that_is_due_is_paid_at_once(office: Office):
    today = invoice()["invoice_date"]
    case = office.receive(invoice(due_date=today))
    case.decide("bina")

    assert case.outcome() == "paid"
    assert paid_to_bank(case) == [2_950_000]


def test_the_maker_cannot_check_her_own_invoice(case: Case):
    with refused("checker_must_differ_from_maker"):
        case.decide("asha")

    assert case.record.stage == "approval"


def test_somebody_without_the_role_cannot_check(case: Case):
    with refused("role_must_allow_action"):
        case.decide("chand")


def test_an_approver_cannot_go_beyond_her_limit(office: Office):
    case = office.receive(large_invoice())

    with refused("limit_exceeded", "finance_approver"):
        case.decide("deepa")


def test_a_large_invoice_needs_two_people(office: Office):
    case = office.receive(large_invoice())
    assert case.decide("bina").verdict == "next_level"
    with refused("checkers_must_be_distinct"):
        case.decide("bina")
    assert case.decide("deepa").verdict == "approved"
    case.stands_at("awaiting_due_date")


def test_a_rejected_invoice_leaves_the_book_alone(case: Case):
    case.decide("bina", "reject", "Not ours")

    assert case.outcome() == "rejected"
    assert case.book() == ""
    assert case.record.status == "cancelled"
    assert case.record.reason == "Not ours"


def test_a_rejection_needs_a_reason(case: Case):
    with refused("reason_must_be_given"):
        case.decide("bina", "reject")


def test_a_decision_on_what_has_changed_since_is_refused(case: Case):
    with refused("subject_changed"):
        case.decide_task("bina", case.task.id, "approve", None, seen="0" * 64)


def test_the_second_decision_names_who_was_first(case: Case):
    task = case.task
    case.decide("bina", "send_back", "Wrong rate")

    with refused("already_decided"):
        case.decide_task("deepa", task.id, "approve", None, seen=task.subject_hash)


def test_an_invoice_sent_back_is_corrected_and_checked_again(case: Case):
    content = case.office.rows(
        "SELECT content FROM documents WHERE process_id = :id", id=case.process
    )[0].content
    case.decide("bina", "send_back", "The rate is wrong")
    line = content["lines"][0] | {"quantity": "1", "net": rupees("10000.00")}
    corrected = content | {
        "lines": [line],
        "cgst": rupees("900.00"),
        "sgst": rupees("900.00"),
        "total": rupees("11800.00"),
    }
    case.amend("asha", corrected)
    case.decide("bina")
    case.stands_at("awaiting_due_date")

    assert case.book().splitlines()[-1] == "Cr vendor_payable 11800.00"
    assert case.record.amount == 1_180_000


def test_only_the_maker_corrects(case: Case):
    case.decide("bina", "send_back", "Wrong")
    with refused("role_must_allow_action"):
        case.amend("bina", invoice())


def test_a_bad_correction_is_refused_and_changes_nothing(case: Case):
    case.decide("bina", "send_back", "Wrong")
    with refused("arithmetic_must_agree"):
        case.amend("asha", invoice(total=rupees("1.00")))

    assert case.record.stage == "correction"


def test_an_invoice_is_cancelled_before_posting(case: Case):
    case.act("asha", "cancel", "Entered twice")

    assert case.outcome() == "cancelled"
    assert case.book() == ""
    assert not case.office.rows(
        "SELECT 1 FROM tasks WHERE process_id = :id AND state = 'open'", id=case.process
    )


def test_a_cancelled_invoice_may_be_entered_again(office: Office):
    given = invoice()
    office.receive(given).act("asha", "cancel", "Wrong vendor")

    assert office.receive(given).opened.refused is None


def test_a_posted_invoice_is_cancelled_with_a_reversal(case: Case):
    case.decide("bina")
    case.stands_at("awaiting_due_date")
    with refused("not_cancellable_after_posting"):
        case.act("asha", "cancel", "Too late")
    case.act("deepa", "reverse", "The vendor withdrew it")

    assert case.outcome() == "reversed"
    assert case.book() == f"{INVOICE_POSTED}\n{INVOICE_REVERSED}"
    assert paid_to_bank(case) == []
    assert case.record.status == "compensated"


def test_the_same_invoice_twice_is_refused_at_receipt(office: Office):
    given = invoice()
    first = office.receive(given)
    second = office.receive(given)

    assert second.outcome() == "refused"
    assert second.opened.refused is not None
    assert second.opened.refused.code == "document_must_be_unique"
    assert first.opened.reference in second.opened.refused.message


def test_a_correction_is_no_action_without_a_document(case: Case):
    case.decide("bina", "send_back", "Wrong")
    with refused("input_must_be_given"):
        case.act("asha", "amend")

    assert case.record.stage == "correction"


def test_an_external_reference_names_one_process(office: Office):
    office.receive(external_ref="ERP-1")
    second = office.receive(external_ref="ERP-1")

    assert second.outcome() == "refused"
    assert second.opened.refused is not None
    assert second.opened.refused.code == "external_ref_must_be_unique"


def test_somebody_without_the_role_starts_nothing(office: Office):
    case = office.receive(by="bina")

    assert case.outcome() == "refused"
    assert case.opened.refused is not None
    assert case.opened.refused.code == "role_must_allow_action"


def test_an_update_without_a_signed_actor_is_refused(case: Case):
    genuine = case.office.signed
    case.office.signed = lambda name, *_: genuine(name, "approve", "tsk_other", {})  # type: ignore[method-assign]
    try:
        with refused("actor_must_be_signed"):
            case.decide("bina")
        with refused("actor_must_be_signed"):
            case.act("asha", "cancel", "No")
    finally:
        case.office.signed = genuine  # type: ignore[method-assign]
    assert "WORKFLOW_EXECUTION_UPDATE_ACCEPTED" not in case.event_types()[9:]


def test_a_payment_refused_for_good_is_cancelled_and_reversed(case: Case):
    case.office.bank.arm("refuse", match={"reference": case.opened.reference})
    case.decide("bina")
    case.stands_at("awaiting_due_date")
    case.act("esha", "pay_now")

    assert case.exception().cause == "payment_refused"
    case.repair("esha", "cancel", "The vendor has closed its account")
    assert case.outcome() == "reversed"
    assert case.book() == f"{INVOICE_POSTED}\n{INVOICE_REVERSED}"
    assert paid_to_bank(case) == []


def test_a_refused_payment_is_tried_anew_under_a_new_key(case: Case):
    case.office.bank.arm("refuse", match={"reference": case.opened.reference})
    case.decide("bina")
    case.stands_at("awaiting_due_date")
    case.act("esha", "pay_now")
    case.exception()
    case.repair("esha", "retry")

    assert case.outcome() == "paid"
    assert paid_to_bank(case) == [2_950_000]
    keys = case.office.rows(
        "SELECT state FROM partner_calls WHERE process_id = :id ORDER BY intended_at",
        id=case.process,
    )
    assert [key.state for key in keys] == ["refused", "done"]


def test_an_answer_that_was_lost_is_asked_for_and_nothing_is_paid_twice(case: Case):
    case.office.bank.arm("lose_answer", match={"reference": case.opened.reference})
    case.decide("bina")
    case.stands_at("awaiting_due_date")
    case.act("esha", "pay_now")

    assert case.outcome() == "paid"
    assert paid_to_bank(case) == [2_950_000]


def test_an_entry_in_a_locked_period_waits_for_a_person(office: Office):
    case = office.receive()
    office.set_period("locked")
    try:
        case.decide("bina")
        assert case.exception().cause == "period_locked"
        assert case.record.status == "exception"
    finally:
        office.set_period("open")
    case.repair("esha", "retry")
    case.stands_at("awaiting_due_date")

    assert case.book() == INVOICE_POSTED


def test_what_is_parked_before_posting_is_cancelled_without_a_trace_in_the_book(office: Office):
    case = office.receive()
    office.set_period("locked")
    try:
        case.decide("bina")
        case.exception()
        case.repair("deepa", "cancel", "The year is over")
        assert case.outcome() == "cancelled"
    finally:
        office.set_period("open")

    assert case.book() == ""


def test_only_who_may_repair_repairs(office: Office):
    case = office.receive()
    office.set_period("locked")
    try:
        case.decide("bina")
        with refused("role_must_allow_action"):
            case.repair("bina", "retry")
    finally:
        office.set_period("open")


def test_a_role_taken_away_counts_at_once(office: Office):
    case = office.receive()
    office.rows(
        "UPDATE role_grants SET revoked_at = now() WHERE person_id = :bina",
        bina=office.tenant.person("bina"),
    )
    try:
        with refused("role_must_allow_action"):
            case.decide("bina")
    finally:
        office.rows(
            "UPDATE role_grants SET revoked_at = NULL WHERE person_id = :bina",
            bina=office.tenant.person("bina"),
        )


def test_a_refusal_says_what_to_do(case: Case):
    with pytest.raises(Refusal) as said:
        case.decide("asha")
    assert "Somebody else with the role can" in said.value.message
