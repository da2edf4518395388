"""The arithmetic of approval limits: what is left of one, and the refusal of what is beyond it."""

from dataclasses import dataclass

from domain.money import Money
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Allowance:
    """What somebody may approve: in one document, in all of a day, or both.

    `whose` begins a sentence: `You`, `Deepa Menon`. `approved` is what she approved today in other
    documents that the limit counts.
    """

    whose: str
    per_document: Money | None
    per_day: Money | None
    approved: Money

    @property
    def left(self) -> Money | None:
        """The highest amount that may be approved now; None when nothing limits it."""
        least = [self.per_document.amount] if self.per_document else []
        least += [self.per_day.amount - self.approved.amount] if self.per_day else []
        return Money(max(0, min(least)), self.approved.currency) if least else None


def check_amount(title: str, amount: Money, allowance: Allowance) -> None:
    """Refuse what is beyond the limit: `limit_exceeded`, with the limit and what is used of it."""
    whose, approved = allowance.whose, allowance.approved
    for limit, used, unit in (
        (allowance.per_document, 0, "document"),
        (allowance.per_day, approved.amount, "day"),
    ):
        if limit is not None and used + amount.amount > limit.amount:
            raise Refusal(
                "limit_exceeded",
                f"{whose} may approve up to {limit} in one {unit}. {title} is about {amount}, and "
                f"{approved} were approved today already. Ask somebody with a higher limit.",
                limit=str(limit),
                per=unit,
                approved_today=str(approved),
            )
