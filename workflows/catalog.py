"""The processes with a workflow of their own. The worker and the definitions read it."""

from pathlib import Path

from domain.definitions.catalog import Catalog, load
from domain.documents.checks import CHECK_NAMES
from domain.operations.catalog import NEEDS
from workflows.invoice_approval import InvoiceApproval

PROCESSES = {"InvoiceApproval": InvoiceApproval}


def definitions(folder: Path) -> Catalog:
    """Every definition below the folder, proven. Raises DefinitionErrors with all mistakes."""
    return load(
        folder,
        roles=folder.parent / "roles.yaml",
        chart=folder.parent / "chart_of_accounts.yaml",
        checks=CHECK_NAMES,
        workflows=list(PROCESSES),
        operations=NEEDS,
    )
