"""The ledger against its model: any operations in any order, and both always say the same.

What fails is printed as it was drawn, some fifty operations, with the seed that drew it: to make it
short takes minutes, and a run of all tests is not to wait for that. To have it again, and short:

    KONTOR_SEED=1 KONTOR_SHRINK=yes python -m pytest -n 0 tests/domain/ledger/test_model.py

Hypothesis ends it after 500 steps or five minutes, with the best it has. With KONTOR_SHRINK the
campaign shrinks too.
"""

import os
from datetime import date, timedelta
from decimal import Decimal
from secrets import randbelow
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import text

from domain.ledger import accounts, holds, limits, rates, revaluation, years
from domain.ledger.book import Item, Mode
from domain.ledger.exchange import ExchangeAccounts
from domain.ledger.holds import Hold, Take
from domain.ledger.limits import Limit
from domain.ledger.monetary import Scope
from domain.ledger.quotation import Rate
from domain.ledger.subledger import allocation
from domain.ledger.subledger.allocation import Allocation, Tie
from domain.ledger.subledger.open_items import ItemId
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger import model
from tests.domain.ledger.checks import Checks
from tests.domain.ledger.operations import (
    LAST,
    SIDES,
    amounts,
    codes,
    days,
    entries,
    floors,
    keys,
    months,
)
from tests.domain.ledger.sealed import Sealed
from tests.domain.ledger.terms import Entry

FIRST, YEAR_END = date(2025, 4, 1), date(2026, 3, 31)
YEAR = "2025-26"
PHASES = (Phase.explicit, Phase.generate)
if os.environ.get("KONTOR_SHRINK"):
    PHASES += (Phase.shrink,)
BRANCHES = text("SELECT dimensions->>'branch' FROM dimension_sets ORDER BY id")
MONTHS = {date(year, month, 1) for year in (2025, 2026, 2027) for month in range(1, 13)}


