"""What `kontor new-process` writes, and what the how-to shows, holds and plays as it stands."""

import re
import shutil
from pathlib import Path

import pytest

from config.settings import ROOT, Settings
from domain.definitions import model
from domain.definitions.catalog import Catalog
from domain.definitions.skeleton import Skeleton, skeleton
from tests.office import Office
from tests.scenarios.scenario import ScenarioFile, load
from tests.scenarios.test_scenarios import played, wanted_actions, wanted_refusals
from workflows import catalog

PAGE = (ROOT / "docs" / "define-a-process.md").read_text()
SHOWN = Skeleton(*re.findall(r"```yaml\n(process: .*?|# A vehicle.*?)```", PAGE, re.DOTALL))
WRITTEN = {"vehicle_request": SHOWN, "visitor_pass": skeleton("visitor_pass")}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The new types, in a folder with the shipped roles and chart."""
    folder = tmp_path_factory.mktemp("config") / "processes"
    folder.mkdir()
    for name in ("roles.yaml", "chart_of_accounts.yaml"):
        shutil.copy(Settings().definitions.parent / name, folder.parent)
    for name, texts in WRITTEN.items():
        (folder / f"{name}.yaml").write_text(texts.definition)
    return catalog.definitions(folder)


def scenarios_of(name: str, folder: Path) -> ScenarioFile:
    """The scenarios as they stand."""
    file = folder / f"{name}.yaml"
    file.write_text(WRITTEN[name].scenarios)
    return load(file)


@pytest.mark.parametrize("name", WRITTEN)
def test_every_scenario_comes_out_as_it_says(office: Office, name: str, tmp_path: Path):
    for scenario in scenarios_of(name, tmp_path).scenarios:
        case = played(office, office.catalog.get(name), scenario)

        case.stands_at(scenario.ends)
        assert case.outcome() == scenario.ends
        assert case.book() == scenario.book.strip()


@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_is_left_out(definitions: Catalog, name: str, tmp_path: Path):
    definition = definitions.get(name)
    steps = [step for each in scenarios_of(name, tmp_path).scenarios for step in each.steps]

    assert wanted_actions(definition) <= {step.does for step in steps if not step.refused}
    assert wanted_refusals(definition) <= {step.refused for step in steps}


@pytest.mark.parametrize(
    "part",
    [
        model.Definition, model.Stage, model.Action, model.Approval, model.Band, model.GivenUp,
        model.Number, model.JournalTemplate, model.Unique, model.Starts,
    ],
)  # fmt: skip
def test_the_page_explains_every_key(part: type[model.Strict]):
    keys = PAGE.partition("## Every key")[2]
    for name, field in part.model_fields.items():
        assert re.search(rf"[`{{ ]{field.alias or name}[`,:}}]", keys), name
