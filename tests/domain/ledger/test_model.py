"""The ledger against its model: any operations in any order, and both always say the same."""

import os
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import text

from domain.ledger import holds, limits
from domain.ledger.book import Item, Mode
from domain.ledger.entry import JournalEntry, Numbering, Posting
from domain.ledger.holds import Hold, Take
from domain.ledger.limits import Limit
from domain.refusal import Refusal
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger import model
from tests.domain.ledger.model import Entry, Line, Refused

SIDES = {"bank": 1, "sales": -1, "travel": 1, "vendor_payable": -1}
FIRST, LAST = date(2025, 4, 1), date(2027, 3, 31)
MONTHS = {date(year, month, 1) for year in (2025, 2026, 2027) for month in range(1, 13)}

SUMS = """
    SELECT a.code, m.currency, d.dimensions->>'branch' AS branch, sum(debit)::bigint,
        sum(credit)::bigint, sum(base_debit)::bigint, sum(base_credit)::bigint
    FROM {table} m JOIN accounts a ON a.id = m.account_id
    JOIN dimension_sets d ON d.id = m.dimension_set_id
    WHERE {day} GROUP BY 1, 2, 3
"""

amounts = st.integers(1, 1_000_00)
days = st.dates(date(2026, 5, 1), date(2026, 8, 31))
accounts = st.sampled_from(sorted(SIDES))
keys = st.integers(0, 30).map(lambda number: f"key {number}")


@st.composite
def entries(draw):
    """Mostly good entries; some are out of balance, name no account, or lie in no period."""
    lines = []
    for currency in draw(st.sampled_from([("INR",), ("INR",), ("USD",), ("INR", "USD")])):
        amount, rate = draw(amounts), draw(st.integers(70, 90))
        branch = draw(st.sampled_from([None, None, "BLR", "MUM"]))
        base = None if currency == "INR" else amount * rate
        debit, credit = draw(accounts), draw(accounts)
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
    return Entry(day, tuple(lines), series)


