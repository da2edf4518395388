"""Main: the API. Two logins, a lazy way to Temporal, and uvicorn."""

import asyncio
import sys
from urllib.parse import urlsplit

import uvicorn
from joserfc.jwk import OKPKey

from api.application import create_app
from api.edge import Edge
from config import database, keys, memory
from config.settings import Mode, Settings
from domain.refusal import Refusal
from workflows import catalog, client
from workflows.instructions import Instructions

READERS, WRITERS = 24, 12


async def edge_of(settings: Settings) -> Edge:
    """What the routes have at hand in this installation."""
    own = keys.load(settings)
    temporal = await client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        payload_key=own.payload,
        lazy=True,
    )
    return Edge(
        reader=database.engine(settings, "kontor_reader", pool=READERS),
        writer=database.engine(settings, "kontor_edge", pool=WRITERS),
        catalog=catalog.definitions(settings.definitions),
        instructions=Instructions(
            temporal, settings.task_queue, OKPKey.import_key(own.actor_private)
        ),
        bearer_key=OKPKey.import_key(own.bearer_public),
        codec_origin=settings.temporal_ui_url if settings.mode is Mode.SANDBOX else None,
        ui_url=settings.temporal_ui_url,
        bearer_private=own.bearer_private,
        secret=own.edge,
    )


async def main(settings: Settings) -> None:
    """Serve until asked to stop."""
    address = urlsplit(settings.api_url)
    if not address.hostname or not address.port:
        raise Refusal(
            "setting_must_be_given",
            "KONTOR_API_URL must say where to listen, such as http://127.0.0.1:8080.",
        )
    config = uvicorn.Config(
        create_app(await edge_of(settings)),
        host=address.hostname,
        port=address.port,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    memory.keep_what_is_loaded()
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    try:
        asyncio.run(main(Settings()))
    except Refusal as refusal:
        sys.exit(refusal.message)
