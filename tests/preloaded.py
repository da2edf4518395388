"""What is loaded where the processes of tests are forked: their programs, whom they believe and the
definitions of a world. Importing and proving takes seconds, and there are hundreds of them.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import sandbox.bank.app
import sandbox.messages.app
import workflows.worker
from activities.partners import exchange
from domain.definitions.catalog import Catalog
from tests.chaos import world
from workflows import catalog

__all__ = ["definitions", "sandbox", "workflows"]

prove = catalog.definitions


def texts(folder: Path) -> Mapping[Path, bytes]:
    """What its definitions say, and the roles and the chart beside them."""
    home = folder.parent
    return {file.relative_to(home): file.read_bytes() for file in home.rglob("*.yaml")}


with TemporaryDirectory() as home:
    FOLDER = world.definitions(Path(home))
    TEXTS, PROVEN = texts(FOLDER), prove(FOLDER)
exchange.authorities()


def definitions(folder: Path) -> Catalog:
    """What `catalog.definitions` reads, proven already if it says the same."""
    return PROVEN if texts(folder) == TEXTS else prove(folder)
