"""The processes with a workflow of their own. The worker and the definitions read it."""

from collections.abc import Mapping
from pathlib import Path

from domain.definitions.catalog import Catalog, load
from domain.definitions.checking import Surroundings
from domain.documents.checks import CHECK_NEEDS
from domain.operations.catalog import NEEDS, SKIPPABLE
from workflows.bulk_action import BulkAction
from workflows.clock_advance import ClockAdvance
from workflows.invoice_approval import InvoiceApproval
from workflows.kit.staging import Staged
from workflows.process_migration import ProcessMigration

PROCESSES: Mapping[str, type[Staged]] = {
    "InvoiceApproval": InvoiceApproval,
    "BulkAction": BulkAction,
    "ProcessMigration": ProcessMigration,
    "ClockAdvance": ClockAdvance,
}


def definitions(folder: Path) -> Catalog:
    """Every definition below the folder, proven. Raises DefinitionErrors with all mistakes."""
    home = folder.parent
    return load(folder, surroundings(home / "roles.yaml", home / "chart_of_accounts.yaml"))


def surroundings(roles: Path, chart: Path) -> Surroundings:
    """What files may name, with the checks, workflows and operations of this installation."""
    folder, templates = roles.parent / "processes", roles.parent / "notifications"
    return Surroundings(
        roles, chart, CHECK_NEEDS, list(PROCESSES), NEEDS, SKIPPABLE, templates, folder
    )  # fmt: skip
