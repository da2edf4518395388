"""What reports of receivables and payables share: whose items, and on which side."""

from sqlalchemy import Connection

from domain.access import company as companies
from domain.access.company import Party
from domain.ledger.subledger.ageing import Control
from domain.refusal import Refusal
from domain.reports import request
from domain.reports.request import Asked


def control(asked: Asked) -> Control:
    """Receivables, unless payables are asked for."""
    wanted = asked.request.control
    return request.word(Control, wanted, Control.RECEIVABLE, parameter="control")


def party(connection: Connection, asked: Asked) -> Party:
    """The party that the report is about. Raises Refusal `party_must_be_named`."""
    if asked.request.party is None:
        raise Refusal("party_must_be_named", "A statement of account is of one party. Name it.")
    return companies.party_with_id(connection, asked.request.party)


def spoken(
    connection: Connection, asked: Asked, control: Control | None
) -> tuple[tuple[str, str], ...]:
    """The side, party and account that were asked for, as they stand above the table."""
    wanted = asked.request
    said = [(asked.say("items"), asked.say(control))] if control else []
    if wanted.party is not None:
        found = companies.party_with_id(connection, wanted.party)
        said.append((asked.say("party"), f"{found.code} {found.name}"))
    if wanted.account is not None:
        said.append((asked.say("account"), wanted.account))
    return tuple(said)
