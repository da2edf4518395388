"""The bank pays once per key, says no definitely, and remembers what it did."""

import ast
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import sandbox.bank
from tests.sandbox.bank.payments import payment, send
from tests.sandbox.bank_process import BankProcess


def test_a_payment_is_accepted_with_a_utr(bank: BankProcess, key: str) -> None:
    answer = send(bank, key)

    assert answer.status_code == 201
    assert answer.json()["status"] == "accepted"
    assert re.fullmatch(r"KBNKN\d{11}", answer.json()["utr"])
    [effect] = bank.effects(key=key)
    assert (effect["amount"], effect["beneficiary_account"]) == (118_000, "50100012341234")
    assert effect["utr"] == answer.json()["utr"]


def test_the_same_key_gets_the_first_answer_again(bank: BankProcess, key: str) -> None:
    first, second = send(bank, key), send(bank, key)

    assert (second.status_code, second.headers["Idempotent-Replayed"]) == (200, "true")
    assert second.content == first.content
    assert "Idempotent-Replayed" not in first.headers
    assert len(bank.effects(key=key)) == 1


def test_another_body_under_the_same_key_is_refused(bank: BankProcess, key: str) -> None:
    send(bank, key)
    other = send(bank, key, payment(amount=118_001))

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert other.headers["content-type"] == "application/problem+json"
    assert [effect["amount"] for effect in bank.effects(key=key)] == [118_000]


def test_thirty_duplicates_at_once_make_one_effect(bank: BankProcess, key: str) -> None:
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda _: send(bank, key), range(30)))

    assert sorted(answer.status_code for answer in answers) == [200] * 29 + [201]
    assert len({answer.content for answer in answers}) == 1
    assert len(bank.effects(key=key)) == 1
    assert len(bank.requests(key)) == 30


def test_a_second_key_for_the_same_payment_pays_twice_and_the_log_shows_it(
    bank: BankProcess, key: str
) -> None:
    reference = f"RFD-{key}"
    send(bank, f"{key}/a", payment(reference=reference))
    send(bank, f"{key}/b", payment(reference=reference))

    assert len(bank.effects(reference=reference)) == 2


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"account": "501000120009"}, "beneficiary_account_closed"),
        ({"account": "501000120008"}, "beneficiary_account_frozen"),
        ({"account": "501000120007"}, "beneficiary_name_mismatch"),
        ({"ifsc": "HDFC1001234"}, "ifsc_unknown"),
        ({"amount": 10_000_000_001}, "payment_limit_exceeded"),
        ({"currency": "USD"}, "currency_not_served"),
    ],
)
def test_a_refusal_is_definite_and_remembered(
    bank: BankProcess, key: str, other: dict[str, object], reason: str
) -> None:
    first, second = send(bank, key, payment(**other)), send(bank, key, payment(**other))

    assert (first.status_code, second.status_code) == (201, 200)
    assert (first.json()["status"], first.json()["reason"]) == ("refused", reason)
    assert first.json()["message"].endswith(".")
    assert first.json()["utr"] is None
    assert second.content == first.content
    assert bank.effects(key=key) == []


@pytest.mark.parametrize("amount", [0, -1, 1180.0, "118000", True, None, 10**30])
def test_an_amount_is_a_whole_number_of_paise(bank: BankProcess, key: str, amount: object) -> None:
    answer = send(bank, key, payment(amount=amount))

    assert (answer.status_code, answer.json()["code"]) == (400, "request_malformed")
    assert "amount" in answer.json()["detail"]
    assert len(bank.requests(key)) == 1
    assert bank.effects(key=key) == []


def test_a_payment_without_a_key_is_not_looked_at(bank: BankProcess) -> None:
    before = bank.effects()
    answer = bank.http.post("/v1/payments", json=payment())

    assert (answer.status_code, answer.json()["code"]) == (400, "request_malformed")
    assert "Idempotency-Key" in answer.json()["detail"]
    assert bank.effects() == before


def test_a_payment_is_found_by_its_key(bank: BankProcess, key: str) -> None:
    missing = bank.http.get(f"/v1/payments/by-key/{key}")
    paid = send(bank, key)
    found = bank.http.get(f"/v1/payments/by-key/{key}")

    assert (missing.status_code, missing.json()["code"]) == (404, "payment_not_found")
    assert (found.status_code, found.content) == (200, paid.content)


def test_a_killed_bank_remembers_what_it_paid(own_bank: BankProcess) -> None:
    keys = [f"key-{number}" for number in range(20)]
    answers = {key: send(own_bank, key).content for key in keys}
    own_bank.kill()
    own_bank.start()

    assert [effect["key"] for effect in own_bank.effects()] == keys
    for key in keys:
        assert send(own_bank, key).content == answers[key]
    assert [effect["key"] for effect in own_bank.effects()] == keys


def test_a_bank_killed_while_paying_pays_once_in_the_end(own_bank: BankProcess) -> None:
    keys = [f"key-{number}" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(send, own_bank, key) for key in keys]
        futures[0].result()
        own_bank.kill()
    answered = {
        key: future.result().content
        for key, future in zip(keys, futures, strict=True)
        if not future.exception()
    }
    own_bank.start()

    assert 0 < len(answered) < len(keys), "the kill must fall between two payments"
    for key in keys:
        again = send(own_bank, key).content
        assert answered.get(key, again) == again
    assert sorted(effect["key"] for effect in own_bank.effects()) == sorted(keys)


def test_the_front_page_says_what_this_is(bank: BankProcess) -> None:
    page = bank.http.get("/").text

    assert "No real money moves" in page
    assert "lose_answer" in page
    assert "0009" in page


def test_the_bank_shares_no_code_with_the_product() -> None:
    ours = {"api", "workflows", "activities", "domain", "migrations", "config", "local", "sandbox"}
    for file in Path(sandbox.bank.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                is_ours = name.split(".")[0] in ours
                assert not is_ours or name.startswith("sandbox.bank"), f"{file.name}: {name}"
