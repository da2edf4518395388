"""Whom a payload belongs to is known without a step into the sandbox, and never wrongly."""

from types import SimpleNamespace

import pytest
from temporalio.api.enums.v1 import CommandType
from temporalio.converter import WorkflowSerializationContext
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from workflows.codec import tenant_of
from workflows.sandboxing import runner

OWN = "tnt_7/leave_request/1"
ANOTHER = WorkflowSerializationContext("kontor", "tnt_8/leave_request/2")


@pytest.fixture
def instance(monkeypatch):
    """A run whose sandbox says of every payload that it is another tenant's."""
    stock = SimpleNamespace(get_serialization_context=lambda _: ANOTHER)
    monkeypatch.setattr(SandboxedWorkflowRunner, "create_instance", lambda *_: stock)
    info = SimpleNamespace(namespace="kontor", workflow_id=OWN)
    return runner().create_instance(SimpleNamespace(info=info))


def command(type):
    return SimpleNamespace(command_type=type, command_seq=1)


@pytest.mark.parametrize("asked", [None, command(CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK)])
def test_what_a_workflow_and_its_activities_say_is_its_own_tenants(instance, asked):
    assert tenant_of(instance.get_serialization_context(asked)) == "tnt_7"


@pytest.mark.parametrize(
    "type",
    [
        CommandType.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
        CommandType.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
    ],
)
def test_what_is_said_to_another_workflow_is_bound_to_that_one(instance, type):
    assert tenant_of(instance.get_serialization_context(command(type))) == "tnt_8"