class LedgerMachine(RuleBasedStateMachine):
    """Every rule does the same to the book and to the model, and compares what they answer."""

    database = None  # Set by the test: Hypothesis makes the machine without arguments.

    @initialize()
    def open(self):
        tenant = open_tenant(self.database.admin, Tenant(uuid4()), today=Book.TODAY)
        self.book = Book(self.database, tenant)
        months = {month: "open" for month in MONTHS if FIRST <= month <= LAST}
        self.model = model.Model(SIDES, self.now(), months)
        self.ids, self.holds, self.asked = {}, {}, []

    # Operations.

    @rule(key=keys, entry=entries())
    def post(self, key, entry):
        self.asked.append(([(key, entry, None)], "atomic"))
        self.same(
            lambda: self.model.post(key, entry),
            lambda: self.note(key, self.book.post(self.stated(entry), key=key)) and None,
        )

    @rule(
        batch=st.lists(
            st.tuples(keys, entries(), st.sampled_from([None, "a", "b"])),
            min_size=1,
            max_size=6,
            unique_by=lambda item: item[0],
        ),
        mode=st.sampled_from(["independent", "chains"]),
    )
    def post_batch(self, batch, mode):
        self.asked.append((batch, mode))
        expected = self.model.post_batch(batch, mode)
        outcomes = self.book.post_batch(
            *(Item(key, self.stated(entry), chain) for key, entry, chain in batch), mode=Mode(mode)
        )
        assert [(o.outcome, o.code) for o in outcomes] == expected
        for (key, _, _), outcome in zip(batch, outcomes, strict=True):
            if outcome.entry is not None:
                self.note(key, outcome)

    @precondition(lambda self: self.model.posted)
    @rule(data=st.data(), key=keys.map(lambda key: f"reversal {key}"), day=days)
    def reverse(self, data, key, day):
        original = data.draw(st.sampled_from(sorted(self.model.posted)))
        self.same(
            lambda: self.model.reverse(key, original, day),
            lambda: self.note(key, self.book.reverse(self.ids[original], on=day, key=key)) and None,
        )

    @rule(account=accounts, floor=st.none() | st.integers(-1_000_00, 0), room=st.none() | amounts)
    def limit(self, account, floor, room):
        ceiling = None if room is None else (floor or 0) + room
        self.model.set_limit(account, floor, ceiling)
        with self.book.transaction() as connection:
            stated = Limit(account, floor=floor, ceiling=ceiling)
            limits.set_limit(connection, self.book.company, stated, person=uuid4())

    @rule(debit=accounts, credit=accounts, amount=amounts, hours=st.none() | st.integers(1, 48))
    def hold(self, debit, credit, amount, hours):
        key = f"hold {len(self.holds)}"
        expires = None if hours is None else self.model.now + timedelta(hours=hours)
        stated = Hold(self.book.company, debit, credit, amount, "INR", "Hold", expires)

        def place():
            with self.book.transaction() as connection:
                self.holds[key] = holds.place(connection, stated, key=key).hold

        self.same(lambda: self.model.place(key, debit, credit, amount, expires), place)
        self.held_agrees()

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), amount=amounts, day=days, up_to=st.booleans(), is_last=st.booleans())
    def take(self, data, amount, day, up_to, is_last):
        hold = data.draw(st.sampled_from(sorted(self.holds)))
        key = f"take {len(self.model.posted)} {len(self.asked)}"
        head = self.stated(Entry(day, (), narration="Taken"))
        how = Take(amount, up_to, is_last)

        def take():
            with self.book.transaction() as connection:
                moved = holds.take(connection, self.holds[hold], how, head, key=key)
            self.ids[key] = moved.entry
            return moved.amount

        self.same(
            lambda: self.model.take(key, hold, amount, day, up_to=up_to, is_last=is_last), take
        )

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def release(self, data):
        hold = data.draw(st.sampled_from(sorted(self.holds)))

        def release():
            with self.book.transaction() as connection:
                holds.release(connection, self.holds[hold], reason="No", key=str(uuid4()))

        self.same(lambda: self.model.release(hold), release)
        self.held_agrees()

    @rule(hours=st.integers(1, 24), sweep=st.booleans())
    def time_passes(self, hours, sweep):
        with self.book.as_owner() as connection:
            connection.execute(
                text("UPDATE tenants SET clock_offset = clock_offset + make_interval(hours => :h)"),
                {"h": hours},
            )
        self.model.now = self.now()
        if sweep:
            with self.book.transaction() as connection:
                holds.expire(connection)

    @rule(month=st.dates(date(2026, 5, 1), date(2026, 8, 31)).map(lambda day: day.replace(day=1)))
    def lock_or_reopen(self, month):
        was_open = self.model.months[month] == "open"
        (self.book.lock if was_open else self.book.reopen)(month)
        self.model.months[month] = "locked" if was_open else "open"

    # What must be so.

    def held_agrees(self):
        """What accounts hold and have to spare."""
        with self.book.transaction() as connection:
            for account in SIDES:
                held = limits.held(connection, self.book.company, account)
                found = held.posted, held.pending_out, held.pending_in
                assert found == self.model.held(account)

    def teardown(self):
        if not hasattr(self, "book"):
            return
        self.held_agrees()
        self.sums_agree(None)
        self.sums_agree(date(2026, 6, 30))
        assert self.book.integrity().difference is None
        with self.book.transaction() as connection:
            for key, hold in self.model.holds.items():
                found = holds.get(connection, self.holds[key])
                assert found.state == self.model.state_of(hold)
        self.the_same_again()

    def sums_agree(self, until):
        """Balances or day movements, by account, currency and branch."""
        table = "balances" if until is None else "day_movements"
        query = SUMS.format(table=table, day="true" if until is None else "entry_date <= :until")
        with self.book.transaction() as connection:
            rows = connection.execute(text(query), {"until": until} if until else {}).all()
        names = ("debit", "credit", "base_debit", "base_credit")
        found = {tuple(row)[:3]: dict(zip(names, tuple(row)[3:], strict=True)) for row in rows}
        assert found == {cell: dict(sums) for cell, sums in self.model.sums(until).items()}

    def the_same_again(self):
        """Everything asked for again answers what it answered, and changes nothing."""
        before = self.book.state()
        for batch, mode in self.asked:
            for key, entry, _ in batch:
                if key in self.model.posted or key in self.model.kept_refusals:
                    self.same_outcome(key, entry, mode)
        assert self.book.state() == before

    def same_outcome(self, key, entry, mode):
        code = self.model.refusal(key, entry)
        (outcome,) = self.book.post_batch((key, self.stated(entry)))
        assert (outcome.outcome, outcome.code) == ("refused" if code else "duplicate", code)
        if code is None:
            assert outcome.entry == self.ids[key]
            number = self.model.numbers.get(key)
            assert outcome.number == (number and f"{entry.series}/{number}")

    # Between the two.

    def same(self, expected, found):
        """Both do it, or both refuse for the same rule."""
        answer, code = None, None
        try:
            answer = expected()
        except Refused as refused:
            code = refused.code
        if code is None:
            assert found() in (None, answer)
            return
        with pytest.raises(Refusal) as caught:
            found()
        assert caught.value.code == code

    def note(self, key, posted):
        self.ids[key] = posted.entry
        return posted

    def stated(self, entry):
        """The model's entry as the book takes it."""
        postings = tuple(
            Posting(
                line.account,
                line.amount,
                line.currency,
                line.base,
                () if line.branch is None else (("branch", line.branch),),
            )
            for line in entry.lines
        )
        numbering = entry.series and Numbering(entry.series, f"{entry.series}/{{seq}}")
        return JournalEntry(
            self.book.company, entry.day, entry.narration, postings, numbering=numbering or None
        )

    def now(self):
        with self.book.transaction() as connection:
            return connection.scalar(text("SELECT business_now()"))


def run(database, *, examples, steps):
    """So many books, each after so many operations."""

    class Machine(LedgerMachine):
        pass

    Machine.database = database
    Machine.TestCase.settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )
    Machine.TestCase().runTest()


def test_the_ledger_does_what_the_model_does(database):
    run(database, examples=60, steps=50)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(int(os.environ.get("KONTOR_SEEDS", "500"))))
def test_the_ledger_does_what_the_model_does_for_many_seeds(database, seed):
    from hypothesis import seed as seeded

    seeded(seed)(run)(database, examples=4, steps=100)
