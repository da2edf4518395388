"""Approval limits as a person has them today: read together with her, by the business clock.

Of each scope (role or person, type, company, branch, currency) the row recorded last counts among
those in effect; one without an amount lifted what was said before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain import money
from domain.money import Money


def limits_in_effect(person: str, roles: str) -> str:
    """SQL: the limits of a person and of the roles that she holds, as JSON."""
    return f"""
        (SELECT coalesce(jsonb_agg(to_jsonb(s)), '[]') FROM (
            SELECT DISTINCT ON (l.role, l.process_type, l.company_id, l.branch, l.currency)
                l.role, l.process_type, l.company_id, l.branch, l.currency, l.per_document,
                l.per_day
            FROM approval_limits l
            WHERE l.tenant_id = (SELECT current_tenant())
              AND (l.person_id = {person} OR l.role IN ({roles}))
              AND l.effective_from <= (SELECT business_today())
              AND coalesce(l.effective_to, 'infinity') >= (SELECT business_today())
            ORDER BY l.role, l.process_type, l.company_id, l.branch, l.currency, l.id DESC
        ) AS s WHERE s.per_document IS NOT NULL OR s.per_day IS NOT NULL)
    """


@dataclass(frozen=True, slots=True)
class Limit:
    """What a scope says today. Without a role it is the person's own."""

    role: str | None
    process_type: str | None
    company: UUID | None
    currency: str
    per_document: Money | None
    per_day: Money | None
    branch: str | None = None

    @property
    def scope(self) -> tuple[str, str, str, str]:
        """What it is for, whatever the currency."""
        company = str(self.company or "")
        return (self.role or "", self.process_type or "", company, self.branch or "")

    def fits(self, process_type: str, company: UUID | None, branch: str | None = None) -> bool:
        """Whether it is about such a process."""
        return (
            self.process_type in (None, process_type)
            and self.company in (None, company)
            and self.branch in (None, branch)
        )

    def is_kept_on_any_day(self, amount: Money) -> bool:
        """Whether a document keeps it, whatever else was approved that day."""
        fits = self.per_document is not None and amount.amount <= self.per_document.amount
        return fits and self.per_day is None


def limit(found: Mapping[str, Any]) -> Limit:
    """One of `limits_in_effect`."""
    currency = found["currency"]
    return Limit(
        found["role"], found["process_type"], found["company_id"] and UUID(found["company_id"]),
        currency, money.given(found["per_document"], currency),
        money.given(found["per_day"], currency), found["branch"],
    )  # fmt: skip
