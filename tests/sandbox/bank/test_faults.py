"""The menu of faults: what each does to the answer, and that it never does more to the money."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.sandbox.bank.payments import payment, send
from tests.sandbox.bank_process import BankProcess


@pytest.mark.parametrize(("fault", "effects"), [("lose_answer", 1), ("lose_request", 0)])
def test_a_dropped_connection_has_no_answer(
    bank: BankProcess, key: str, fault: str, effects: int
) -> None:
    bank.arm(fault)
    with pytest.raises(httpx2.RemoteProtocolError):
        send(bank, key)

    assert len(bank.effects(key=key)) == effects
    assert [request["fault"] for request in bank.requests(key)] == [fault]


@pytest.mark.parametrize(("fault", "effects"), [("error_before", 0), ("error_after", 1)])
def test_an_error_says_nothing_about_the_money(
    bank: BankProcess, key: str, fault: str, effects: int
) -> None:
    bank.arm(fault)

    assert send(bank, key).status_code == 500
    assert len(bank.effects(key=key)) == effects


def test_a_slow_answer_comes_after_the_money(bank: BankProcess, key: str) -> None:
    bank.arm("slow", seconds=1)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(send, bank, key)
        while not bank.effects(key=key):
            assert not answer.done()
        assert not answer.done()

    assert answer.result().status_code == 201


def test_a_refusal_on_order_is_a_refusal_for_good(bank: BankProcess, key: str) -> None:
    bank.arm("refuse", reason="beneficiary_deceased")
    first, second = send(bank, key), send(bank, key)

    assert (first.json()["status"], first.json()["reason"]) == ("refused", "beneficiary_deceased")
    assert second.content == first.content
    assert bank.effects(key=key) == []


def test_an_answer_once_given_is_never_turned_into_a_refusal(bank: BankProcess, key: str) -> None:
    first = send(bank, key)
    bank.arm("refuse")

    assert send(bank, key).content == first.content
    assert bank.http.get("/v1/faults").json()[0]["used"] == 0


def test_a_bank_that_is_away_answers_nobody_but_still_shows_its_log(
    bank: BankProcess, key: str
) -> None:
    bank.arm("away", times=2)
    paid, asked = send(bank, key), bank.http.get(f"/v1/payments/by-key/{key}")

    assert (paid.status_code, asked.status_code) == (503, 503)
    assert bank.effects(key=key) == []
    assert send(bank, key).status_code == 201


def test_garbage_hides_a_payment(bank: BankProcess, key: str) -> None:
    bank.arm("garbage")
    answer = send(bank, key)

    assert (answer.status_code, answer.text[:6]) == (200, "<html>")
    assert len(bank.effects(key=key)) == 1


def test_a_fault_strikes_as_often_as_it_was_told(bank: BankProcess, key: str) -> None:
    bank.arm("error_after", times=5)
    with ThreadPoolExecutor(30) as pool:
        codes = list(pool.map(lambda _: send(bank, key).status_code, range(30)))

    assert codes.count(500) == 5
    assert len(bank.effects(key=key)) == 1


def test_times_zero_lasts_until_deleted(bank: BankProcess, key: str) -> None:
    bank.arm("error_before", times=0)
    assert [send(bank, key).status_code for _ in range(4)] == [500] * 4

    bank.http.delete("/v1/faults")
    assert send(bank, key).status_code == 201


@pytest.mark.parametrize(
    "match", [{"reference": "RFD-other"}, {"beneficiary_account": "50100099999999"}]
)
def test_a_fault_strikes_only_what_it_matches(
    bank: BankProcess, key: str, match: dict[str, str]
) -> None:
    bank.arm("error_before", match=match)
    struck = payment(reference="RFD-other", account="50100099999999")

    assert send(bank, f"{key}/a").status_code == 201
    assert send(bank, f"{key}/b", struck).status_code == 500


def test_faults_survive_the_bank(own_bank: BankProcess) -> None:
    own_bank.arm("error_before", times=2)
    send(own_bank, "key-1")
    own_bank.kill()
    own_bank.start()

    assert [send(own_bank, "key-1").status_code for _ in range(2)] == [500, 201]


@pytest.mark.parametrize(
    "order",
    [
        {"fault": "eat_money"},
        {"fault": "away", "match": {"reference": "RFD-2026-1"}},
        {"fault": "slow", "seconds": 0},
        {"fault": "slow", "times": -1},
        {"fault": "slow", "speed": 3},
    ],
)
def test_a_fault_off_the_menu_is_refused(bank: BankProcess, order: dict[str, object]) -> None:
    answer = bank.http.put("/v1/faults", json=order)

    assert (answer.status_code, answer.json()["code"]) == (400, "request_malformed")
    assert bank.http.get("/v1/faults").json() == []
