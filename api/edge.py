"""What every route has at hand: two logins, the definitions, the way to Temporal, a key."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from joserfc.jwk import OKPKey
from sqlalchemy import Connection, Engine

from domain.database import transaction
from domain.definitions.catalog import Catalog, DefinitionUnknown
from domain.definitions.model import Definition
from domain.processes import reading
from domain.versions import versions
from workflows.instructions import Instructions


@dataclass(slots=True)
class Edge:
    """`reader` may read business tables and write nothing, `writer` write what is the edge's.

    `bearer_private` signs the tokens of sessions; `secret` is what secrets of calls are made from.
    `codec_origin` is the Web UI that may have payloads decoded; None, as in production, nobody.
    """

    reader: Engine
    writer: Engine
    catalog: Catalog
    instructions: Instructions
    bearer_key: OKPKey
    codec_origin: str | None = None
    ui_url: str = ""
    released: dict[str, Definition] = field(default_factory=dict)
    bearer_private: bytes = b""
    secret: bytes = b""

    @contextmanager
    def reading(self, tenant: UUID) -> Iterator[Connection]:
        """A transaction that can only read."""
        with transaction(self.reader, tenant) as connection:
            yield connection

    @contextmanager
    def seeing_one_state(self, tenant: UUID) -> Iterator[Connection]:
        """A transaction that can only read, and whose statements all see the same state."""
        steady = self.reader.execution_options(isolation_level="REPEATABLE READ")
        with transaction(steady, tenant) as connection:
            yield connection

    @contextmanager
    def keeping(self, tenant: UUID) -> Iterator[Connection]:
        """A transaction on what belongs to the edge."""
        with transaction(self.writer, tenant) as connection:
            yield connection

    def definition(self, connection: Connection, wanted: str) -> Definition:
        """The definition that a process pinned, also one released by another version of us."""
        try:
            return self.catalog.by_hash(wanted)
        except DefinitionUnknown:
            if wanted not in self.released:
                self.released[wanted] = reading.released(connection, wanted)
            return self.released[wanted]

    def types(self, connection: Connection) -> Catalog:
        """The process types of the tenant: what is shipped, under its own versions in force."""
        own = [self.definition(connection, wanted) for wanted in versions.in_force(connection)]
        return self.catalog.overlaid(own) if own else self.catalog

    def type(self, tenant: UUID, process_type: str) -> Definition:
        """What a new process of this type starts with in the tenant. Refuses an unknown one."""
        with self.reading(tenant) as connection:
            return self.types(connection).get(process_type)


async def edge_of(request: Request) -> Edge:
    """The edge of the application that serves this request.

    Like all that waits for nothing it is a coroutine: anything else is given a thread.
    """
    edge: Edge = request.app.state.edge
    return edge


AtHand = Annotated[Edge, Depends(edge_of)]
