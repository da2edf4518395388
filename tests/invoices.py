"""Vendor invoices as they go over the wire, each with a number of its own."""

import itertools
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.today import today

NUMBERS = itertools.count(1)


def rupees(amount: str) -> dict[str, Any]:
    """Money on the wire: `29500.00`."""
    whole, _, part = amount.replace(",", "").partition(".")
    return {"amount": int(whole + f"{part:0<2}"), "currency": "INR"}


def invoice(**changes: Any) -> dict[str, Any]:
    """V-001's invoice: 25,000.00 of audit and 18 % GST within Karnataka, 29,500.00 in all."""
    day = today()
    line = {
        "description": "Audit of the quarter",
        "expense_account": "professional_fees",
        "quantity": "2.5",
        "unit_price": rupees("10000.00"),
        "net": rupees("25000.00"),
        "gst_rate": "18",
    }
    given = {
        "vendor": "V-001",
        "invoice_number": f"INV/{next(NUMBERS)}-{uuid4().hex[:6]}",
        "invoice_date": day.isoformat(),
        "due_date": (day + timedelta(days=30)).isoformat(),
        "lines": [line],
        "cgst": rupees("2250.00"),
        "sgst": rupees("2250.00"),
        "igst": rupees("0.00"),
        "total": rupees("29500.00"),
    }
    return given | changes


def large_invoice(**changes: Any) -> dict[str, Any]:
    """Twice as much, 59,000.00: beyond the first band, so two levels check it."""
    line = invoice()["lines"][0] | {"quantity": "5", "net": rupees("50000.00")}
    tax = {"cgst": rupees("4500.00"), "sgst": rupees("4500.00")}
    return invoice(lines=[line], total=rupees("59000.00"), **tax) | changes
