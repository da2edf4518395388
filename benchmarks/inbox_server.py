"""The API for the inbox, and beside it the least that HTTP takes: `python -m
benchmarks.inbox_server READER EDGE TENANT USER`.

It prints the two addresses and a bearer token, and ends when its input does.
"""

import asyncio
import os
import sys
import threading
import time
from typing import Annotated
from uuid import UUID

import psycopg
import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from joserfc.jwk import OKPKey

from api.application import create_app
from api.edge import Edge
from benchmarks.inbox_bare import Reader
from config import memory
from config.keys import new_signing_key, public_half
from config.settings import Settings
from domain.access import token
from domain.access.actor import actor
from domain.access.token import Bearer
from domain.database import connect, transaction
from local.ports import Ports
from workflows import catalog
from workflows.instructions import Instructions

KEY = new_signing_key()
BEARER = OKPKey.import_key(public_half(KEY))


def edge_of(reader: str, writer: str) -> Edge:
    """What the routes have at hand; nothing is instructed here."""
    asleep: Instructions = None  # type: ignore[assignment]
    return Edge(
        reader=connect(reader), writer=connect(writer), instructions=asleep, bearer_key=BEARER,
        catalog=catalog.definitions(Settings().definitions),
    )  # fmt: skip


def least(url: str, reader: Reader) -> FastAPI:
    """Two routes that know their caller by her token and answer with bytes of the size of a page:
    the one reads nothing, the other the bare SQL.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    held = threading.local()
    page = b'{"data": "' + b"-" * 38_000 + b'"}'

    async def caller(request: Request) -> Bearer:
        given = request.headers["authorization"].removeprefix("Bearer ")
        return token.read(BEARER, given, now=int(time.time()))

    @app.get("/empty")
    def empty(who: Annotated[Bearer, Depends(caller)]) -> Response:
        return Response(page, media_type="application/json")

    @app.get("/bare")
    def bare(who: Annotated[Bearer, Depends(caller)], scope: str) -> Response:
        if not hasattr(held, "connection"):
            held.connection = psycopg.connect(url, autocommit=True)
        reader.page(held.connection, scope)
        return Response(page, media_type="application/json")

    return app


async def main(reader: str, writer: str, tenant: UUID, user: UUID) -> None:
    """Serve both until the input ends."""
    edge = edge_of(reader, writer)
    with transaction(edge.reader, tenant) as connection:
        who = actor(connection, user)
    plain = edge.reader.url.set(drivername="postgresql").render_as_string(hide_password=False)
    bare = least(plain, Reader(tenant, who.person, tuple(who.roles)))
    ports = Ports.free()
    servers = {
        port: uvicorn.Server(
            uvicorn.Config(
                app,
                host="127.0.0.1",
                port=port,
                access_log=False,
                lifespan="off",
                log_level="warning",
            )
        )
        for port, app in ((ports.api, create_app(edge)), (ports.bank, bare))
    }
    for server in servers.values():
        _ = asyncio.create_task(server._serve())  # noqa: RUF006
    while not all(server.started for server in servers.values()):
        await asyncio.sleep(0.01)
    memory.keep_what_is_loaded()
    issued = token.issue(KEY, Bearer(tenant, user), issued_at=int(time.time()), seconds=36_000)
    print(*(f"http://127.0.0.1:{port}" for port in servers), issued, flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    _, reading, keeping, tenant, user = sys.argv
    asyncio.run(main(reading, keeping, UUID(tenant), UUID(user)))
    os._exit(0)
