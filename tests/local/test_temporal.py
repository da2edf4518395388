"""The embedded Temporal: its namespace is as temporal-dev.yaml says, and outlives a kill."""

import asyncio
from datetime import timedelta

import pytest
from temporalio import workflow
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from local.problem import LocalProblem
from local.temporal import require_temporal, require_version
from local.topology import AttributeType

ADDRESS = "KONTOR_TEMPORAL_ADDRESS"
TOGETHER = 30


@workflow.defn
class Rendezvous:
    """Each decision waits for all others, so all must be in flight at once."""

    def __init__(self) -> None:
        self.arrived = 0

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.arrived == TOGETHER)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def decide(self) -> None:
        self.arrived += 1
        await workflow.wait_condition(lambda: self.arrived == TOGETHER)


async def describe(address: str, namespace: str) -> tuple[timedelta, set[str], int]:
    client = await Client.connect(address, namespace=namespace)
    found = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=namespace)
    )
    attributes = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=namespace)
    )
    running = (await client.count_workflows()).count
    retention = found.config.workflow_execution_retention_ttl.ToTimedelta()
    return retention, set(attributes.custom_attributes), running


def test_a_namespace_is_prepared_and_what_runs_in_it_outlives_a_kill(new_stack):
    with new_stack("temporal") as stack:
        address = stack.environment[ADDRESS]
        section = stack.topology.temporal

        async def start() -> None:
            client = await Client.connect(address, namespace=section.namespace)
            await client.start_workflow("Nothing", id="kept", task_queue="nobody")

        asyncio.run(start())
        stack.kill("temporal")
        stack.start("temporal")
        stack.wait_ready("temporal")

        found = asyncio.run(describe(address, section.namespace))
        assert found == (timedelta(days=30), set(section.search_attributes), 1)

        other = section.model_copy(update={"retention_days": 7, "namespace": "second"})
        require_temporal(address, other)
        found = asyncio.run(describe(address, "second"))
        assert found == (timedelta(days=7), set(section.search_attributes), 0)

        clash = other.model_copy(update={"search_attributes": {"KontorStage": AttributeType.INT}})
        with pytest.raises(LocalProblem, match=r"KontorStage .* another type than Int"):
            require_temporal(address, clash)


def test_many_decisions_wait_on_one_process_at_once(new_stack):
    async def decide_together(address: str, namespace: str) -> None:
        client = await Client.connect(address, namespace=namespace)
        async with Worker(
            client,
            task_queue="rendezvous",
            workflows=[Rendezvous],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            handle = await client.start_workflow(
                Rendezvous.run, id="rendezvous", task_queue="rendezvous"
            )
            decisions = [handle.execute_update(Rendezvous.decide) for _ in range(TOGETHER)]
            await asyncio.wait_for(asyncio.gather(*decisions), 20)
            await handle.result()

    with new_stack("temporal") as stack:
        asyncio.run(decide_together(stack.environment[ADDRESS], stack.topology.temporal.namespace))


def test_an_unreachable_server_is_told(new_stack):
    with pytest.raises(LocalProblem, match=r"Temporal at 127.0.0.1:1 cannot be used"):
        new_stack("temporal", settings={ADDRESS: "127.0.0.1:1"}).up()


@pytest.mark.parametrize("version", ["1.31.0", "1.32.0-156.1", "2.0.0"])
def test_a_new_enough_server_is_taken(version):
    require_version(version, "here")


def test_an_old_server_is_told():
    with pytest.raises(LocalProblem, match=r"1\.30\.4 and Kontor needs 1\.31 or newer; upgrade"):
        require_version("1.30.4", "temporal.example:7233")
