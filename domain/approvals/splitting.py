"""Documents that are small one by one: whether they add up to what a higher band would check."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from domain.approvals.policy import Checking
from domain.definitions.model import Approval, Definition
from domain.definitions.policy import band_number
from domain.money import Money

# Of the same type, company, maker, party and currency, some days apart; what ended as never having
# been does not count.
BESIDE = text("""
    SELECT p.reference, p.amount FROM processes o
    JOIN documents od ON od.tenant_id = o.tenant_id AND od.process_id = o.id
    JOIN documents d ON d.tenant_id = o.tenant_id AND d.party_id = od.party_id
    JOIN processes p ON p.tenant_id = o.tenant_id AND p.id = d.process_id AND p.id <> o.id
        AND p.created_by = o.created_by AND p.type = o.type AND p.company_id = o.company_id
        AND p.currency = o.currency AND p.status NOT IN ('cancelled', 'compensated')
        AND p.business_date BETWEEN o.business_date - CAST(:days AS integer)
            AND o.business_date + CAST(:days AS integer)
    WHERE o.tenant_id = (SELECT current_tenant()) AND o.id = :process
    ORDER BY p.business_date, p.reference
""")

Beside = Sequence[tuple[str, Money]]


def may_be_split(
    connection: Connection, definition: Definition, stage: str, task: Checking
) -> tuple[str, ...]:
    """The references of the documents with which this one is in a higher band than each alone."""
    approval = definition.approval_at(stage)
    if approval is None or approval.splitting is None or task.amount is None:
        return ()
    beside = found_beside(connection, task.process, approval.splitting.days, task.amount.currency)
    return together_higher(definition, approval, task.amount, beside)


def found_beside(connection: Connection, process: UUID, days: int, currency: str) -> Beside:
    """What else its maker entered for its party at most so many days before or after."""
    rows = connection.execute(BESIDE, {"process": process, "days": days})
    return [(row.reference, Money(row.amount, currency)) for row in rows]


def together_higher(
    definition: Definition, approval: Approval, amount: Money, beside: Beside
) -> tuple[str, ...]:
    """Those of the others that are in no higher band than some, and with this one exceed it."""
    last = len(approval.bands) - 1
    for band in range(band_number(definition, approval, amount), last):
        small = [each for each in beside if band_number(definition, approval, each[1]) <= band]
        total = Money(amount.amount + sum(each.amount for _, each in small), amount.currency)
        if band_number(definition, approval, total) > band:
            return tuple(reference for reference, _ in small)
    return ()
