"""How the API speaks to processes: each instruction signed, each answer a result or a Refusal."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from joserfc.jwk import OKPKey
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionDescription,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.converter import PayloadCodec
from temporalio.exceptions import (
    ApplicationError,
    ApplicationErrorCategory,
    WorkflowAlreadyStartedError,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.desk import Instruction
from domain import identifiers
from domain.access import token
from domain.access.token import NO_MEANS, Assertion, Means
from domain.approvals import tending
from domain.approvals.tending import Tended, Wish
from domain.canonical import digest
from domain.definitions.model import Definition
from domain.identifiers import PROCESS, TASK, TENANT, written
from domain.processes import action, opening
from domain.processes.action import Asked, Taken
from domain.processes.opening import Opened, Request
from domain.processes.said import Said, saying
from domain.refusal import Refusal
from domain.selections import stopping
from workflows.kit.messages import Act, StartProcess, Stop, Tend, Told, told
from workflows.kit.options import lifecycles
from workflows.kit.release import RELEASE

Result = TypeVar("Result")

START_SECONDS = 5
ANSWER_SECONDS = 15
CALL = timedelta(seconds=3)
# A poll lasts a minute; a worker that has not come back for longer is gone.
POLLS_WITHIN_SECONDS = 70

BY_TENANT = SearchAttributeKey.for_keyword("KontorTenant")
BY_TYPE = SearchAttributeKey.for_keyword("KontorType")
BY_REFERENCE = SearchAttributeKey.for_keyword("KontorReference")
BY_STAGE = SearchAttributeKey.for_keyword("KontorStage")


class ProcessClosed(Exception):
    """The engine runs no such process: it has ended, or it never began."""


class NotAnswered(Exception):
    """No worker answered in time. The instruction may still be carried out; repeat it as it is."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who instructs: a user of a tenant, under a name for this call that a repeat has again."""

    tenant: UUID
    user: UUID
    call: str
    means: Means = NO_MEANS


@dataclass(frozen=True, slots=True)
class Start:
    """A process to be started. The workflow id follows from tenant, type and key."""

    process: UUID
    workflow_id: str
    definition: Definition
    request: Request
    summary: str
    details: str


@dataclass(frozen=True, slots=True)
class Engine:
    """What the engine knows of a process."""

    workflow_id: str
    run_id: str
    status: str
    process: UUID | None
    request_hash: str
    history_events: int


def queue_of(definition: Definition, task_queue: str) -> str:
    """The queue of a type's workflow: its own code's, or that of the interpreter."""
    return task_queue if definition.workflow else lifecycles(task_queue)


def searched(tenant: UUID, definition: Definition, process: UUID) -> TypedSearchAttributes:
    """What a process is found by in the engine."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(BY_TENANT, written(TENANT, tenant)),
            SearchAttributePair(BY_TYPE, definition.process),
            SearchAttributePair(BY_REFERENCE, opening.reference_of(definition, process)),
            SearchAttributePair(BY_STAGE, definition.first_stage),
        ]
    )


class Updates:
    """How instructions reach processes that run."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def updated(
        self, workflow_id: str, name: str, message: Any, result: type[Result], *, call: str = ""
    ) -> Result:
        """Send an update and wait for its result. The same call is carried out once.

        It is named by the message, where that has a name of its own.
        """
        handle = self.client.get_workflow_handle(workflow_id)
        id = f"{name}-{call or message.call}-{digest(repeated(message))[:12]}"
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer: Result = await handle.execute_update(
                    name, message, id=id, result_type=result
                )
                return answer
        except WorkflowUpdateFailedError as failure:
            raise refusal_behind(failure.cause) or NotAnswered(str(failure.cause)) from failure
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as fault:
            raise NotAnswered from fault
        except RPCError as fault:
            if fault.status == RPCStatusCode.NOT_FOUND:
                raise ProcessClosed from fault
            if fault.status == RPCStatusCode.RESOURCE_EXHAUSTED:
                raise NotAnswered from fault
            raise

    async def tell(self, workflow_id: str, told: Told) -> None:
        """Send what is said of a task or a parked step."""
        await self.updated(workflow_id, told.name, told.message, told.answer)


def repeated(message: Any) -> dict[str, Any]:
    """What a repeat of an instruction has again: all but by what means its user gave it.

    Her password is older by the time that an answer was lost and she asks once more.
    """
    said = {name: getattr(message, name) for name in message.__dataclass_fields__}
    given = said.get("instruction")
    return said | {"instruction": given.user} if given else said


