"""Splitting is seen where documents are small one by one and not together."""

import pytest

from domain.approvals.splitting import together_higher
from domain.definitions.model import Approval, Band
from domain.money import Money
from tests.domain.definitions.conftest import CONFIG, load_from

THREE = Approval(
    bands=(
        Band(up_to="100.00 INR", levels=("manager",)),
        Band(up_to="1000.00 INR", levels=("finance_approver",)),
        Band(levels=("finance_head",)),
    )
)
CASES = [
    ("nothing beside it", 100, [], ()),
    ("together they stay in the band", 60, [40], ()),
    ("together they leave it", 60, [41], ("B0",)),
    ("each of many is small", 50, [30, 30], ("B0", "B1")),
    ("a large one beside it was checked as one", 60, [900], ()),
    ("small ones beside a large one", 60, [900, 50], ("B1",)),
    ("with one in the middle they leave the middle", 90, [950], ("B0",)),
    ("above the last limit nothing is avoided", 5000, [5000], ()),
]


@pytest.mark.parametrize(("case", "amount", "beside", "told"), CASES, ids=[c[0] for c in CASES])
def test_what_adds_up_to_a_higher_band_is_told(invoice, case, amount, beside, told):
    others = [(f"B{n}", Money(each * 100, "INR")) for n, each in enumerate(beside)]
    assert together_higher(invoice, THREE, Money(amount * 100, "INR"), others) == told


@pytest.fixture(scope="module")
def invoice():
    return load_from(CONFIG / "processes").get("invoice_approval")
