"""Turning events into messages: each cause, recipient and channel once, worded for who reads it.

The texts are written here and not changed afterwards: what is sent later is what was true then.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from jinja2 import TemplateError
from sqlalchemy import Connection, Row, text

from domain.access.actor import Actor
from domain.definitions import masks, templates
from domain.definitions.catalog import Catalog
from domain.definitions.model import Definition
from domain.definitions.proof_of_texts import text_file
from domain.definitions.spoken import said_fields, said_moment, said_money, said_totals
from domain.definitions.templates import DEFAULT_LANGUAGE, FIELDS, TOTALS, Message
from domain.identifiers import PROCESS, TASK, new_uuid, written
from domain.notifications import recipients
from domain.notifications.causes import Cause, Happened, causes, next_events, read_up_to
from domain.notifications.contacts import NO_CONTACT, Contact, contacts
from domain.processes import record
from domain.processes.record import Facts
from domain.refusal import Refusal

AT_ONCE = 100
# What a definition, a document or a text brings about; the database's own faults are tried again.
UNTOLD = (TemplateError, Refusal, LookupError, TypeError, ValueError, AssertionError)
GIVE_UP_AFTER = "3 days"
WRITE = text("""
    INSERT INTO notifications (tenant_id, id, event_id, process_id, task_id, name, channel,
        recipient, person_id, address, language, subject, body, is_html, dlt, segments, state,
        problem, next_at, give_up_at, settled_at)
    SELECT (SELECT current_tenant()), :id, :event, :process, :task, :name, :channel, :recipient,
        :person, :address, :language, :subject, :body, :is_html, :dlt, :segments, :state, :problem,
        CASE WHEN :waits THEN at END,
        CASE WHEN :waits THEN at + CAST(:give_up_after AS interval) END,
        CASE WHEN NOT :waits THEN at END
    FROM (SELECT clock_timestamp() AS at) AS now
    ON CONFLICT DO NOTHING
""")
MORE = text("""
    SELECT w.name AS maker, t.title,
        coalesce(t.due_at, p.due_at) AT TIME ZONE n.time_zone AS due
    FROM processes p
    JOIN tenants n ON n.id = p.tenant_id
    JOIN persons w ON w.tenant_id = p.tenant_id AND w.id = p.created_by
    LEFT JOIN tasks t ON t.tenant_id = p.tenant_id AND t.id = :task
    WHERE p.tenant_id = (SELECT current_tenant()) AND p.id = :process
