"""The one registry of named checks: what a definition may list, and the order they are climbed in.

A check is a function that takes DocumentFacts, needs no database and refuses with its own name.
It stands with the fields that it reads, by type: `lines.net` is a field of rows, `*` any field of
the type; what may be left out has a `?`.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from domain.contracting import certificate
from domain.documents.facts import Check, DocumentFacts
from domain.finance import (
    entry_date,
    invoice,
    parties,
    sales_invoice,
    settlement,
    vendor_invoice,
)

KNOWN: Final[Mapping[Check, Mapping[str, str]]] = {
    check: needs
    for module in (
        certificate,
        entry_date,
        invoice,
        parties,
        sales_invoice,
        settlement,
        vendor_invoice,
    )
    for check, needs in module.CHECKS.items()
}
CHECKS: Final = {check.__name__: check for check in KNOWN}

# Checked against the book when the document is taken in, and again by the database at posting.
CHECKED_IN_DATABASE: Final = frozenset({"entry_date_must_be_open"})
CHECK_NEEDS: Final[Mapping[str, Mapping[str, str]]] = {
    **{check.__name__: needs for check, needs in KNOWN.items()},
    **{name: {} for name in CHECKED_IN_DATABASE},
}


def check_document(names: Iterable[str], facts: DocumentFacts) -> None:
    """Those of the named checks that need no database, in the order named.

    Raises the first Refusal.
    """
    for name in names:
        if name not in CHECKED_IN_DATABASE:
            CHECKS[name](facts)
