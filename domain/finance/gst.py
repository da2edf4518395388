"""Goods and services tax on the lines of an invoice: which taxes are due, and how much of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from domain.money import rounded


@dataclass(frozen=True, slots=True)
class TaxableLine:
    """The net amount in minor units, and the whole rate (central and state) in per cent."""

    net: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Taxes:
    """Central, state (or union territory) and integrated tax, in minor units."""

    cgst: int = 0
    sgst: int = 0
    igst: int = 0

    @property
    def total(self) -> int:
        """The three together."""
        return self.cgst + self.sgst + self.igst


def taxes(lines: Iterable[TaxableLine], *, within_one_state: bool) -> Taxes:
    """The taxes of a supply, each rounded half up to the paisa line by line.

    Within one state, central and state tax at half the rate each (CGST Act, 2017, s.9(1); IGST Act,
    2017, s.8); between states, integrated tax at the whole rate (IGST Act, s.5(1) and s.7).
    """
    if within_one_state:
        half = sum(rounded(line.net * line.rate / 200) for line in lines)
        return Taxes(cgst=half, sgst=half)
    return Taxes(igst=sum(rounded(line.net * line.rate / 100) for line in lines))
