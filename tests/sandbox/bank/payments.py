"""Payments as a stranger to our code would send them to the bank."""

from typing import Any

import httpx2

from tests.sandbox.bank_process import BankProcess


def payment(**other: Any) -> dict[str, Any]:
    """1,180 rupees to Meera, unless told otherwise; `account` and `ifsc` are the beneficiary's."""
    beneficiary = {
        "name": "Meera Nair",
        "account": other.pop("account", "50100012341234"),
        "ifsc": other.pop("ifsc", "HDFC0001234"),
    }
    return {
        "amount": 118_000,
        "currency": "INR",
        "debit_account": "000111222333",
        "beneficiary": beneficiary,
        "reference": "RFD-2026-1",
        "narration": "Refund of SINV/2026/1",
        **other,
    }


def send(bank: BankProcess, key: str, body: dict[str, Any] | None = None) -> httpx2.Response:
    """POST one payment."""
    return bank.http.post("/v1/payments", json=body or payment(), headers={"Idempotency-Key": key})
