"""Messages leave once, whatever the gateway or the sender does, and what failed shows it."""

import pytest

from domain.notifications.sending import FIRST_PAUSE_SECONDS
from tests.invoices import large_invoice
from tests.notifications import PowerFailed, Telling
from tests.office import Case, Office
from tests.sandbox.messages_process import MessagesProcess

BINA = "bina@example.in"


def waiting(office: Office, posted: Telling, **wants: object) -> Case:
    """A case of which bina is to be told by e-mail."""
    case = office.receive()
    posted.contact("bina", case, **wants)
    posted.tell()
    return case


def delivered(messages: MessagesProcess, case: Case) -> list[str]:
    """The addresses at which messages about a case arrived."""
    reference = case.opened.reference
    return [each["to"] for each in messages.messages() if reference in str(each)]


def test_an_email_leaves_once(office: Office, posted: Telling, messages: MessagesProcess):
    case = waiting(office, posted)
    assert posted.send() == 1
    assert posted.send() == 0

    (row,) = posted.rows(case, "email")
    assert row.state == "sent"
    (message,) = (each for each in messages.messages() if each["key"] == str(row.id))
    assert message["message_id"] == row.receipt
    assert (message["to"], message["channel"]) == (BINA, "email")
    assert message["text"].startswith("Dear Bina Iyer,")


@pytest.mark.parametrize("fault", ["lose_answer", "error_after", "error_before", "garbage", "slow"])
def test_an_unknown_outcome_is_sent_again_under_the_same_key(
    office: Office, posted: Telling, messages: MessagesProcess, fault: str
):
    case = waiting(office, posted)
    messages.arm(fault)
    posted.send()
    (row,) = posted.rows(case, "email")
    assert (row.state, row.attempts) == ("waiting", 1)
    assert posted.send() == 0, "it is not tried again before its pause is over"

    posted.later()
    posted.send()
    (row,) = posted.rows(case, "email")
    assert (row.state, row.attempts) == ("sent", 2)
    assert len(messages.requests(str(row.id))) == 2
    assert delivered(messages, case) == [BINA]


@pytest.mark.parametrize("point", ["before-call", "after-call-before-record"])
def test_a_sender_that_dies_leaves_one_message_with_the_gateway(
    office: Office, posted: Telling, messages: MessagesProcess, point: str
):
    case = waiting(office, posted)
    with pytest.raises(PowerFailed):
        posted.dying(f"send_message/{point}").send()
    assert posted.send() == 0, "the dead sender's lease holds"

    posted.later()
    posted.send()
    assert [row.state for row in posted.rows(case, "email")] == ["sent"]
    assert delivered(messages, case) == [BINA]


def test_a_refusal_is_final_and_keeps_nobody_else_waiting(
    office: Office, posted: Telling, messages: MessagesProcess
):
    refused = waiting(office, posted, email="nobody@example.in")
    messages.arm("refuse", to="nobody@example.in", times=0)
    other = waiting(office, posted)
    posted.send()

    (row,) = posted.rows(refused, "email")
    assert (row.state, row.attempts) == ("failed", 1)
    assert row.problem == "recipient_unknown: Nobody is known as nobody@example.in."
    assert [row.state for row in posted.rows(other, "email")] == ["sent"]


def test_pauses_grow_until_it_has_failed(
    office: Office, posted: Telling, messages: MessagesProcess
):
    case = waiting(office, posted)
    messages.arm("away", times=0)
    pauses = []
    for _ in range(3):
        posted.later()
        posted.send()
        (row,) = office.rows(
            "SELECT extract(epoch FROM next_at - now()) AS pause FROM notifications "
            "WHERE process_id = :id AND channel = 'email'",
            id=case.process,
        )
        pauses.append(round(row.pause))
    assert pauses == [FIRST_PAUSE_SECONDS, 2 * FIRST_PAUSE_SECONDS, 4 * FIRST_PAUSE_SECONDS]

    office.rows("UPDATE notifications SET give_up_at = now() WHERE state = 'waiting'")
    posted.later()
    posted.send()
    (row,) = posted.rows(case, "email")
    assert (row.state, row.next_at) == ("failed", None)
    assert "503" in row.problem


def test_without_a_gateway_it_says_so(office: Office, posted: Telling):
    case = waiting(office, posted)
    Telling(office).send()

    (row,) = posted.rows(case, "email")
    assert row.state == "not_configured"
    assert "KONTOR_MESSAGES_URL" in row.problem


def test_who_lost_her_role_meanwhile_gets_nothing(
    office: Office, posted: Telling, messages: MessagesProcess
):
    case = waiting(office, posted)
    bina = office.tenant.person("bina")
    office.rows("UPDATE role_grants SET revoked_at = now() WHERE person_id = :id", id=bina)
    try:
        posted.send()
    finally:
        office.rows("UPDATE role_grants SET revoked_at = NULL WHERE person_id = :id", id=bina)

    assert [row.state for row in posted.rows(case, "email")] == ["skipped"]
    assert delivered(messages, case) == []


def test_a_channel_that_she_does_not_want_is_not_used(office: Office, posted: Telling):
    case = waiting(office, posted, channels=["inbox"])
    assert posted.rows(case, "email") == []
    assert posted.of(case) == [("bina", "task_opened")]


def test_a_person_says_by_a_process_how_she_is_told(office: Office, posted: Telling):
    """Deepa asks for Hindi by e-mail; from then on she gets it."""
    wanted = {
        "email": "deepa@example.in", "phone": None, "language": "hi", "by_email": "yes",
        "by_sms": "no",
    }  # fmt: skip
    office.type = "contact_details"
    try:
        office.receive(wanted, by="deepa").outcome()
    finally:
        office.type = "invoice_approval"
    case = office.receive(large_invoice())
    case.decide("bina")
    posted.tell()

    (row,) = [row for row in posted.rows(case, "email") if row.address == "deepa@example.in"]
    assert (row.name, row.language) == ("task_opened", "hi")
    assert row.body.startswith("नमस्ते Deepa Menon,")
