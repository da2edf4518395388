"""Work that is done tenant by tenant: what breaks for one does not hold up the others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.histories import HistoryActivities
from workflows.kit.options import ALWAYS, Options


@dataclass(slots=True)
class Answers:
    """What the work answered for each tenant, and what broke for whom."""

    found: list[Any] = field(default_factory=list)
    broken: dict[UUID, BaseException | None] = field(default_factory=dict)


async def by_tenant(
    work: Callable[[Any, UUID], Any],
    summary: str,
    options: Options,
    *,
    tenants: Any = HistoryActivities.tenants,
) -> Answers:
    """Have an activity do its work for one tenant after the other."""
    answers = Answers()
    for tenant in await workflow.execute_activity_method(
        tenants, summary="Which tenants there are", **ALWAYS
    ):
        try:
            found = await workflow.execute_activity_method(work, tenant, summary=summary, **options)
        except ActivityError as fault:
            workflow.logger.error("%s, tenant %s: %s", summary, tenant, fault.cause)
            answers.broken[tenant] = fault.cause
        else:
            answers.found.append(found)
    return answers
