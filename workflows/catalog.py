"""The processes with a workflow of their own. The worker and the definitions read it."""

from pathlib import Path
from typing import Any

from domain.definitions.catalog import Catalog, load
from domain.definitions.checking import Surroundings
from domain.documents.checks import CHECK_NAMES
from domain.operations.catalog import NEEDS
from workflows.clock_advance import ClockAdvance
from workflows.invoice_approval import InvoiceApproval

PROCESSES: dict[str, Any] = {"InvoiceApproval": InvoiceApproval, "ClockAdvance": ClockAdvance}


def definitions(folder: Path) -> Catalog:
    """Every definition below the folder, proven. Raises DefinitionErrors with all mistakes."""
    home = folder.parent
    return load(folder, surroundings(home / "roles.yaml", home / "chart_of_accounts.yaml"))


def surroundings(roles: Path, chart: Path) -> Surroundings:
    """What files may name, with the checks, workflows and operations of this installation."""
    return Surroundings(roles, chart, CHECK_NAMES, list(PROCESSES), NEEDS)
