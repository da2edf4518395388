"""One caller of the ledger who keeps every key until it is answered, and knows what must stand."""

from copy import deepcopy
from datetime import UTC, datetime
from random import Random
from threading import Condition, Thread
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from domain.ledger import holds, limits
from domain.ledger.periods import holding, lock
from domain.ledger.subledger import open_items
from domain.refusal import Refusal
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.chaos.ledger_acts import LOCKED, SIDES, Act, Caller, ItemModel, Post, Whim
from tests.chaos.ledger_server import OwnDatabase, is_unanswered
from tests.domain.ledger.checks import SUMS
from tests.domain.ledger.operations import LAST
from tests.domain.ledger.terms import Refused
from tests.domain.ledger.test_model import FIRST, MONTHS

NOON = datetime(2026, 7, 16, 12, tzinfo=UTC)
KEYS = text("""
    SELECT effect_key FROM journal_entries WHERE company_id = :company AND effect_key IS NOT NULL
    UNION SELECT effect_key FROM refused_items
    UNION SELECT effect_key FROM hold_events WHERE effect_key IS NOT NULL
    UNION SELECT effect_key FROM allocations WHERE kind = 'allocation'
""")
ENTRIES = text("""
    SELECT e.effect_key, n.sequence FROM journal_entries e
    LEFT JOIN voucher_numbers n ON n.entry_id = e.id WHERE e.company_id = :company
""")
ITEMS = text("""
    SELECT e.effect_key, o.amount, o.open_amount FROM open_items o
    JOIN journal_entries e ON e.id = o.entry_id WHERE o.company_id = :company
""")


