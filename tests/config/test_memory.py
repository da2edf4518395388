"""What a process of the API loaded at its start is never looked through for garbage: that holds up
an answer for a quarter of a second.
"""

import asyncio
import subprocess
import sys

import uvicorn

from api import app
from config import memory
from config.settings import Settings

LOADED = """
import gc
from config import memory
memory.keep_what_is_loaded()
print(gc.get_freeze_count(), gc.get_threshold()[0])
"""


def test_what_is_loaded_is_kept():
    told = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, check=True).stdout
    frozen, young = map(int, told.split())

    assert frozen > 1000
    assert young == memory.YOUNG


def test_the_api_keeps_what_it_loaded_before_it_serves(monkeypatch, tmp_path):
    order = []

    async def edge_of(_):
        order.append("loaded")

    async def serve(_):
        order.append("served")

    monkeypatch.setattr(app, "edge_of", edge_of)
    monkeypatch.setattr(app, "create_app", lambda _: None)
    monkeypatch.setattr(memory, "keep_what_is_loaded", lambda: order.append("kept"))
    monkeypatch.setattr(uvicorn.Server, "serve", serve)

    asyncio.run(app.main(Settings(home=tmp_path, api_url="http://127.0.0.1:1")))

    assert order == ["loaded", "kept", "served"]
