"""The shipped definition, and a folder into which mistakes can be planted."""

from pathlib import Path

import pytest

from domain.definitions.catalog import Catalog, load
from domain.definitions.checking import Surroundings
from domain.definitions.mistakes import DefinitionErrors
from domain.definitions.model import Definition
from domain.documents.checks import CHECK_NEEDS
from domain.operations.catalog import NEEDS, SKIPPABLE
from workflows import catalog as workflows

CONFIG = Path(__file__).parents[3] / "config"
INVOICE = CONFIG / "processes" / "finance" / "invoice_approval.yaml"


def load_from(folder: Path, **changes) -> Catalog:
    names = {
        "roles": CONFIG / "roles.yaml",
        "chart": CONFIG / "chart_of_accounts.yaml",
        "checks": CHECK_NEEDS,
        "workflows": set(workflows.PROCESSES),
        "operations": NEEDS,
        "skippable": SKIPPABLE,
    }
    return load(folder, Surroundings(**names | changes))


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_from(CONFIG / "processes")


@pytest.fixture(scope="session")
def invoice(catalog) -> Definition:
    return catalog.get("invoice_approval")


class Folder:
    """A folder of definitions made of the shipped one with mistakes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, text: str, name: str = "invoice_approval") -> Path:
        file = self.path / f"{name}.yaml"
        file.write_text(text)
        return file

    def plant(self, right: str, wrong: str, name: str = "invoice_approval") -> int:
        """Replaces `right` once; gives the number of the line where it stood."""
        text = INVOICE.read_text()
        assert text.count(right) == 1, f"{right!r} stands {text.count(right)} times in {INVOICE}"
        self.write(text.replace(right, wrong), name)
        return text[: text.index(right)].count("\n") + 1

    def errors(self, **changes) -> DefinitionErrors:
        with pytest.raises(DefinitionErrors) as caught:
            load_from(self.path, **changes)
        return caught.value

    def only_error(self, **changes) -> str:
        found = self.errors(**changes)
        assert len(found.errors) == 1, str(found)
        return str(found)


@pytest.fixture
def folder(tmp_path) -> Folder:
    (tmp_path / "processes").mkdir()
    return Folder(tmp_path / "processes")
