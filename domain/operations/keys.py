"""Issuing a key of a machine, and putting one out of use."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from domain.access import api_keys, audit, scopes
from domain.access import company as masters
from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.identifiers import API_KEY, PROCESS, written
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"change": "choice", "name": "text"}
ISSUE = "issue"
LONGEST = timedelta(days=366)


def check(connection: Connection, company: Company, content: Content) -> None:
    """A new key has a name of its own, scopes, a last day within a year; another is in use."""
    name = reading.text(content, "name")
    if reading.text(content, "change") != ISSUE:
        if api_keys.with_name(connection, name).revoked_at is not None:
            raise Refusal("api_key_must_be_in_use", f"The key {name!r} is out of use already.")
        return
    if not reading.text(content, "digest"):
        raise Refusal("digest_must_be_given", "Ask for a key by POST /v1/api-keys.")
    asked = scopes_of(content)
    if not asked:
        raise Refusal("scopes_must_be_given", "Say what the key may do: add at least one scope.")
    for scope in asked:
        scopes.check_written(scope)
    check_last_day(connection, content)
    api_keys.check_unused(connection, name)


def check_last_day(connection: Connection, content: Content) -> None:
    """No key works for ever."""
    today = masters.today(connection)
    day = reading.day(content, "expires_on") if content.get("expires_on") else None
    if day is None or not today <= day <= today + LONGEST:
        raise Refusal(
            "key_must_expire_within_a_year",
            f"Give the last day on which the key works, between {today} and {today + LONGEST}.",
        )


def scopes_of(content: Content) -> list[str]:
    """What the key may do, each once."""
    rows = reading.rows(content, "scopes")
    return sorted({reading.text(row, "scope") for row in rows})


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Write the key for whoever asked for it, or revoke it."""
    content, process = order.facts.content, order.facts.process
    check(connection, order.facts.company, content)
    name, change = reading.text(content, "name"), reading.text(content, "change")
    if change == ISSUE:
        key = api_keys.add(
            connection, process, name=name, scopes=scopes_of(content),
            digest=reading.text(content, "digest"), last_day=reading.day(content, "expires_on"),
        )  # fmt: skip
    else:
        key = api_keys.with_name(connection, name).id
        api_keys.revoke(connection, key, process)
    kind = audit.KEY_ISSUED if change == ISSUE else audit.KEY_REVOKED
    user = api_keys.get(connection, key).user
    audit.note(
        connection, kind, user=user, subject=written(API_KEY, key),
        facts={"process": written(PROCESS, process)},
    )  # fmt: skip
    return {"api_key": written(API_KEY, key), "name": name, "change": change}


CHANGE_API_KEY = Operation(NEEDS, check, perform)
