"""What the machine draws: amounts, days, keys, and entries that are mostly good."""

from datetime import date, timedelta

from hypothesis import strategies as st

from tests.domain.ledger.terms import Entry, Line

SIDES = {"bank": 1, "sales": -1, "travel": 1, "vendor_payable": -1}
LAST = date(2027, 3, 31)

amounts = st.integers(1, 1_000_00)
floors = st.integers(-1_000_00, 0)
days = st.dates(date(2026, 2, 1), date(2026, 8, 31))
months = st.dates(date(2026, 5, 1), date(2026, 8, 31)).map(lambda day: day.replace(day=1))
codes = st.sampled_from(sorted(SIDES))
keys = st.integers(0, 30).map(lambda number: f"key {number}")


@st.composite
def entries(draw):
    """Mostly good entries; some are out of balance, name no account, or lie in no period."""
    lines = []
    for currency in draw(st.sampled_from([("INR",), ("INR",), ("USD",), ("INR", "USD")])):
        amount, rate = draw(amounts), draw(st.integers(70, 90))
        branch = draw(st.sampled_from([None, None, "BLR", "MUM"]))
        base = None if currency == "INR" else amount * rate
        debit, credit = draw(codes), draw(codes)
        lines += [
            Line(debit, amount, currency, base, branch),
            Line(credit, -amount, currency, None if base is None else -base, branch),
        ]
    match draw(st.integers(0, 19)):
        case 0:
            lines.append(Line("bank", 1))
        case 1:
            lines[0] = Line("nowhere", *(lines[0].amount, lines[0].currency, lines[0].base))
        case 2:
            lines = lines[:1]
    day = draw(st.one_of(days, days, days, st.just(LAST + timedelta(1))))
    series = draw(st.sampled_from([None, None, "PI", "SI"]))
    return Entry(day, tuple(lines), series, party=draw(st.sampled_from([None, "V-001", "V-002"])))
