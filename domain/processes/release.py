"""Released definitions: kept by their hash for as long as a process may want them."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, Engine, text

from domain.definitions.catalog import Catalog, Released
from domain.definitions.model import Definition

RELEASE = text("""
    INSERT INTO definitions (hash, type, content) VALUES (:hash, :type, :content)
    ON CONFLICT DO NOTHING
""")
RELEASED = text("SELECT content FROM definitions")
ONE = text("SELECT content FROM definitions WHERE hash = :hash")
# A workflow is given two seconds before the engine calls it stuck.
PATIENCE_SECONDS = 1.0


def release(connection: Connection, definition: Definition) -> None:
    """Keep a definition for ever. Again changes nothing."""
    values = {"hash": definition.hash, "type": definition.process}
    connection.execute(RELEASE, {**values, "content": definition.canonical()})


def load(engine: Engine, shipped: Catalog) -> Catalog:
    """Release what is shipped and return it with every definition released before, and since."""
    with engine.begin() as connection:
        for definition in shipped.all:
            release(connection, definition)
        earlier = [Definition.from_canonical(text) for text in connection.scalars(RELEASED)]
    return shipped.with_released(earlier, released_since(engine))


def released_since(engine: Engine) -> Released:
    """Finds a release by its hash, in a thread of its own.

    A workflow that meets a hash for the first time waits for that thread, and not for long: it
    touches no database itself, and a database that does not answer fails its task, which heals.
    """
    reader = ThreadPoolExecutor(1, thread_name_prefix="definitions")

    def read(wanted: str) -> Definition | None:
        with engine.begin() as connection:
            content = connection.execute(ONE, {"hash": wanted}).scalar_one_or_none()
        return Definition.from_canonical(content) if content else None

    def released(wanted: str) -> Definition | None:
        reading = reader.submit(read, wanted)
        try:
            return reading.result(PATIENCE_SECONDS)
        except TimeoutError:
            reading.cancel()
            return None

    return released
