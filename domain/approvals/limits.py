"""Which limits hold for a person on a document, and what she approved already today.

A person's own limits take the place of those of her roles; every scope that fits must be kept.
"""

from collections.abc import Iterable
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.limit import Limit
from domain.approvals.ahead import Ahead
from domain.approvals.allowance import Allowance
from domain.money import Money
from domain.refusal import Refusal

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
          AND (CAST(:branch AS text) IS NULL OR p.branch = :branch)
        GROUP BY p.id) AS documents
""")


def holding(
    limits: Iterable[Limit],
    process_type: str,
    company: UUID | None,
    currency: str,
    branch: str | None = None,
) -> list[Limit]:
    """Those that a document must keep: her own that fit, or when there are none her roles'.

    Refuses to compare amounts of two currencies: `limit_must_be_in_currency_of_document`.
    """
    fitting = [limit for limit in limits if limit.fits(process_type, company, branch)]
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
    values |= {"company": limit.company, "branch": limit.branch, "besides": besides}
    total: int = connection.execute(APPROVED, values).scalar_one()
    return Money(total, limit.currency)


def allowance(
    connection: Connection,
    person: UUID,
    limit: Limit,
    *,
    whose: str,
    besides: UUID | None = None,
    ahead: Ahead | None = None,
) -> Allowance:
    """The limit with what is used of it; what would be approved `ahead` counts as well."""
    used = approved_today(connection, person, limit, besides=besides)
    if ahead is not None:
        would = ahead.counted(person, limit, besides=besides)
        used = Money(used.amount + would, used.currency)
    return Allowance(whose, limit.per_document, limit.per_day, used)