class Driver(Thread):
    """Asks book and model the same, one act after the other, until told that it is over."""

    def __init__(self, database: OwnDatabase, seed: int) -> None:
        super().__init__(daemon=True)
        self.book = Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
        with self.book.as_owner() as connection:
            period = holding(connection, self.book.company, LOCKED)
            lock(connection, period.id, person=self.book.tenant.person("deepa"), reason="Closed")
        months = {month: "open" for month in MONTHS if FIRST <= month <= LAST}
        self.model = ItemModel(SIDES, NOON, {**months, LOCKED: "locked"})
        self.caller = Caller(self.book)
        self.whim = Whim(Random(seed))
        self.acts: list[tuple[Act, object]] = []
        self.asking: Act | None = None
        self.attempts = self.resent = 0
        self.fault: BaseException | None = None
        self.gate = Condition()
        self.may_send, self.is_parked, self.is_over = True, False, False

    # The thread.

    def run(self) -> None:
        """Act until it is over; a fault that is no dead server ends it."""
        try:
            while not self.is_over:
                self.do(self.whim.act(self.model))
        except BaseException as fault:
            self.fault = fault
        finally:
            with self.gate:
                self.may_send, self.is_parked = False, True
                self.gate.notify_all()

    def do(self, act: Act) -> None:
        """The book answers what the model answers."""
        self.asking, self.attempts = act, 0
        found = self.answered(act)
        expected = answer(act.expected, self.model)
        if self.attempts > 1:  # What the first sending posted is a duplicate now.
            found, expected = without_first(found), without_first(expected)
        assert found == expected, f"{act}: {found}, not {expected}"
        self.asking = None
        self.acts.append((act, found))

    def answered(self, act: Act) -> object:
        """Send until there is an answer."""
        while True:
            self.pass_gate()
            self.attempts += 1
            try:
                return answer(act.ask, self.caller)
            except SQLAlchemyError as fault:
                if not is_unanswered(fault):
                    raise
                self.resent += 1

    def pass_gate(self) -> None:
        with self.gate:
            self.is_parked = True
            self.gate.notify_all()
            self.gate.wait_for(lambda: self.may_send)
            self.is_parked = False

    # The others.

    def hold_back(self) -> None:
        """Nothing is sent from now on; what was sent goes on."""
        with self.gate:
            self.may_send = False

    def wait_parked(self) -> None:
        """Until nothing of it is in flight. Raises what ended it."""
        with self.gate:
            assert self.gate.wait_for(lambda: self.is_parked, 60)
        self.raise_fault()

    def go_on(self) -> None:
        """Send again, first what was not answered."""
        with self.gate:
            self.may_send = True
            self.gate.notify_all()

    def finish(self) -> None:
        """No act after the present one."""
        self.is_over = True
        self.join(60)
        assert not self.is_alive()
        self.raise_fault()

    def raise_fault(self) -> None:
        """Raise what ended the thread."""
        if self.fault is not None:
            raise self.fault

    # What must be so.

    def leaves(self) -> set[str]:
        """The keys that the act which is being asked would leave in the book."""
        if self.asking is None:
            return set()
        after = deepcopy(self.model)
        found = answer(self.asking.expected, after)
        new = known_to(after) - known_to(self.model)
        is_refused = isinstance(found, str)
        own = set() if is_refused or isinstance(self.asking, Post) else {key_of(self.asking)}
        return new | own - {None}

    def landed(self) -> set[str]:
        """The keys in the book of the act which is being asked, all of them or none."""
        leaves, known = self.leaves(), self.known()
        before = known_to(self.model) | {key_of(act) for act, found in self.acts if done(found)}
        found = known - before
        assert found in (set(), leaves), f"{self.asking} left {found}, not {leaves}"
        assert before - {None} <= known, f"lost: {before - known}"
        return found

    def known(self) -> set[str]:
        """Every key that the book remembers."""
        with self.book.transaction() as connection:
            return set(connection.scalars(KEYS, {"company": self.book.company}))

    def agrees(self) -> None:
        """Book and model are the same, and the book agrees with itself."""
        company = {"company": self.book.company}
        with self.book.transaction() as connection:
            entries = {tuple(row) for row in connection.execute(ENTRIES, company)}
            count = connection.scalar(text("SELECT count(*) FROM journal_entries"))
            items = {row[0]: [row[1], row[2]] for row in connection.execute(ITEMS, company)}
            standing = {
                key: (held.state, held.remaining)
                for key in self.model.holds
                for held in [holds.get(connection, self.caller.ids[key])]
            }
            accounts = {
                account: (held.posted, held.pending_out, held.pending_in)
                for account in SIDES
                for held in [limits.held(connection, self.book.company, account)]
            }
            difference = open_items.difference(connection, self.book.company)
        assert entries == {(key, self.number(key)) for key in self.model.posted}
        assert count == len(entries)
        assert items == self.model.items
        assert standing == {k: (h.state, h.remaining) for k, h in self.model.holds.items()}
        assert accounts == {account: self.model.held(account) for account in SIDES}
        self.sums_agree()
        assert difference is None
        assert self.book.integrity().difference is None

    def number(self, key: str) -> int | None:
        return self.model.numbers.get(key)

    def sums_agree(self) -> None:
        """Balances and day movements, by account."""
        for table in ("balances", "day_movements"):
            with self.book.transaction() as connection:
                rows = connection.execute(text(SUMS.format(table=table, day="true"))).all()
            found = {tuple(row)[:3]: tuple(row)[3:] for row in rows if any(tuple(row)[3:])}
            assert found == self.model.nets()

    def replay(self) -> int:
        """Every key asked again answers what it answered; nothing changes. How many were asked."""
        before, asked = self.book.state(), 0
        for act, found in self.acts:
            for again, expected in repeated(act, found, self.model):
                answers = answer(again.ask, self.caller)
                assert answers == expected, f"{again}: {answers}, not {expected}"
                asked += 1
        assert self.book.state() == before
        return asked


def answer(question, of):
    """What is answered; a refusal by its code."""
    try:
        return question(of)
    except (Refusal, Refused) as refused:
        return refused.code


def done(found):
    """Whether an act that has one key did what it asked."""
    return not isinstance(found, str)


def key_of(act):
    """The key of an act that has one."""
    return getattr(act, "key", None)


def known_to(model):
    """The keys that the model remembers."""
    return {*model.posted, *model.kept_refusals, *model.holds}


def without_first(found):
    """An answer that does not tell the first time from the next."""
    if not isinstance(found, list):
        return found
    return [("duplicate" if status == "posted" else status, code) for status, code in found]


def repeated(act, found, model):
    """An act once more, each item for itself, and what it must answer. What left no key is not."""
    if isinstance(act, Post):
        for item in act.items:
            if item[0] in model.posted or item[0] in model.kept_refusals:
                alone = Post((item,), "independent")
                yield alone, alone.expected(deepcopy(model))
    elif done(found) and key_of(act) is not None:
        yield act, found