""")


@dataclass(frozen=True, slots=True)
class Telling:
    """What it takes to tell: the definitions with their texts, and where links lead."""

    catalog: Catalog
    links: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """One cause of one event, with the process and its task as they are now."""

    what: Happened
    cause: Cause
    definition: Definition
    facts: Facts
    more: Row[Any]


def tell(connection: Connection, telling: Telling, *, most: int = AT_ONCE) -> int:
    """Write the messages of the next events of the tenant; how many events were read.

    An event whose messages cannot be written leaves a failed one, and the next are told.
    """
    events = next_events(connection, most=most)
    for what in events:
        if not what.is_old:
            tell_or_fail(connection, telling, what)
    if events:
        read_up_to(connection, events[-1])
    return len(events)


def tell_or_fail(connection: Connection, telling: Telling, what: Happened) -> None:
    """Every message of one event; instead of them a failed one when they cannot be made."""
    try:
        with connection.begin_nested():
            tell_of(connection, telling, what)
    except UNTOLD as fault:
        failed(connection, what, "event", f"{type(fault).__name__}: {fault}")


def tell_of(connection: Connection, telling: Telling, what: Happened) -> None:
    """Every message of one event."""
    definition = telling.catalog.by_hash(what.definition_hash)
    found = list(causes(definition, what))
    if not found:
        return
    facts = record.facts(connection, what.process)
    for cause in found:
        more = connection.execute(MORE, {"process": what.process, "task": cause.task}).one()
        tell_everybody(connection, telling, About(what, cause, definition, facts, more))


def tell_everybody(connection: Connection, telling: Telling, about: About) -> None:
    """Every message of one cause: to persons here, or to the address that a field names."""
    what, cause = about.what, about.cause
    if cause.notification.field:
        address = about.facts.content.get(cause.notification.field)
        if address:
            contact = Contact(email=address, channels=frozenset({"email"}))
            word(connection, telling, about, None, contact)
        return
    persons = recipients.told(connection, about.definition, telling.catalog.roles, what, cause)
    known = contacts(connection, [each.person for each in persons])
    for each in persons:
        word(connection, telling, about, each, known.get(each.person, NO_CONTACT))


def word(
    connection: Connection, telling: Telling, about: About, person: Actor | None, contact: Contact
) -> None:
    """The messages to one recipient, a row for each channel that reaches her."""
    said: dict[str, dict[str, Any]] = {}
    for channel in about.cause.notification.channels:
        if not contact.takes(channel):
            continue
        found = text_of(telling.catalog, about, contact.language, channel)
        if found is None:
            continue
        language, template = found
        if language not in said:
            said[language] = values_of(telling, about, person, language)
        message = templates.rendered(template, channel, said[language])
        write(connection, about, channel, person, contact, language=language, message=message)


def text_of(catalog: Catalog, about: About, language: str, channel: str) -> tuple[str, str] | None:
    """The text in the language, or in the default one: what the definition pinned, or built in."""
    name, notification = about.cause.name, about.cause.notification
    for each in dict.fromkeys((language, DEFAULT_LANGUAGE)):
        own = notification.texts.get(f"{each}/{channel}")
        if own is not None:
            return each, own
        wanted = notification.template or name
        file = text_file(catalog.templates, about.definition.process, wanted, each, channel)
        if file is not None:
            return each, file.text
    return None


def values_of(
    telling: Telling, about: About, person: Actor | None, language: str
) -> dict[str, Any]:
    """What the text may name, as this reader may see it."""
    definition, facts, what, more = about.definition, about.facts, about.what, about.more
    hidden = masks.mask(definition, person.roles if person else ()).fields
    task = about.cause.task
    path = f"processes/{written(PROCESS, what.process)}"
    if task:
        path = f"tasks/{written(TASK, task)}"
    return {
        "reference": facts.reference,
        "type": definition.title,
        "subject": facts.subject,
        "amount": said_money(facts.amount) if facts.amount else "",
        "stage": definition.stages[what.stage or facts.stage].title,
        "company": facts.company.name,
        "maker": more.maker,
        "recipient": person.name if person else "",
        "task": more.title or "",
        "due": said_moment(more.due, language) if more.due else "",
        "by": what.by,
        "reason": what.reason,
        "problem": what.title.removeprefix("Parked: "),
        "link": f"{telling.links}/{path}",
        FIELDS: said_fields(definition, facts.content, hidden, language),
        TOTALS: said_totals(definition, facts.content, hidden),
    }


def write(
    connection: Connection,
    about: About,
    channel: str,
    person: Actor | None,
    contact: Contact,
    *,
    language: str,
    message: Message,
) -> None:
    """A message in the inbox, or one that waits to be sent. Again changes nothing."""
    address = contact.address(channel)
    keep(connection, about.what, {
        "task": about.cause.task,
        "name": about.cause.name,
        "channel": channel,
        "recipient": str(person.person) if person else address,
        "person": person.person if person else None,
        "address": address,
        "language": language,
        "subject": message.subject,
        "body": message.body,
        "is_html": message.is_html,
        "dlt": message.dlt,
        "segments": message.segments,
        "state": "sent" if channel == "inbox" else "waiting",
        "problem": None,
    })  # fmt: skip


def failed(connection: Connection, what: Happened, name: str, problem: str) -> None:
    """A message that could not be worded, so that somebody sees it."""
    keep(connection, what, {
        "task": None, "name": name, "channel": "email", "recipient": "nobody", "person": None,
        "address": None, "language": DEFAULT_LANGUAGE, "subject": None, "body": "",
        "is_html": False, "dlt": None, "segments": None, "state": "failed", "problem": problem,
    })  # fmt: skip


def keep(connection: Connection, what: Happened, values: dict[str, Any]) -> UUID:
    """The row of a message, once."""
    id = new_uuid()
    place = {"id": id, "event": what.event, "process": what.process}
    state = {"waits": values["state"] == "waiting", "give_up_after": GIVE_UP_AFTER}
    connection.execute(WRITE, {**place, **state, **values})
    return id