class Instructions(Updates):
    """The API's way to Temporal; `actor_key` is the private key that workers know the other of."""

    def __init__(self, client: Client, task_queue: str, actor_key: OKPKey) -> None:
        super().__init__(client)
        self.task_queue = task_queue
        self.actor_key = actor_key

    async def start(self, speaker: Speaker, start: Start) -> Opened | None:
        """Start and wait until the process stands in the database; None when nobody answered yet.

        Again with the same workflow id returns what the first got. Raises ProcessClosed when the
        process of this id has ended already, NotAnswered when even the engine did not take it.
        """
        operation = self.start_operation(speaker, start)
        try:
            async with asyncio.timeout(START_SECONDS):
                opened: Opened = await self.client.execute_update_with_start_workflow(
                    "received",
                    id="received",
                    result_type=Opened,
                    start_workflow_operation=operation,
                )
                return opened
        except WorkflowAlreadyStartedError as fault:
            raise ProcessClosed from fault
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as fault:
            if await self.engine(start.workflow_id) is None:
                raise NotAnswered from fault
            return None

    def start_operation(
        self, speaker: Speaker, start: Start
    ) -> WithStartWorkflowOperation[Any, Any]:
        """The workflow as it is to be started, with what people and searches see of it."""
        definition, request = start.definition, start.request
        content = opening.start_content(definition.process, request)
        return WithStartWorkflowOperation(
            definition.workflow or definition.process,
            StartProcess(
                tenant=speaker.tenant,
                process=start.process,
                company=request.company,
                definition_hash=request.definition_hash,
                input=request.input,
                instruction=self.signed(speaker, "start", written(PROCESS, start.process), content),
                request_hash=request.request_hash,
                external_ref=request.external_ref,
                release=RELEASE,
            ),
            id=start.workflow_id,
            task_queue=queue_of(definition, self.task_queue),
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            memo={
                "process": written(PROCESS, start.process),
                "request_hash": request.request_hash,
            },
            search_attributes=searched(speaker.tenant, definition, start.process),
            static_summary=start.summary,
            static_details=start.details,
        )

    async def say(self, speaker: Speaker, workflow_id: str, said: Said) -> None:
        """Tell a process what somebody says of its task or its parked step.

        Raises a Refusal, ProcessClosed or NotAnswered.
        """
        await self.tell(workflow_id, told(speaker.call, said, self.signed_said(speaker, said)))

    def signed_said(self, speaker: Speaker, said: Said) -> Instruction:
        """The same as the API saw it."""
        return self.signed(speaker, *saying(said))

    async def tend(self, speaker: Speaker, workflow_id: str, process: UUID, wish: Wish) -> Tended:
        """Claim, comment, attach. Raises a Refusal, ProcessClosed or NotAnswered."""
        subject = written(TASK, wish.task) if wish.task else written(PROCESS, process)
        instruction = self.signed(speaker, wish.verb, subject, tending.content(wish))
        return await self.updated(
            workflow_id, "tend", Tend(speaker.call, wish, instruction), Tended
        )

    async def act(self, speaker: Speaker, workflow_id: str, process: UUID, asked: Asked) -> Taken:
        """Take an action on a process. Raises a Refusal, ProcessClosed or NotAnswered."""
        content = action.content(asked)
        instruction = self.signed(speaker, asked.action, written(PROCESS, process), content)
        message = Act(speaker.call, asked, instruction)
        return await self.updated(workflow_id, "act", message, Taken)

    async def stop(
        self, speaker: Speaker, workflow_id: str, process: UUID, reason: str | None
    ) -> None:
        """Let bulk work begin no further item. Raises a Refusal, ProcessClosed or NotAnswered."""
        instruction = self.signed(speaker, *stopping.saying(process, reason))
        await self.updated(workflow_id, "stop", Stop(speaker.call, reason, instruction), int)

    def signed(self, speaker: Speaker, action: str, subject: str, content: Any) -> Instruction:
        """The instruction with the signature that proves that the API saw it."""
        said = Assertion(speaker.tenant, speaker.user, action, subject, digest(content))
        signed = token.sign(self.actor_key, said, speaker.means)
        return Instruction(speaker.user, signed, speaker.means)

    async def engine(self, workflow_id: str) -> Engine | None:
        """What the engine knows, or None when it has (no longer) such a workflow."""
        handle = self.client.get_workflow_handle(workflow_id)
        try:
            found = await handle.describe(rpc_timeout=CALL)
        except RPCError as fault:
            if fault.status == RPCStatusCode.NOT_FOUND:
                return None
            raise
        return await described(found)

    @property
    def codec(self) -> PayloadCodec:
        """What encrypts everything that is sent."""
        codec = self.client.data_converter.payload_codec
        assert codec is not None
        return codec

    async def is_served(self) -> bool:
        """Whether workers poll our queues for workflows and for activities."""
        kinds = (
            TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
            TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
        polled = [await self.is_polled(self.task_queue, kind) for kind in kinds]
        return all(polled) and await self.is_polled(lifecycles(self.task_queue), kinds[0])

    async def is_polled(self, queue: str, kind: TaskQueueType.ValueType) -> bool:
        """Whether a worker asked for work of this kind lately."""
        request = DescribeTaskQueueRequest(
            namespace=self.client.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=kind,
        )
        service = self.client.workflow_service
        answer = await service.describe_task_queue(request, timeout=CALL)
        since = time.time() - POLLS_WITHIN_SECONDS
        return any(poller.last_access_time.seconds > since for poller in answer.pollers)


async def described(found: WorkflowExecutionDescription) -> Engine:
    """A description, with the memo that the API wrote at the start."""
    memo = await found.memo()
    process = memo.get("process")
    return Engine(
        workflow_id=found.id,
        run_id=found.run_id,
        status=found.status.name.lower() if found.status else "unknown",
        process=identifiers.read(PROCESS, process) if process else None,
        request_hash=str(memo.get("request_hash", "")),
        history_events=found.history_length,
    )


def refusal_behind(cause: BaseException | None) -> Refusal | None:
    """The Refusal that an activity or a validator raised; None when something broke."""
    if not isinstance(cause, ApplicationError) or not cause.type:
        return None
    if cause.category is not ApplicationErrorCategory.BENIGN:
        return None
    facts = cause.details[0] if cause.details else {}
    return Refusal(cause.type, cause.message, **facts)
