"""The bank: pay and ask, each one HTTP request. Retries, records and decisions live elsewhere."""

import re
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal, TypeAlias
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from activities.partners import exchange
from activities.partners.exchange import (
    CONNECT_SECONDS,
    READ_SECONDS,
    Code,
    Id,
    Sentence,
    definite_no,
    problem,
    told,
)

KEY = re.compile(r"[!-~]{1,255}")
ANSWER_BYTES = 65_536  # an answer is half a kilobyte; a partner that sends more is not trusted


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """One payment to a beneficiary in India; `amount` in the minor unit of `currency` (paise)."""

    amount: int
    currency: str
    debit_account: str
    beneficiary_name: str
    beneficiary_account: str
    beneficiary_ifsc: str
    reference: str
    narration: str


@dataclass(frozen=True, slots=True)
class Paid:
    """Definite: the bank made the payment; `utr` is what the beneficiary sees."""

    payment_id: str
    utr: str


@dataclass(frozen=True, slots=True)
class PaymentRefused:
    """Definite: the bank says no, with its own code and sentence."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """Definite: no connection could be opened, so nothing of this call has left us."""

    message: str


@dataclass(frozen=True, slots=True)
class NeverArrived:
    """The bank has no payment under this key; if it is sent again, then under the same key."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The money may have moved: ask the bank, or send the same order again under the same key."""

    message: str


PaymentOutcome: TypeAlias = Paid | PaymentRefused | NotSent | Unknown
PaymentStatus: TypeAlias = Paid | PaymentRefused | NeverArrived | Unknown


class Accepted(BaseModel):
    """The bank's yes."""

    status: Literal["accepted"]
    payment_id: Id
    utr: Id


class Refused(BaseModel):
    """The bank's no, as a payment that was decided."""

    status: Literal["refused"]
    payment_id: Id
    reason: Code
    message: Sentence


ANSWER: TypeAdapter[Accepted | Refused] = TypeAdapter(
    Annotated[Accepted | Refused, Field(discriminator="status")]
)


class Bank:
    """One bank at `url`; safe for threads, which share its connections.

    `timeout` is how long to wait for the answer, in seconds; connecting takes at most 2 more. No
    call is repeated here, no redirect followed and no proxy taken from the environment: an order
    goes to `url` once or not at all. Calls raise ValueError for a key that no header can carry.
    """

    def __init__(self, url: str, *, timeout: float = READ_SECONDS) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._client = exchange.client(timeout)

    def pay(self, order: PaymentOrder, *, key: str) -> PaymentOutcome:
        """Order one payment under `key`. The bank pays once per key, however often it is sent."""
        url, headers = f"{self._url}/v1/payments", {"Idempotency-Key": _checked(key)}
        try:
            response = self._exchange("POST", url, headers=headers, json=_body(order))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as fault:
            return NotSent(f"No connection to the bank at {self._url}: {told(fault)}.")
        except httpx2.RequestError as fault:
            return Unknown(f"The order was sent, but the answer is missing: {told(fault)}.")
        if response.status_code in (HTTPStatus.OK, HTTPStatus.CREATED):
            return _decided(response)
        return _refused(response)

    def ask(self, *, key: str) -> PaymentStatus:
        """What became of the payment under `key`; the bank's word is the truth."""
        url = f"{self._url}/v1/payments/by-key/{quote(_checked(key), safe='')}"
        try:
            response = self._exchange("GET", url)
        except httpx2.RequestError as fault:
            return Unknown(f"The bank at {self._url} could not be asked: {told(fault)}.")
        if response.status_code == HTTPStatus.OK:
            return _decided(response)
        said = problem(response)
        code = said.code if said else None
        if (response.status_code, code) == (HTTPStatus.NOT_FOUND, "payment_not_found"):
            return NeverArrived()
        return _unknown(response)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _exchange(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        json: object = None,
    ) -> httpx2.Response:
        """Send once and read the answer within the timeout, however slowly it drips."""
        deadline = time.monotonic() + CONNECT_SECONDS + self._timeout
        with self._client.stream(method, url, headers=headers, json=json) as response:
            content = b""
            for chunk in response.iter_bytes():
                content += chunk
                if time.monotonic() > deadline:
                    raise httpx2.ReadTimeout("the answer did not end in time")
                if len(content) > ANSWER_BYTES:
                    raise httpx2.ReadError(f"the answer is longer than {ANSWER_BYTES} bytes")
        return httpx2.Response(response.status_code, content=content)


def _checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError(f"The key {key!r} must be 1 to 255 printable ASCII characters, no space.")
    return key


def _body(order: PaymentOrder) -> dict[str, object]:
    return {
        "amount": order.amount,
        "currency": order.currency,
        "debit_account": order.debit_account,
        "beneficiary": {
            "name": order.beneficiary_name,
            "account": order.beneficiary_account,
            "ifsc": order.beneficiary_ifsc,
        },
        "reference": order.reference,
        "narration": order.narration,
    }


def _decided(response: httpx2.Response) -> Paid | PaymentRefused | Unknown:
    try:
        answer = ANSWER.validate_json(response.content)
    except ValidationError:
        return _unknown(response)
    if isinstance(answer, Accepted):
        return Paid(answer.payment_id, answer.utr)
    return PaymentRefused(answer.reason, answer.message)


def _refused(response: httpx2.Response) -> PaymentRefused | Unknown:
    no = definite_no(response)
    return PaymentRefused(no.code, no.detail) if no else _unknown(response)


def _unknown(response: httpx2.Response) -> Unknown:
    """Names the status only: the body may hold anything."""
    return Unknown(f"The bank answered {response.status_code} with nothing that can be trusted.")
