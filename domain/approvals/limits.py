"""Approval limits as they hold today for a person on a task, and what she approved already.

A person's own limits take the place of those of her roles. Of each scope (role or person, type,
company) the row recorded last counts among those in effect, and every scope that fits must be kept.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection, text

from domain import money
from domain.approvals.allowance import Allowance
from domain.money import Money
from domain.refusal import Refusal

IN_EFFECT = text("""
    SELECT DISTINCT ON (l.role, l.process_type, l.company_id, l.currency)
        l.role, l.process_type, l.company_id, l.currency, l.per_document, l.per_day
    FROM approval_limits l
    WHERE l.tenant_id = (SELECT current_tenant())
      AND (l.person_id = :person OR l.role = ANY(CAST(:roles AS text[])))
      AND l.effective_from <= business_today()
      AND coalesce(l.effective_to, 'infinity') >= business_today()
    ORDER BY l.role, l.process_type, l.company_id, l.currency, l.id DESC
""")
# A document counts once a day, with the highest amount that she approved it at.
APPROVED = text("""
    SELECT coalesce(sum(amount), 0)::bigint FROM (
        SELECT max(t.amount) AS amount
        FROM decisions d
        JOIN tasks t ON t.tenant_id = d.tenant_id AND t.id = d.task_id
        JOIN processes p ON p.tenant_id = d.tenant_id AND p.id = d.process_id
        CROSS JOIN (SELECT CAST(business_today() AS timestamp) AT TIME ZONE time_zone AS began
            FROM tenants WHERE id = (SELECT current_tenant())) AS day
        WHERE d.tenant_id = (SELECT current_tenant()) AND d.action = 'approve'
          AND (d.person_id = :person OR d.on_behalf_of = :person) AND d.decided_at >= day.began
          AND t.currency = :currency AND p.id IS DISTINCT FROM CAST(:besides AS uuid)
          AND (CAST(:type AS text) IS NULL OR p.type = :type)
          AND (CAST(:company AS uuid) IS NULL OR p.company_id = :company)
        GROUP BY p.id) AS documents
""")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a scope says today. Without a role it is the person's own."""

    role: str | None
    process_type: str | None
    company: UUID | None
    currency: str
    per_document: Money | None
    per_day: Money | None

    @property
    def scope(self) -> tuple[str, str, str]:
        """What it is for, whatever the currency."""
        return (self.role or "", self.process_type or "", str(self.company or ""))

    def fits(self, process_type: str, company: UUID | None) -> bool:
        """Whether it is about such a process."""
        return self.process_type in (None, process_type) and self.company in (None, company)


def in_effect(connection: Connection, person: UUID, roles: Collection[str]) -> list[Limit]:
    """What every scope of a person and of these roles says today; lifted limits are left out."""
    rows = connection.execute(IN_EFFECT, {"person": person, "roles": list(roles)})
    return [
        Limit(
            row.role, row.process_type, row.company_id, row.currency,
            money.given(row.per_document, row.currency), money.given(row.per_day, row.currency),
        )
        for row in rows
        if row.per_document is not None or row.per_day is not None
    ]  # fmt: skip


def holding(
    limits: Iterable[Limit], process_type: str, company: UUID | None, currency: str
) -> list[Limit]:
    """Those that a document must keep: her own that fit, or when there are none her roles'.

    Refuses to compare amounts of two currencies: `limit_must_be_in_currency_of_document`.
    """
    fitting = [limit for limit in limits if limit.fits(process_type, company)]
    found = [limit for limit in fitting if limit.role is None] or fitting
    for _, group in groupby(
        sorted(found, key=lambda each: each.scope), key=lambda each: each.scope
    ):
        known = [limit.currency for limit in group]
        if currency not in known:
            raise Refusal(
                "limit_must_be_in_currency_of_document",
                f"The document is in {currency}, the limit of who approves it in "
                f"{' and '.join(known)}. Have a limit in {currency} set, or somebody else decide.",
                currency=currency,
                limit_currency=" and ".join(known),
            )
    return [limit for limit in found if limit.currency == currency]


def approved_today(
    connection: Connection, person: UUID, limit: Limit, *, besides: UUID | None = None
) -> Money:
    """What she approved on this business day in what the limit counts, by herself or for others,
    and what others approved for her."""
    values = {"person": person, "currency": limit.currency, "type": limit.process_type}
    values |= {"company": limit.company, "besides": besides}
    total: int = connection.execute(APPROVED, values).scalar_one()
    return Money(total, limit.currency)


def allowance(
    connection: Connection, person: UUID, limit: Limit, *, whose: str, besides: UUID | None = None
) -> Allowance:
    """The limit with what is used of it."""
    used = approved_today(connection, person, limit, besides=besides)
    return Allowance(whose, limit.per_document, limit.per_day, used)
