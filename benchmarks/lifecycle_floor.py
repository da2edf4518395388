"""The floor of a lifecycle: a bare workflow with its primitives, whose activities write one row."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, connect
from psycopg.types.json import Jsonb
from temporalio import activity, workflow

from benchmarks.floor import REMIND, STAGE, Answer, Command
from workflows.kit.options import DATABASE

DONE = "done"
TABLES = (
    b"CREATE TABLE papers (id text PRIMARY KEY, stage text NOT NULL, content jsonb)",
    b"CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, paper text NOT NULL)",
)
OPEN = b"INSERT INTO papers (id, stage, content) VALUES (%s, 'open', %s)"
DECIDE = b"UPDATE papers SET stage = %s WHERE id = %s"
POST = b"INSERT INTO notes (paper) VALUES (%s)"


@dataclass(frozen=True, slots=True)
class Start:
    """As many bytes as the start of a process; how many decide, and whether it posts."""

    ids: tuple[str, ...]
    content: Mapping[str, Any]
    signed: str
    levels: int
    posts: bool


class Rows:
    """Activities that write one row each and commit, on a connection for each thread."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.held = threading.local()

    def write(self, statement: bytes, *values: object) -> None:
        """One statement in a transaction of its own."""
        if not hasattr(self.held, "connection"):
            self.held.connection = connect(self.url, autocommit=True)
        connection: Connection[Any] = self.held.connection
        connection.execute(statement, values)

    @activity.defn
    def open_row(self, command: Command) -> Answer:
        """Stands for opening the process."""
        self.write(OPEN, command.ids[1], Jsonb(command.content))
        return Answer(command.ids, "open")

    @activity.defn
    def decide_row(self, command: Command) -> Answer:
        """Stands for deciding the task."""
        self.write(DECIDE, "decided", command.ids[1])
        return Answer(command.ids, "decided")

    @activity.defn
    def post_row(self, command: Command) -> Answer:
        """Stands for posting an entry."""
        self.write(POST, command.ids[1])
        return Answer(command.ids, "posted")


@workflow.defn
class Paper:
    """Open, wait for each decision, post if there is something to post, end."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        self.opened: Answer | None = None
        self.turn = False

    @workflow.run
    async def run(self, start: Start) -> str:
        """The procedure."""
        opening = Command(start.ids, start.signed, start.content)
        self.opened = await workflow.execute_activity_method(Rows.open_row, opening, **DATABASE)
        for level in range(start.levels):
            workflow.upsert_search_attributes([STAGE.value_set(f"level {level}")])
            with suppress(TimeoutError):
                await workflow.wait_condition(lambda: self.turn, timeout=REMIND)
            self.turn = False
        if start.posts:
            posting = Command(start.ids)
            await workflow.execute_activity_method(Rows.post_row, posting, **DATABASE)
        workflow.upsert_search_attributes([STAGE.value_set(DONE)])
        await workflow.wait_condition(workflow.all_handlers_finished)
        return DONE

    @workflow.update
    async def received(self) -> Answer:
        """Answers once it was opened."""
        await workflow.wait_condition(lambda: self.opened is not None)
        assert self.opened is not None
        return self.opened

    @workflow.update
    async def decide(self, command: Command) -> Answer:
        """Stands for a decision."""
        answer = await workflow.execute_activity_method(Rows.decide_row, command, **DATABASE)
        self.turn = True
        return answer

    @decide.validator
    def may_decide(self, command: Command) -> None:
        """Trivial."""
        if not command.signed:
            raise ValueError("It is not signed.")
