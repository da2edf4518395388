"""What is shipped loads, and the notation of its journals balances."""

from config.settings import Settings
from workflows import catalog


def test_every_shipped_definition_is_proven():
    folder = Settings().definitions
    shipped = [definition.process for definition in catalog.definitions(folder).all]
    assert shipped == sorted(file.stem for file in folder.rglob("*.yaml"))
