"""Invoices that differ: a number of their own each, spread over the sandbox's vendors."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

from domain.canonical import digest
from domain.definitions import input as inputs
from domain.definitions.model import Definition

NET = 25_000_00
GST = 4_500_00
# Within the state, to another state, and of a vendor that is not registered: central GST, state
# GST and integrated GST of each.
VENDORS = {
    "V-001": (GST // 2, GST // 2, 0),
    "V-002": (0, 0, GST),
    "V-003": (0, 0, 0),
}


@dataclass(frozen=True, slots=True)
class Invoice:
    """An input, what it amounts to in paise, and the hash of the document it becomes."""

    number: str
    input: dict[str, Any]
    total: int
    content_hash: str


def numbered(
    definition: Definition, today: date, vendors: Sequence[str] = tuple(VENDORS)
) -> Iterator[Invoice]:
    """Invoices without end, due in a month, of the vendors in turn; no two runs share a number."""
    run = f"{time.time_ns() // 1_000_000:x}"[-9:]
    for number in count(1):
        given = invoice(vendors[number % len(vendors)], f"{run}/{number}", today)
        content = inputs.accept(definition, given, currency="INR")
        yield Invoice(given["invoice_number"], given, given["total"]["amount"], digest(content))


def invoice(vendor: str, number: str, today: date) -> dict[str, Any]:
    """One line of 25,000.00 rupees, and the tax that belongs to the vendor; others charge none."""
    cgst, sgst, igst = VENDORS.get(vendor, (0, 0, 0))
    line = {
        "description": "Audit of the first quarter",
        "expense_account": "professional_fees",
        "quantity": "2.5",
        "unit_price": rupees(NET * 2 // 5),
        "net": rupees(NET),
        "gst_rate": "18",
    }
    return {
        "vendor": vendor,
        "invoice_number": number,
        "invoice_date": today.isoformat(),
        "due_date": (today + timedelta(days=30)).isoformat(),
        "lines": [line],
        "cgst": rupees(cgst),
        "sgst": rupees(sgst),
        "igst": rupees(igst),
        "total": rupees(NET + cgst + sgst + igst),
    }


def rupees(paise: int) -> dict[str, Any]:
    """Money as the API takes it."""
    return {"amount": paise, "currency": "INR"}
