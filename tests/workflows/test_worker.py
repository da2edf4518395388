"""The worker refuses to start where it must not, and keeps what it must keep apart."""

import pytest
from temporalio import workflow

from config.settings import Mode, Settings
from tests.domain.refused import refused
from workflows.catalog import PROCESSES
from workflows.worker import check_settings


@pytest.mark.parametrize(
    "armed", [{"crash_at": "open_process/in-tx"}, {"deliver_twice": True}], ids=str
)
def test_production_refuses_the_tools_of_testing(armed: dict[str, object]):
    check_settings(Settings(mode=Mode.SANDBOX, **armed))  # type: ignore[arg-type]
    with refused("production_must_not_be_tampered_with"):
        check_settings(Settings(mode=Mode.PRODUCTION, **armed))  # type: ignore[arg-type]


def test_a_workflow_goes_by_the_name_its_definition_gives():
    for name, process in PROCESSES.items():
        definition = workflow._Definition.must_from_class(process)
        assert definition.name == name
