"""Starting and deciding past the API: what the API would sign, given to the engine as it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from joserfc.jwk import OKPKey
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)

from activities.desk import Instruction
from domain.access import token
from domain.access.token import Assertion
from domain.approvals import deciding
from domain.approvals.deciding import Choice
from domain.canonical import digest
from domain.definitions.model import Definition
from domain.identifiers import PROCESS, TASK, TENANT, written
from domain.processes.opening import Opened, Request, start_content
from sandbox.tenant import Tenant
from workflows.instructions import queue_of
from workflows.kit.messages import Decide, StartProcess


def attributes(tenant: str, process: str, type: str) -> TypedSearchAttributes:
    """What every process is found by."""
    values = {"Tenant": tenant, "Type": type, "Reference": process, "Stage": "received"}
    return TypedSearchAttributes(
        [
            SearchAttributePair(SearchAttributeKey.for_keyword(f"Kontor{name}"), value)
            for name, value in values.items()
        ]
    )


@dataclass
class Signing:
    """A type's processes past the API: it signs as the API does, then asks the engine."""

    client: Client
    queue: str
    key: OKPKey
    definition: Definition
    tenant: Tenant

    def start(
        self, process: UUID, given: Mapping[str, Any], *, number: str, by: str
    ) -> WithStartWorkflowOperation[Any, Any]:
        """As the API starts a process."""
        tenant, company, hash = self.tenant.id, self.tenant.company, self.definition.hash
        type = self.definition.process
        request = Request(company, hash, given, digest(given), None)
        signed = self.signed(by, "start", written(PROCESS, process), start_content(type, request))
        return WithStartWorkflowOperation(
            self.definition.workflow or type,
            StartProcess(
                tenant=tenant,
                process=process,
                company=company,
                definition_hash=hash,
                input=given,
                instruction=signed,
                request_hash=request.request_hash,
            ),
            id=f"{written(TENANT, tenant)}/{type}/{number}",
            task_queue=queue_of(self.definition, self.queue),
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=attributes(written(TENANT, tenant), written(PROCESS, process), type),
        )

    async def opened(self, operation: WithStartWorkflowOperation[Any, Any]) -> UUID:
        """Start the process; the task that waits then."""
        opened: Opened = await self.client.execute_update_with_start_workflow(
            "received", start_workflow_operation=operation, result_type=Opened
        )
        assert opened.refused is None, f"It was refused: {opened.refused}"
        (task,) = opened.arrival.tasks
        return task.id

    def approval(self, task: UUID, seen: str, *, by: str) -> Decide:
        """A checker approves what she saw."""
        choice = Choice(task, "approve", None, seen)
        signed = self.signed(by, "approve", written(TASK, task), deciding.content(choice))
        return Decide(f"d-{by}", choice, signed)

    def signed(self, name: str, action: str, subject: str, content: Any) -> Instruction:
        """The instruction as the API signs it."""
        user = self.tenant.user(name)
        asked = Assertion(self.tenant.id, user, action, subject, digest(content))
        return Instruction(user, token.sign(self.key, asked))
