"""The floor: a bare workflow with the invoice's primitives, in its order, that does nothing.

No database, no codec, no interceptors, no signatures: what is left is the engine's own price.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import GrpcCompression

from workflows.kit.options import DATABASE

STAGE = SearchAttributeKey.for_keyword("KontorStage")
REMIND = timedelta(days=1)
DUE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Start:
    """As many bytes as the start of an invoice."""

    ids: tuple[str, ...]
    content: Mapping[str, Any]
    signed: str


@dataclass(frozen=True, slots=True)
class Command:
    """As many bytes as what an invoice tells an activity or is told by an update."""

    ids: tuple[str, ...]
    signed: str = ""
    content: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """As many bytes as what an activity of the invoice answers."""

    ids: tuple[str, ...]
    stage: str


@activity.defn
def open_it(command: Command) -> Answer:
    """Stands for opening the process."""
    return Answer(command.ids, "approval")


@activity.defn
def decide_it(command: Command) -> Answer:
    """Stands for deciding the task."""
    return Answer(command.ids, "posting")


@activity.defn
def post_it(command: Command) -> Answer:
    """Stands for posting an entry."""
    return Answer(command.ids, "posted")


@activity.defn
def act_on_it(command: Command) -> Answer:
    """Stands for an action on the process."""
    return Answer(command.ids, "payment")


@activity.defn
def pay_it(command: Command) -> Answer:
    """Stands for the payment."""
    return Answer(command.ids, "settling")


ACTIVITIES = (open_it, decide_it, post_it, act_on_it, pay_it)


@workflow.defn
class Bare:
    """Open, wait for a decision, do, wait for a date or an earlier 'now', do, do, end."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        self.ids = start.ids
        self.opened: Answer | None = None
        self.turn = ""

    @workflow.run
    async def run(self, start: Start) -> str:
        """The procedure."""
        command = Command(start.ids, start.signed, start.content)
        self.opened = await workflow.execute_activity(open_it, command, **DATABASE)
        await self.waited("approval", REMIND)
        await workflow.execute_activity(post_it, Command(self.ids), **DATABASE)
        await self.waited("awaiting", DUE)
        await workflow.execute_activity(pay_it, Command(self.ids), **DATABASE)
        await workflow.execute_activity(post_it, Command(self.ids), **DATABASE)
        workflow.upsert_search_attributes([STAGE.value_set("paid")])
        await workflow.wait_condition(workflow.all_handlers_finished)
        return "paid"

    async def waited(self, stage: str, pause: timedelta) -> None:
        """Show the stage, then wait for an update, or for a timer that is never reached here."""
        workflow.upsert_search_attributes([STAGE.value_set(stage)])
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: bool(self.turn), timeout=pause)
        self.turn = ""

    @workflow.update
    async def received(self) -> Answer:
        """Answers once it was opened."""
        await workflow.wait_condition(lambda: self.opened is not None)
        assert self.opened is not None
        return self.opened

    @workflow.update
    async def decide(self, command: Command) -> Answer:
        """Stands for the decision."""
        answer = await workflow.execute_activity(decide_it, command, **DATABASE)
        self.turn = "decided"
        return answer

    @decide.validator
    def may_decide(self, command: Command) -> None:
        """Trivial."""
        if not command.signed:
            raise ValueError("It is not signed.")

    @workflow.update
    async def act(self, command: Command) -> Answer:
        """Stands for paying now."""
        answer = await workflow.execute_activity(act_on_it, command, **DATABASE)
        self.turn = "acted"
        return answer

    @act.validator
    def may_act(self, command: Command) -> None:
        """Trivial."""
        if not command.signed:
            raise ValueError("It is not signed.")


async def connect(address: str, namespace: str) -> Client:
    """A client without a codec, otherwise like ours."""
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=pydantic_data_converter,
        grpc_compression=GrpcCompression.NONE,
    )
