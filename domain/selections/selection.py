"""A selection: items frozen in an order, each with what the person saw of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from domain import money
from domain.money import Money
from domain.refusal import Refusal

LARGEST: Final = 10_000

FREEZE = text("""
    INSERT INTO selections (tenant_id, id, resource, user_id)
    VALUES (:tenant, :id, :resource, :user) ON CONFLICT DO NOTHING RETURNING id
""")
FREEZE_ITEM = text("""
    INSERT INTO selection_items (tenant_id, selection_id, position, item_id, workflow_id, title,
        seen, amount, currency)
    VALUES (:tenant, :selection, :position, :item, :workflow_id, :title, :seen, :amount, :currency)
""")
FROZEN = text("""
    SELECT s.id, s.resource, s.user_id, s.created_at,
        (SELECT count(*) FROM selection_items i
         WHERE i.tenant_id = s.tenant_id AND i.selection_id = s.id) AS size
    FROM selections s WHERE s.tenant_id = (SELECT current_tenant()) AND s.id = :id
""")
ITEMS = text("""
    SELECT position, item_id, workflow_id, title, seen, amount, currency FROM selection_items
    WHERE tenant_id = (SELECT current_tenant()) AND selection_id = :id AND position > :after
    ORDER BY position LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Item:
    """Something that was selected, of which process, and the hash of what was seen of it."""

    id: UUID
    workflow_id: str
    title: str
    seen: str
    amount: Money | None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """What was selected, by which login, when."""

    id: UUID
    resource: str
    user: UUID
    created_at: datetime
    size: int


def check_size(items: Sequence[Item]) -> None:
    """Refuse a selection of nothing, and one too large to be worked on as one."""
    if not items:
        raise Refusal("selection_must_not_be_empty", "Nothing is selected. Widen the query.")
    if len(items) > LARGEST:
        raise Refusal(
            "selection_must_not_be_too_large",
            f"More than {LARGEST:,} items are selected. Narrow the query, and select again for "
            "the rest.",
        )


def freeze(
    connection: Connection,
    tenant: UUID,
    id: UUID,
    *,
    resource: str,
    user: UUID,
    items: Sequence[Item],
) -> None:
    """Keep the items in their order. The same selection again changes nothing."""
    values = {"tenant": tenant, "id": id, "resource": resource, "user": user}
    if connection.execute(FREEZE, values).first() is None:
        return
    connection.execute(
        FREEZE_ITEM,
        [
            {
                "tenant": tenant,
                "selection": id,
                "position": position,
                "item": item.id,
                "workflow_id": item.workflow_id,
                "title": item.title,
                "seen": item.seen,
                "amount": item.amount.amount if item.amount else None,
                "currency": item.amount.currency if item.amount else None,
            }
            for position, item in enumerate(items, 1)
        ],
    )


def get(connection: Connection, id: UUID, *, user: UUID) -> Selection:
    """The person's own selection. Refuses any other: `selection_must_exist`."""
    row = connection.execute(FROZEN, {"id": id}).one_or_none()
    if row is None or row.user_id != user:
        raise Refusal("selection_must_exist", "You have no such selection. Select again.")
    return Selection(row.id, row.resource, row.user_id, row.created_at, row.size)


def items(connection: Connection, id: UUID, *, after: int = 0, limit: int = LARGEST) -> list[Item]:
    """The items after a position, in their order."""
    rows = connection.execute(ITEMS, {"id": id, "after": after, "limit": limit})
    return [
        Item(
            row.item_id, row.workflow_id, row.title, row.seen,
            money.given(row.amount, row.currency), row.position,
        )
        for row in rows
    ]  # fmt: skip


def sums(amounts: Iterable[Money | None]) -> list[Money]:
    """What they amount to in each currency; items without an amount add nothing."""
    found: dict[str, int] = {}
    for amount in amounts:
        if amount is not None:
            found[amount.currency] = found.get(amount.currency, 0) + amount.amount
    return [Money(found[currency], currency) for currency in sorted(found)]
