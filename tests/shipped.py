"""What is shipped, read once in each process of the tests: it takes a quarter of a second."""

from functools import cache

from config.settings import Settings
from domain.definitions.catalog import Catalog
from workflows import catalog


@cache
def definitions() -> Catalog:
    """The definitions as they are shipped."""
    return catalog.definitions(Settings().definitions)
