"""What is shipped loads, and the notation of its journals balances."""

from config.settings import Settings
from workflows import catalog


def test_every_shipped_definition_is_proven():
    assert [d.process for d in catalog.definitions(Settings().definitions).all] == [
        "invoice_approval"
    ]
