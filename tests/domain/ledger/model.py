"""A ledger in plain Python: the oracle that every operation of the real one is compared with.

It keeps lists and sums them anew each time, knows no database, and imports nothing of the product.
Amounts are integers, debits above zero. A refusal is `Refused(code)`.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.domain.ledger.terms import (
    MALFORMED,
    Entry,
    Hold,
    Line,
    Refused,
    exchange_lines,
    malformed,
)


@dataclass
class Model:
    """The whole book. `sides` are the accounts: 1 for a normal debit side, -1 for a credit one."""

    sides: dict[str, int]
    now: datetime
    months: dict[date, str]
    posted: dict[str, Entry] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    kept_refusals: dict[str, tuple[Entry, str]] = field(default_factory=dict)
    limits: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    controlled: frozenset[str] = frozenset()
    ties: list[tuple[tuple[str, int], tuple[str, int], int]] = field(default_factory=list)

    # What stands in the book.

    def balance(self, account, currency="INR", *, until=None, worth=False):
        """Debits less credits."""
        return sum(
            line.worth if worth else line.amount
            for entry in self.posted.values()
            for line in entry.lines
            if line.account == account
            and line.currency == currency
            and (until is None or entry.day <= until)
        )

    def sums(self, until=None):
        """Debit, credit and both in the base currency, by account, currency and branch."""
        found = defaultdict(Counter)
        for entry in self.posted.values():
            if until is not None and entry.day > until:
                continue
            for line in entry.lines:
                cell = found[line.account, line.currency, line.branch]
                cell["debit"] += max(line.amount, 0)
                cell["credit"] -= min(line.amount, 0)
                cell["base_debit"] += max(line.worth, 0)
                cell["base_credit"] -= min(line.worth, 0)
        return dict(found)

    def nets(self, until=None):
        """Debits less credits, and the same in the base currency, where either is not nothing."""
        found = {
            cell: (sums["debit"] - sums["credit"], sums["base_debit"] - sums["base_credit"])
            for cell, sums in self.sums(until).items()
        }
        return {cell: sums for cell, sums in found.items() if any(sums)}

    def dollars(self):
        """Whether anything was ever posted in dollars."""
        return any(line.currency == "USD" for e in self.posted.values() for line in e.lines)

    def held(self, account):
        """Posted, reserved to go out, announced to come in; on the normal side, in INR."""
        side = self.sides[account]
        deltas = [
            side * hold.remaining * (1 if hold.debit == account else -1)
            for hold in self.holds.values()
            if account in (hold.debit, hold.credit) and self.is_open(hold)
        ]
        return (
            side * self.balance(account),
            -sum(delta for delta in deltas if delta < 0),
            sum(delta for delta in deltas if delta > 0),
        )

    def is_open(self, hold):
        """Whether a hold can still be taken."""
        return hold.state == "open" and (hold.expires is None or hold.expires > self.now)

    def state_of(self, hold):
        """The state as a reader sees it."""
        return "expired" if hold.state == "open" and not self.is_open(hold) else hold.state

    # Posting.

    def post(self, key, entry):
        """One entry, its own faults seen before its key. Answers posted or duplicate."""
        if code := malformed(entry):
            raise Refused(code)
        ((status, code),) = self.post_batch([(key, entry, None)], "atomic")
        if status == "refused":
            raise Refused(code)
        return status

    def post_batch(self, items, mode):
        """Status and code of each item of (key, entry, chain)."""
        groups = defaultdict(list)
        for place, (_, _, chain) in enumerate(items):
            alone = ("item", place) if chain is None or mode == "independent" else ("chain", chain)
            groups["all" if mode == "atomic" else alone].append(place)
        found = [None] * len(items)
        for places in groups.values():
            self.post_group([(place, *items[place][:2]) for place in places], found, mode)
        return found

    def post_group(self, items, found, mode):
        """All of a group or none of it."""
        refusals = {}
        for place, key, entry in items:
            code = self.refusal(key, entry)
            if code is not None:
                refusals[place] = code
        fresh = [(place, key, entry) for place, key, entry in items if self.is_fresh(key)]
        if not refusals and any(self.is_tied(entry.reverses) for _, _, entry in fresh):
            refusals[fresh[0][0]] = "allocation_must_be_undone"
        if not refusals and (code := self.limit_crossed([entry for _, _, entry in fresh])):
            refusals[fresh[0][0]] = code
        for place, key, entry in items:
            if place in refusals:
                found[place] = ("refused", refusals[place])
                if mode != "atomic" and self.is_fresh(key) and refusals[place] not in MALFORMED:
                    self.kept_refusals[key] = (entry, refusals[place])
            elif not self.is_fresh(key):
                found[place] = ("duplicate", None)
            elif refusals:
                found[place] = ("refused", "chain_must_hold")
            else:
                self.record(key, entry)
                found[place] = ("posted", None)

    def is_fresh(self, key):
        """Whether nobody used the key yet."""
        return key not in self.posted and key not in self.kept_refusals

    def refusal(self, key, entry):
        """The first rule that says no, limits aside."""
        first = self.posted.get(key) or self.kept_refusals.get(key, (None,))[0]
        if first is not None and first != entry:
            return "effect_key_must_have_one_content"
        if key in self.posted:
            return None
        if key in self.kept_refusals:
            return self.kept_refusals[key][1]
        if code := malformed(entry):
            return code
        if any(line.account not in self.sides for line in entry.lines):
            return "account_must_exist"
        state = self.months.get(entry.day.replace(day=1))
        if state != "open":
            return "period_must_exist" if state is None else "period_locked"
        return None

    def limit_crossed(self, entries):
        """The code of the first hard limit that these entries together would cross."""
        for account, (floor, ceiling) in self.limits.items():
            side = self.sides[account]
            moved = side * sum(
                line.amount
                for entry in entries
                for line in entry.lines
                if (line.account, line.currency) == (account, "INR")
            )
            posted, going, coming = self.held(account)
            if moved < 0 and floor is not None and posted + moved - going < floor:
                return "balance_must_stay_above_floor"
            if moved > 0 and ceiling is not None and posted + moved + coming > ceiling:
                return "balance_must_stay_below_ceiling"
        return None

    def record(self, key, entry):
        """It stands in the book; its number is the next of its series."""
        if entry.series is not None:
            used = [e for e in self.posted.values() if e.series == entry.series]
            self.numbers[key] = len(used) + 1
        self.posted[key] = entry

    def reverse(self, key, original, day):
        """Post the mirror of the entry under `original`."""
        entry = self.posted[original]
        if entry.kind == "reversal":
            raise Refused("reversal_must_stay")
        earlier = [k for k, e in self.posted.items() if e.reverses == original]
        if earlier and earlier != [key]:
            raise Refused("already_reversed")
        mirror = tuple(
            Line(
                line.account,
                -line.amount,
                line.currency,
                None if line.base is None else -line.base,
                line.branch,
            )
            for line in entry.lines
        )
        reversal = Entry(
            day, mirror, kind="reversal", reverses=original, narration="Wrong", party=entry.party
        )
        known = key in self.posted
        status = self.post(key, reversal)
        if not known:
            for place, line in enumerate(entry.lines, 1):
                if self.makes_item(entry, line):
                    self.tie((original, place), (key, place), abs(line.amount))
        return status

    # Open items.

    def makes_item(self, entry, line):
        """Whether a posting asks a party for something."""
        return entry.party is not None and line.account in self.controlled

    def items(self):
        """What is open of each item, by key and line: signed as its posting."""
        found = {
            (key, place): line.amount
            for key, entry in self.posted.items()
            for place, line in enumerate(entry.lines, 1)
            if self.makes_item(entry, line)
        }
        for debit, credit, amount in self.ties:
            found[debit] -= amount
            found[credit] += amount
        return found

    def is_tied(self, key):
        """Whether an item of the entry was settled, by hand or by a reversal."""
        return any(key in (debit[0], credit[0]) for debit, credit, _ in self.ties)

    def tie(self, one, other, amount):
        """Settle one against the other, whichever is the debit."""
        key, place = one
        is_debit = self.posted[key].lines[place - 1].amount > 0
        self.ties.append((one, other, amount) if is_debit else (other, one, amount))

    def allocate(self, debit, credit, amount, day):
        """Settle so much of two items against each other."""
        if self.months.get(day.replace(day=1)) != "open":
            raise Refused("period_locked")
        found = self.items()
        if amount > min(found[debit], -found[credit]):
            raise Refused("item_must_cover_allocation")
        self.ties.append((debit, credit, amount))

    # Revaluation and years.

    def revalue(self, day, rate, monetary, key):
        """Dollars at the rate, and back on the next day; what none are still worth, for good."""
        for (account, currency, branch), cell in sorted(self.sums(day).items(), key=str):
            if account not in monetary or currency != "USD":
                continue
            amount = cell["debit"] - cell["credit"]
            worth = cell["base_debit"] - cell["base_credit"]
            # What an earlier revaluation of this day added goes back tomorrow by itself.
            lent = self.lent(day, account, branch)
            passing = amount * rate - worth if amount else -lent
            self.revalue_one(f"{key} {account} {branch}", day, account, branch, passing)
            if not amount and worth != lent:
                lines = exchange_lines(account, branch, lent - worth)
                self.posted[f"{key} {account} {branch} residue"] = Entry(day, lines, kind="residue")

    def revalue_one(self, key, day, account, branch, difference):
        """An account is worth so much more until tomorrow."""
        if difference:
            lines = exchange_lines(account, branch, difference)
            mirror = exchange_lines(account, branch, -difference, gain=difference > 0)
            self.posted[key] = Entry(day, lines, kind="revaluation")
            self.posted[f"{key} back"] = Entry(day + timedelta(1), mirror, kind="reversal")

    def lent(self, day, account, branch):
        """What revaluations of a day added to an account."""
        return sum(
            line.worth
            for entry in self.posted.values()
            for line in entry.lines
            if (entry.kind, entry.day) == ("revaluation", day)
            and (line.account, line.currency, line.branch) == (account, "USD", branch)
        )

    def close_year(self, since, until, kinds, key):
        """Income and expense go to retained earnings, branch by branch. Holds are all of later."""
        lines = []
        for (account, currency, branch), cell in self.sums(until).items():
            net = cell["debit"] - cell["credit"]
            if account in kinds and net:
                lines.append(Line(account, -net, currency, None, branch))
                lines.append(Line("retained_earnings", net, currency, None, branch))
        closing = Entry(until, tuple(lines), kind="closing")
        if code := self.limit_crossed([closing]):
            raise Refused(code)
        self.posted[key] = closing
        for month in self.months:
            if since <= month <= until:
                self.months[month] = "closed"

    def reopen_year(self, since, until, key, branches):
        """The closing is taken back, one branch after the other; the months stay locked."""
        before = dict(self.posted)
        for branch in branches:
            lines = (line for line in self.posted[key].lines if line.branch == branch)
            mirror = tuple(Line(each.account, -each.amount, branch=branch) for each in lines)
            back = Entry(until, mirror)
            if code := self.limit_crossed([back]):
                self.posted = before
                raise Refused(code)
            self.posted[f"{key} {branch} back"] = back
        self.posted = before
        del self.posted[key]
        for month in self.months:
            if since <= month <= until:
                self.months[month] = "locked"

    # Limits, holds, periods.

    def set_limit(self, account, floor, ceiling):
        """Neither lifts it. Limits are looked at in the order in which they were first set."""
        self.limits[account] = (floor, ceiling)

    def place(self, key, debit, credit, amount, expires):
        """Reserve."""
        if expires is not None and expires <= self.now:
            raise Refused("hold_must_expire_later")
        if debit == credit:
            raise Refused("hold_must_join_two_accounts")
        lines = (Line(debit, amount), Line(credit, -amount))
        if code := self.limit_crossed([Entry(self.now.date(), lines)]):
            raise Refused(code)
        self.holds[key] = Hold(debit, credit, amount, expires, amount)

    def take(self, key, hold_key, amount, day, *, up_to, is_last):
        """Post an amount of a hold."""
        hold = self.holds[hold_key]
        if not self.is_open(hold):
            raise Refused("hold_must_be_open")
        taken = min(amount, hold.remaining) if up_to else amount
        if taken > hold.remaining:
            raise Refused("hold_must_cover_amount")
        before = hold.remaining
        hold.remaining = 0 if is_last else before - taken
        lines = (Line(hold.debit, taken), Line(hold.credit, -taken))
        try:
            self.post(key, Entry(day, lines, narration="Taken"))
        except Refused:
            hold.remaining = before
            raise
        if hold.remaining == 0:
            hold.state = "taken"
        return taken

    def release(self, hold_key):
        """Give back the rest."""
        hold = self.holds[hold_key]
        if not self.is_open(hold):
            raise Refused("hold_must_be_open")
        hold.state, hold.remaining = "released", 0