class LedgerMachine(Checks, RuleBasedStateMachine):
    """Every rule does the same to the book and to the model, and compares what they answer."""

    database = None  # Set by the test: Hypothesis makes the machine without arguments.

    @initialize(floors=st.dictionaries(codes, floors, min_size=2, max_size=3))
    def open(self, floors):
        tenant = open_tenant(self.database.admin, Tenant(uuid4()), today=Book.TODAY)
        self.book = Book(self.database, tenant)
        months = {month: "open" for month in MONTHS if FIRST <= month <= LAST}
        with self.book.transaction() as connection:
            chart = accounts.listed(connection, self.book.company)
        self.monetary = {account.code for account in chart if account.is_monetary}
        self.result = {account.code for account in chart if account.kind in ("income", "expense")}
        controlled = frozenset(account.code for account in chart if account.control)
        assert "vendor_payable" in controlled & self.monetary
        self.model = model.Model(SIDES, self.now(), months, controlled=controlled)
        self.ids, self.holds, self.asked, self.done, self.closing = {}, {}, [], [], None
        self.sealed, self.heads = Sealed(self.book), []
        # Few runs draw limits and holds both; without a limit no hold stands in anybody's way.
        for account, floor in floors.items():
            self.set_limit(account, floor, None)

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

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), key=keys.map(lambda key: f"reversal {key}"), day=days)
    def reverse(self, data, key, day):
        original = data.draw(st.sampled_from(sorted(self.ids)))
        entry = self.ids[original]

        def reverse():
            return self.book.reverse(entry, on=day, key=key).entry

        self.same(
            lambda: self.model.reverse(key, original, day),
            lambda: self.ids.update({key: self.once(reverse)}),
        )

    @rule(account=codes, floor=st.none() | floors, room=st.none() | amounts)
    def limit(self, account, floor, room):
        self.set_limit(account, floor, None if room is None else (floor or 0) + room)

    def set_limit(self, account, floor, ceiling):
        self.model.set_limit(account, floor, ceiling)
        with self.book.transaction() as connection:
            stated = Limit(account, floor=floor, ceiling=ceiling)
            limits.set_limit(connection, self.book.company, stated, person=uuid4())

    @rule(debit=codes, credit=codes, amount=amounts, hours=st.none() | st.integers(1, 48))
    def hold(self, debit, credit, amount, hours):
        key = f"hold {len(self.holds)}"
        expires = None if hours is None else self.model.now + timedelta(hours=hours)
        stated = Hold(self.book.company, debit, credit, amount, "INR", "Hold", expires)

        def place():
            with self.book.transaction() as connection:
                return holds.place(connection, stated, key=key).hold

        self.same(
            lambda: self.model.place(key, debit, credit, amount, expires),
            lambda: self.holds.update({key: self.once(place)}),
        )
        self.held_agrees()

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), amount=amounts, day=days, up_to=st.booleans(), is_last=st.booleans())
    def take(self, data, amount, day, up_to, is_last):
        hold = data.draw(st.sampled_from(sorted(self.holds)))
        key = f"take {uuid4()}"
        head = self.stated(Entry(day, (), narration="Taken"))
        how = Take(amount, up_to, is_last)

        def take():
            with self.book.transaction() as connection:
                moved = holds.take(connection, self.holds[hold], how, head, key=key)
            return moved.entry, moved.amount

        def taken():
            self.ids[key], moved = self.once(take)
            return moved

        self.same(
            lambda: self.model.take(key, hold, amount, day, up_to=up_to, is_last=is_last), taken
        )

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def release(self, data):
        hold = data.draw(st.sampled_from(sorted(self.holds)))
        key = f"release {uuid4()}"

        def release():
            with self.book.transaction() as connection:
                moved = holds.release(connection, self.holds[hold], reason="No", key=key)
            return moved.hold, moved.amount

        self.same(lambda: self.model.release(hold), lambda: self.once(release) and None)
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

    @rule(month=months)
    def lock_or_reopen(self, month):
        was_open = self.model.months[month] == "open"
        (self.book.lock if was_open else self.book.reopen)(month)
        self.model.months[month] = "locked" if was_open else "open"

    @precondition(lambda self: self.pairs())
    @rule(data=st.data(), amount=amounts)
    def allocate(self, data, amount):
        debit, credit = data.draw(st.sampled_from(self.pairs()))
        day = max(self.model.posted[key].day for key, _ in (debit, credit))
        one, other = (ItemId(self.ids[key], place) for key, place in (debit, credit))
        wanted = Allocation(self.book.company, day, (Tie(one, other, amount),))
        key = f"allocation {uuid4()}"

        def allocate():
            with self.book.transaction() as connection:
                return allocation.allocate(connection, wanted, key=key)

        self.same(
            lambda: self.model.allocate(debit, credit, amount, day),
            lambda: self.once(allocate) and None,
        )
        self.items_agree()

    def pairs(self):
        """Open rupee items of one account and party that could settle each other."""
        found = [item for item in self.model.items().items() if item[1] and item[0][0] in self.ids]
        return [
            (debit, credit)
            for debit, owed in found
            for credit, owing in found
            if owed > 0 > owing and self.owner(debit) == self.owner(credit) is not None
        ]

    def owner(self, item):
        """Party and account of a rupee item."""
        entry = self.model.posted[item[0]]
        line = entry.lines[item[1] - 1]
        return (entry.party, line.account) if line.currency == "INR" else None

    @precondition(lambda self: self.closing is None)
    @rule(month=months, rate=st.integers(70, 90))
    def revalue(self, month, rate):
        last = (month + timedelta(31)).replace(day=1) - timedelta(1)
        if {self.model.months[month], self.model.months[last + timedelta(1)]} != {"open"}:
            return
        key = f"revaluation {uuid4()}"
        quoted = Rate("USD", "INR", last, "closing", Decimal(rate), "The test")
        person = self.book.tenant.person("deepa")
        through = ExchangeAccounts(
            "exchange_gain_unrealised", "exchange_loss_unrealised", "exchange_clearing"
        )

        def revalue():
            with self.book.transaction() as connection:
                rates.set_rate(connection, quoted, key=key, person=person, reason="Corrected")
                return revaluation.revalue(
                    connection, Scope(self.book.company, last), through=through, key=key
                )

        self.once(revalue)
        self.model.revalue(last, rate, self.monetary, key)

    @rule()
    def seal_in_between(self):
        """What is sealed now must stay as it is, whatever is done afterwards."""
        self.seal(settled=False)

    @precondition(lambda self: not self.model.dollars())
    @rule()
    def close_or_reopen_the_year(self):
        for month in [m for m, state in self.model.months.items() if m <= YEAR_END]:
            if self.model.months[month] == "open":
                self.book.lock(month)
                self.model.months[month] = "locked"
        if self.closing is None:
            key = f"closing {uuid4()}"
            self.same(
                lambda: self.model.close_year(FIRST, YEAR_END, self.result, key),
                lambda: self.once(lambda: self.close_year(key)) and None,
            )
            self.closing = key if key in self.model.posted else None
        else:
            branches = self.branches()
            key = f"reopening {self.closing}"
            self.same(
                lambda: self.model.reopen_year(FIRST, YEAR_END, self.closing, branches),
                lambda: self.once(lambda: self.reopen_year(key)) and None,
            )
            self.closing = self.closing if self.closing in self.model.posted else None

    def branches(self):
        """In the order in which closings are taken back."""
        with self.book.transaction() as connection:
            return connection.scalars(BRANCHES).all()

    def close_year(self, key):
        with self.book.transaction() as connection:
            closing = years.close(
                connection,
                self.book.company,
                YEAR,
                retained_earnings="retained_earnings",
                person=self.book.tenant.person("deepa"),
                reason="Year end",
                key=key,
            )
        return closing.id

    def reopen_year(self, key):
        with self.book.transaction() as connection:
            closing = years.reopen(
                connection,
                self.book.company,
                YEAR,
                maker=self.book.tenant.person("asha"),
                checker=self.book.tenant.person("bina"),
                reason="A late invoice",
                key=key,
            )
        return closing.id


def run(database, *, seed, examples, steps):
    """So many books, each after so many operations; the same for the same seed."""

    class Machine(LedgerMachine):
        pass

    print(f"KONTOR_SEED={seed}")
    seeded(seed)(Machine)
    Machine.database = database
    Machine.TestCase.settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=PHASES,
        report_multiple_bugs=False,
    )
    Machine.TestCase().runTest()


@pytest.mark.timeout(900)
def test_the_ledger_does_what_the_model_does(database):
    run(database, seed=int(os.environ.get("KONTOR_SEED", randbelow(2**32))), examples=60, steps=50)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(int(os.environ.get("KONTOR_SEEDS", "500"))))
def test_the_ledger_does_what_the_model_does_for_many_seeds(database, seed):
    run(database, seed=seed, examples=4, steps=100)
