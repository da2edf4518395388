"""The message gateway: send one message by one HTTP request. Retries and records live elsewhere."""

from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias

import httpx2
from pydantic import BaseModel, ValidationError

from activities.partners import exchange
from activities.partners.exchange import READ_SECONDS, Id, definite_no, told
from domain.notifications.sending import Outgoing


@dataclass(frozen=True, slots=True)
class Sent:
    """Definite: the gateway took the message, under an id of its own."""

    message_id: str


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Definite: the gateway says no for ever, with its own code and sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotKnown:
    """It may have been taken: send it again under the same key, and no other."""

    message: str


Outcome: TypeAlias = Sent | NotTaken | NotKnown


class Accepted(BaseModel):
    """The gateway's yes."""

    message_id: Id


class Gateway:
    """One gateway at `url` for e-mail and text messages; safe for threads.

    No call is repeated here, no redirect followed and no proxy taken from the environment.
    """

    def __init__(self, url: str, *, timeout: float = READ_SECONDS) -> None:
        self.url = url.rstrip("/")
        self._client = exchange.client(timeout)

    def send(self, message: Outgoing) -> Outcome:
        """Send once, under the message's own key: the gateway delivers one message per key."""
        headers = {"Idempotency-Key": message.key}
        try:
            response = self._client.post(
                f"{self.url}/v1/messages", headers=headers, json=body(message)
            )
        except httpx2.RequestError as fault:
            return NotKnown(f"No answer of the gateway at {self.url}: {told(fault)}.")
        return outcome(response)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()


def body(message: Outgoing) -> dict[str, Any]:
    """A message as the gateway takes it."""
    return {
        "channel": message.channel,
        "to": message.address,
        "language": message.language,
        "subject": message.subject,
        "text": message.body,
        "is_html": message.is_html,
        "template_id": message.dlt,
    }


def outcome(response: httpx2.Response) -> Outcome:
    """What an answer says. Only a 4xx in the gateway's own words is a no; a proxy has none."""
    if response.status_code in (HTTPStatus.OK, HTTPStatus.CREATED):
        with suppress(ValidationError):
            return Sent(Accepted.model_validate_json(response.content).message_id)
    no = definite_no(response)
    if no:
        return NotTaken(f"{no.code}: {no.detail}")
    # The status only: the body may hold anything.
    return NotKnown(f"The gateway answered {response.status_code} with nothing to be trusted.")
