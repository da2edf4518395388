"""Released definitions: kept by their hash for as long as a process may want them."""

from sqlalchemy import Engine, text

from domain.definitions.catalog import Catalog
from domain.definitions.model import Definition

RELEASE = text("""
    INSERT INTO definitions (hash, type, content) VALUES (:hash, :type, :content)
    ON CONFLICT DO NOTHING
""")
RELEASED = text("SELECT content FROM definitions")


def load(engine: Engine, shipped: Catalog) -> Catalog:
    """Release what is shipped and return it together with every definition released before."""
    with engine.begin() as connection:
        for definition in shipped.all:
            values = {"hash": definition.hash, "type": definition.process}
            connection.execute(RELEASE, {**values, "content": definition.canonical()})
        earlier = [Definition.from_canonical(text) for text in connection.scalars(RELEASED)]
    return shipped.with_released(earlier)
