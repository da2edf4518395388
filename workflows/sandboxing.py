"""How workflow code is kept apart from the world, and what the engine need not ask it for."""

from collections.abc import Callable
from typing import Any

from temporalio.api.enums.v1 import CommandType
from temporalio.converter import SerializationContext, WorkflowSerializationContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

OURS = ("activities", "domain", "workflows", "config")
LIBRARIES = (
    "sqlalchemy", "psycopg", "pydantic", "pydantic_core", "joserfc", "cryptography", "httpx2",
    "yaml", "anyio", "annotated_types",
)  # fmt: skip
# What these commands carry belongs to the workflow itself.
OWN = (
    CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
    CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
)
Asked = Callable[[Any], SerializationContext | None]


class Sandbox(SandboxedWorkflowRunner):
    """The SDK's sandbox. Whom a payload belongs to is answered without a step into it.

    The SDK asks that several times for each payload, each time through the sandbox: a fifth of the
    worker's time. Our codec wants the tenant alone, who is the same for all that a workflow and its
    activities say; for any other command the workflow is asked as ever.
    """

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """One run of a workflow."""
        instance = super().create_instance(det)
        asked: Asked = instance.get_serialization_context
        own = WorkflowSerializationContext(det.info.namespace, det.info.workflow_id)

        def context(command: Any) -> SerializationContext | None:
            return own if command is None or command.command_type in OWN else asked(command)

        instance.get_serialization_context = context  # type: ignore[method-assign,assignment]
        return instance


def runner() -> SandboxedWorkflowRunner:
    """The sandbox, with our modules loaded once: contracts keep effects out of workflow code."""
    passed = SandboxRestrictions.default.with_passthrough_modules(*OURS, *LIBRARIES)
    return Sandbox(restrictions=passed)
