"""The invoices of the demo: within one state, 18 per cent, with numbers no earlier demo used."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

CURRENCY: Final = "INR"
GST_PER_CENT: Final = 18
VENDOR: Final = "V-001"
EXPENSE: Final = "professional_fees"
# Written some days ago in every time zone, due late enough to be paid only when told.
AGE: Final = timedelta(days=2)
CREDIT: Final = timedelta(days=30)
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Invoice:
    """A vendor's invoice; `net` in paise."""

    number: str
    description: str
    net: int
    today: date

    @property
    def half_tax(self) -> int:
        """Central GST, and as much state GST."""
        return self.net * GST_PER_CENT // 200

    @property
    def total(self) -> int:
        """What the vendor wants."""
        return self.net + 2 * self.half_tax

    @property
    def movements(self) -> Mapping[str, int]:
        """What posting it does to the accounts: debits above zero."""
        return {
            EXPENSE: self.net,
            "input_cgst": self.half_tax,
            "input_sgst": self.half_tax,
            "vendor_payable": -self.total,
        }

    @property
    def input(self) -> dict[str, Any]:
        """As the API takes it."""
        line = {
            "description": self.description,
            "expense_account": EXPENSE,
            "quantity": "1",
            "unit_price": rupees(self.net),
            "net": rupees(self.net),
            "gst_rate": str(GST_PER_CENT),
        }
        return {
            "vendor": VENDOR,
            "invoice_number": self.number,
            "invoice_date": str(self.today - AGE),
            "due_date": str(self.today + CREDIT),
            "lines": [line],
            "cgst": rupees(self.half_tax),
            "sgst": rupees(self.half_tax),
            "igst": rupees(0),
            "total": rupees(self.total),
        }


def rupees(paise: int) -> dict[str, Any]:
    """Money on the wire."""
    return {"amount": paise, "currency": CURRENCY}


class Invoices:
    """Invoices with numbers of this run: the time in tenths of a second, then a count."""

    def __init__(self) -> None:
        self._run = shortened(time.time_ns() // 100_000_000)
        self._count = 0

    def new(self, description: str, *, net: int) -> Invoice:
        """One more."""
        self._count += 1
        today = datetime.now(UTC).date()
        return Invoice(f"D-{self._run}-{self._count}", description, net, today)


def shortened(number: int) -> str:
    """Base 32."""
    text = ""
    while number:
        number, digit = divmod(number, len(LETTERS))
        text = LETTERS[digit] + text
    return text
