"""The connector against the real bank: what each fault lets us know about the money, no more."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import assert_never
from uuid import uuid4

import pytest

from activities.partners.bank import (
    Bank,
    NeverArrived,
    NotSent,
    Paid,
    PaymentOrder,
    PaymentOutcome,
    PaymentRefused,
    Unknown,
)
from tests.sandbox.bank_process import BankProcess, running_bank

ORDER = PaymentOrder(
    amount=118_000,
    currency="INR",
    debit_account="000111222333",
    beneficiary_name="Meera Nair",
    beneficiary_account="50100012341234",
    beneficiary_ifsc="HDFC0001234",
    reference="RFD-2026-1",
    narration="Refund of SINV/2026/1",
)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    with running_bank(tmp_path_factory.mktemp("bank")) as process:
        yield process


@pytest.fixture
def bank(process: BankProcess) -> Iterator[Bank]:
    bank = Bank(process.url, timeout=1)
    yield bank
    bank.close()
    process.http.delete("/v1/faults").raise_for_status()


@pytest.fixture
def key() -> str:
    return f"asha/refund/{uuid4().hex}/pay/1/1"


def definite(outcome: PaymentOutcome) -> bool:
    """The set is closed: mypy fails here when an outcome is added and not thought of."""
    match outcome:
        case Paid() | PaymentRefused() | NotSent():
            return True
        case Unknown():
            return False
        case _:
            assert_never(outcome)


def test_a_payment_is_paid_and_can_be_asked_for(bank: Bank, process: BankProcess, key: str) -> None:
    paid = bank.pay(ORDER, key=key)

    [effect] = process.effects(key=key)
    assert paid == Paid(effect["payment_id"], effect["utr"])
    assert bank.ask(key=key) == paid
    assert bank.pay(ORDER, key=key) == paid
    assert len(process.effects(key=key)) == 1
    assert effect["beneficiary_name"] == ORDER.beneficiary_name
    assert effect["narration"] == ORDER.narration


def test_a_payment_that_was_never_ordered_never_arrived(bank: Bank, key: str) -> None:
    assert bank.ask(key=key) == NeverArrived()


@pytest.mark.parametrize(
    ("fault", "is_paid"),
    [
        ("lose_answer", True),
        ("lose_request", False),
        ("error_before", False),
        ("error_after", True),
        ("slow", True),
        ("drip", True),
        ("garbage", True),
        ("away", False),
    ],
)
def test_a_fault_leaves_the_payment_unknown_until_the_bank_is_asked(
    bank: Bank, process: BankProcess, key: str, *, fault: str, is_paid: bool
) -> None:
    process.arm(fault, seconds=0.3 if fault == "drip" else 8)
    outcome = bank.pay(ORDER, key=key)

    assert isinstance(outcome, Unknown)
    assert not definite(outcome)
    assert [request["fault"] for request in process.requests(key)] == [fault]
    answer = bank.ask(key=key)
    assert isinstance(answer, Paid if is_paid else NeverArrived)

    again = bank.pay(ORDER, key=key)
    assert isinstance(again, Paid)
    assert answer in (again, NeverArrived())
    assert len(process.effects(key=key)) == 1


def test_a_refusal_is_definite_when_paying_and_when_asking(
    bank: Bank, process: BankProcess, key: str
) -> None:
    closed = replace(ORDER, beneficiary_account="501000120009")
    refused = bank.pay(closed, key=key)

    assert refused == PaymentRefused(
        "beneficiary_account_closed", "The beneficiary's account 501000120009 is closed."
    )
    assert bank.ask(key=key) == refused
    assert process.effects(key=key) == []


def test_a_refusal_on_order_carries_its_reason(bank: Bank, process: BankProcess, key: str) -> None:
    process.arm("refuse", reason="beneficiary_deceased")
    refused = bank.pay(ORDER, key=key)

    assert isinstance(refused, PaymentRefused)
    assert refused.reason == "beneficiary_deceased"


def test_another_order_under_the_same_key_is_refused(
    bank: Bank, process: BankProcess, key: str
) -> None:
    bank.pay(ORDER, key=key)
    refused = bank.pay(replace(ORDER, amount=1), key=key)

    assert isinstance(refused, PaymentRefused)
    assert refused.reason == "idempotency_key_reused"
    assert [effect["amount"] for effect in process.effects(key=key)] == [118_000]


def test_a_malformed_order_is_refused_in_the_banks_words(bank: Bank, key: str) -> None:
    refused = bank.pay(replace(ORDER, amount=0), key=key)

    assert isinstance(refused, PaymentRefused)
    assert refused.reason == "request_malformed"
    assert "amount" in refused.message


def test_a_bank_that_is_away_can_neither_be_paid_nor_asked(
    bank: Bank, process: BankProcess, key: str
) -> None:
    process.arm("away", times=0)

    assert isinstance(bank.pay(ORDER, key=key), Unknown)
    assert isinstance(bank.ask(key=key), Unknown)


def test_a_demo_account_loses_the_first_answer(bank: Bank, process: BankProcess, key: str) -> None:
    order = replace(ORDER, beneficiary_account="501000120006")

    assert isinstance(bank.pay(order, key=key), Unknown)
    assert isinstance(bank.ask(key=key), Paid)
    assert len(process.effects(key=key)) == 1


def test_the_connector_sends_once_whatever_happens(
    bank: Bank, process: BankProcess, key: str
) -> None:
    process.arm("error_before", times=0)
    bank.pay(ORDER, key=key)

    assert len(process.requests(key)) == 1


def test_a_dripping_answer_is_given_up_within_the_timeout(
    bank: Bank, process: BankProcess, key: str
) -> None:
    process.arm("drip", seconds=0.5)
    started = time.monotonic()

    assert isinstance(bank.pay(ORDER, key=key), Unknown)
    assert time.monotonic() - started < 5


def test_an_order_to_nobody_was_not_sent(key: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        bank = Bank(f"http://127.0.0.1:{nobody.getsockname()[1]}", timeout=1)

        assert isinstance(bank.pay(ORDER, key=key), NotSent)
        assert isinstance(bank.ask(key=key), Unknown)


def test_a_404_that_is_not_the_banks_word_proves_nothing(process: BankProcess, key: str) -> None:
    elsewhere = Bank(f"{process.url}/elsewhere", timeout=1)

    assert isinstance(elsewhere.ask(key=key), Unknown)
    assert isinstance(elsewhere.pay(ORDER, key=key), Unknown)


PROBLEM = '{"code": "slow_down", "detail": "Later."}'
ACCEPTED = '{"status": "accepted", "payment_id": "pay_1", "utr": "KBNKN26197000001"}'


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("200 OK", ACCEPTED.replace("KBNKN26197000001", "")),
        ("200 OK", ACCEPTED.replace("accepted", "perhaps")),
        ("200 OK", "[]"),
        ("200 OK", ACCEPTED + " " * 70_000),
        ("202 Accepted", ACCEPTED),
        ("302 Found", ACCEPTED),
        ("400 Bad Request", "<html>proxy</html>"),
        ("408 Request Timeout", PROBLEM),
        ("409 Conflict", PROBLEM),
        ("429 Too Many Requests", PROBLEM),
        ("503 Service Unavailable", PROBLEM),
    ],
)
def test_what_the_bank_never_promised_is_unknown(key: str, status: str, body: str) -> None:
    with answering(status, body) as url:
        assert isinstance(Bank(url, timeout=1).pay(ORDER, key=key), Unknown)
    with answering(status, body) as url:
        assert isinstance(Bank(url, timeout=1).ask(key=key), Unknown)


def test_an_order_follows_no_redirect(process: BankProcess, key: str) -> None:
    with answering("307 Temporary Redirect", "", location=f"{process.url}/v1/payments") as url:
        assert isinstance(Bank(url, timeout=1).pay(ORDER, key=key), Unknown)

    assert process.requests(key) == []


def test_the_stranger_of_these_tests_can_also_say_yes(key: str) -> None:
    with answering("201 Created", ACCEPTED) as url:
        outcome = Bank(url, timeout=1).pay(ORDER, key=key)

    assert outcome == Paid("pay_1", "KBNKN26197000001")


@pytest.mark.parametrize("key", ["", " ", "two words", "schlüssel", "line\nbreak", "x" * 256])
def test_a_key_that_cannot_travel_is_not_sent(bank: Bank, key: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        bank.pay(ORDER, key=key)
    with pytest.raises(ValueError, match="printable ASCII"):
        bank.ask(key=key)


@pytest.mark.parametrize("end", ["/a?b=c", "/a#b", "/%2F", "/..", '/"q"', "/a+b"])
def test_any_key_that_can_travel_finds_its_payment(bank: Bank, key: str, end: str) -> None:
    paid = bank.pay(ORDER, key=key + end)

    assert isinstance(paid, Paid)
    assert bank.ask(key=key + end) == paid


def test_thirty_threads_with_one_key_pay_once(bank: Bank, process: BankProcess, key: str) -> None:
    with ThreadPoolExecutor(30) as pool:
        outcomes = set(pool.map(lambda _: bank.pay(ORDER, key=key), range(30)))

    assert len(outcomes) == 1
    assert isinstance(outcomes.pop(), Paid)
    assert len(process.effects(key=key)) == 1


def test_a_bank_killed_after_paying_still_knows(tmp_path: Path, key: str) -> None:
    with running_bank(tmp_path) as process:
        bank = Bank(process.url, timeout=1)
        process.arm("lose_answer")
        assert isinstance(bank.pay(ORDER, key=key), Unknown)
        process.kill()
        assert isinstance(bank.pay(ORDER, key=key), NotSent)
        assert isinstance(bank.ask(key=key), Unknown)
        process.start()

        assert isinstance(bank.ask(key=key), Paid)
        assert len(process.effects(key=key)) == 1


@contextmanager
def answering(status: str, body: str, *, location: str = "/elsewhere") -> Iterator[str]:
    """A stranger on a socket who answers one request like this."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    head += f"Content-Type: application/json\r\nLocation: {location}\r\n\r\n"

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall((head + body).encode())
            connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError):  # a client that hangs up early is welcome to
                while connection.recv(65_536):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()
