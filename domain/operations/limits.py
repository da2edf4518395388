"""Setting the floor and the ceiling of an account by hand."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.ledger import limits
from domain.ledger.limits import Limit
from domain.ledger.tables import accounts
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"account": "account", "beyond_it": "choice", "reason": "text"}
HARD = "refuse"
DIMENSIONS = ("branch", "party")


def check(connection: Connection, company: Company, content: Content) -> None:
    """The limit can be one, the account can have one, and it is not what it is already."""
    limit = limit_of(company, content)
    if limit.floor is not None and limit.ceiling is not None and limit.ceiling < limit.floor:
        raise Refusal(
            "ceiling_must_not_be_below_floor",
            f"The ceiling {limit.ceiling} is below the floor {limit.floor}. Correct one of them.",
        )
    query = select(accounts.c.slots).where(
        accounts.c.company_id == company.id, accounts.c.code == limit.account
    )
    if (connection.scalar(query) or 1) > 1:
        raise Refusal(
            "limited_account_must_have_one_slot",
            f"Account {limit.account} counts in several slots so that many may post to it at once; "
            "a limit needs one count. Limit another account.",
        )
    if limit == before(connection, company, limit):
        raise Refusal(
            "limit_must_change", f"{limit.account} has these limits already. Nothing is to be done."
        )


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Set, change or lift it."""
    company = order.facts.company
    limit = limit_of(company, order.facts.content)
    earlier = before(connection, company, limit)
    limits.set_limit(connection, company.id, limit, person=order.people.maker)
    return {
        "account": limit.account,
        "before": {"floor": earlier.floor, "ceiling": earlier.ceiling, "hard": earlier.is_hard},
        "after": {"floor": limit.floor, "ceiling": limit.ceiling, "hard": limit.is_hard},
    }


def before(connection: Connection, company: Company, limit: Limit) -> Limit:
    """What the account is limited to now, under the same dimensions."""
    none = Limit(limit.account, limit.currency, None, None, limit.is_hard, limit.dimensions)
    same = (
        each
        for each in limits.listed(connection, company.id)
        if (each.account, each.currency, each.dimensions)
        == (limit.account, limit.currency, limit.dimensions)
    )
    return next(same, none)


def limit_of(company: Company, content: Content) -> Limit:
    """What a document asks for; an end that it leaves out is no limit."""
    floor, ceiling = (reading.money(content, name) for name in ("floor", "ceiling"))
    named = ((name, reading.text(content, name)) for name in DIMENSIONS)
    return Limit(
        reading.text(content, "account"), company.base_currency,
        floor.amount if floor else None, ceiling.amount if ceiling else None,
        reading.text(content, "beyond_it") == HARD,
        tuple(sorted((name, value) for name, value in named if value)),
    )  # fmt: skip


SET_LIMIT = Operation(NEEDS, check, perform)
