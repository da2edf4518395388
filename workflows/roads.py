"""How one process reaches another: with what the API signed for it, or what stands on record."""

from datetime import timedelta
from uuid import UUID

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.desk import Instruction
from activities.migrations import Migrate
from domain.definitions.model import Definition
from domain.identifiers import PROCESS, written
from domain.processes.migrating import Migrated
from domain.processes.parting import Withdrawn
from domain.processes.reading import ProcessRecord
from domain.processes.said import Said
from domain.refusal import Refusal
from workflows.instructions import ProcessClosed, Updates, queue_of, searched
from workflows.kit.messages import StartProcess, Withdraw, told
from workflows.kit.release import RELEASE

CALL = timedelta(seconds=5)
CHILD_ENDED = "child_ended"
CLOSED = Refusal("process_must_be_open", "The process has ended meanwhile. Read what became of it.")
# What a parent opened needs no signature: the child finds itself in the record, or it is refused.
BY_RECORD = ""


class Roads(Updates):
    """What `activities.bulk`, `activities.migrations` and `activities.children` send by."""

    def __init__(self, client: Client, task_queue: str) -> None:
        super().__init__(client)
        self.task_queue = task_queue

    async def say(self, workflow_id: str, call: str, said: Said, instruction: Instruction) -> None:
        """Something about a task or a parked step. Raises the process's Refusal, or NotAnswered."""
        try:
            await self.tell(workflow_id, told(call, said, instruction))
        except ProcessClosed as closed:
            raise CLOSED from closed

    async def start_child(
        self, tenant: UUID, child: ProcessRecord, definition: Definition, parent: UUID
    ) -> None:
        """Run a process that its parent opened. One that runs or ran already is left alone."""
        start = StartProcess(
            tenant=tenant,
            process=child.id,
            company=child.company,
            definition_hash=child.definition_hash,
            input={},
            instruction=Instruction(child.maker_user, BY_RECORD),
            request_hash=child.request_hash,
            release=RELEASE,
            parent=parent,
        )
        try:
            await self.client.start_workflow(
                definition.process,
                start,
                id=child.workflow_id,
                task_queue=queue_of(definition, self.task_queue),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                memo={
                    "process": written(PROCESS, child.id),
                    "request_hash": child.request_hash,
                },
                search_attributes=searched(tenant, definition, child.id),
                static_summary=f"{definition.title}: {child.subject}",
                static_details=f"{child.subject}, started by {written(PROCESS, parent)}.",
                rpc_timeout=CALL,
            )
        except WorkflowAlreadyStartedError:
            return

    async def withdraw_child(self, workflow_id: str, call: str) -> None:
        """Ask a child to be withdrawn. Raises its Refusal, or NotAnswered."""
        try:
            await self.updated(workflow_id, "withdraw", Withdraw(call), Withdrawn)
        except ProcessClosed as closed:
            raise CLOSED from closed

    async def tell_ended(self, workflow_id: str, child: UUID) -> None:
        """Tell a parent that a child has ended; one that has ended itself need not know."""
        handle = self.client.get_workflow_handle(workflow_id)
        try:
            await handle.signal(CHILD_ENDED, child, rpc_timeout=CALL)
        except RPCError as fault:
            if fault.status != RPCStatusCode.NOT_FOUND:
                raise

    async def migrate(self, workflow_id: str, call: str, message: Migrate) -> None:
        """That a process is to take another version. Raises its Refusal, or NotAnswered."""
        try:
            await self.updated(workflow_id, "migrate", message, Migrated, call=call)
        except ProcessClosed as closed:
            raise Refusal(
                "process_must_be_open", "The process has ended. Cancel the migration."
            ) from closed
