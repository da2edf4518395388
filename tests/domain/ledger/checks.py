"""What must be so of a book and its model, whatever was done to both."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text

from domain.ledger import holds, limits
from domain.ledger.entry import JournalEntry, Numbering, Posting
from domain.ledger.sealing import pack, verify_seal
from domain.refusal import Refusal
from tests.domain.ledger.operations import SIDES
from tests.domain.ledger.terms import Refused

ITEMS = text("SELECT entry_id, line, open_amount FROM open_items")
POSTED = text("SELECT count(DISTINCT entry_id), count(*) FROM postings")
SUMS = """
    SELECT a.code, m.currency, d.dimensions->>'branch' AS branch, sum(debit - credit)::bigint,
        sum(base_debit - base_credit)::bigint
    FROM {table} m JOIN accounts a ON a.id = m.account_id
    JOIN dimension_sets d ON d.id = m.dimension_set_id
    WHERE {day} GROUP BY 1, 2, 3
"""


class Checks:
    """Compares `self.book` with `self.model`; `ids` and `holds` are what the book calls things.

    `done` is what was done under a key, with what it answered. `sealed` seals the book; `heads` are
    those that were kept outside of it.
    """

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
        self.items_agree()
        self.sums_agree(None)
        self.sums_agree(date(2026, 6, 30))
        assert self.book.integrity().difference is None
        with self.book.transaction() as connection:
            for key, hold in self.model.holds.items():
                found = holds.get(connection, self.holds[key])
                assert found.state == self.model.state_of(hold)
        self.seal(settled=True)
        self.the_same_again()
        self.the_seal_verifies()

    def items_agree(self):
        """What is open of each item."""
        with self.book.transaction() as connection:
            rows = connection.execute(
                text("SELECT entry_id, line, open_amount FROM open_items")
            ).all()
        known = {(self.ids[key], place): rest for (key, place), rest in self.model.items().items()}
        assert {(row.entry_id, row.line): row.open_amount for row in rows} == known

    def sums_agree(self, until):
        """Balances or day movements, by account, currency and branch."""
        table = "balances" if until is None else "day_movements"
        query = SUMS.format(table=table, day="true" if until is None else "entry_date <= :until")
        with self.book.transaction() as connection:
            rows = connection.execute(text(query), {"until": until} if until else {}).all()
        found = {tuple(row)[:3]: tuple(row)[3:] for row in rows if any(tuple(row)[3:])}
        assert found == self.model.nets(until)

    def the_same_again(self):
        """Everything asked for again answers what it answered, and changes nothing."""
        before = self.book.state()
        for batch, mode in self.asked:
            for key, entry, _ in batch:
                if key in self.model.posted or key in self.model.kept_refusals:
                    self.same_outcome(key, entry, mode)
        for act, answer in self.done:
            again = act()
            assert again == answer, f"{answer} was answered; {again} now"
        assert self.book.state() == before

    def seal(self, *, settled):
        """Seal what waits for it and keep the head; all there is, or what may be sealed already."""
        head = self.sealed.seal(settled=settled)
        self.heads += [head] if head else []

    def the_seal_verifies(self):
        """The program in each pack finds every entry as it was sealed, in the chain that was kept.

        It is called, for starting it costs more than all it does; test_seal_pack runs it by itself.
        """
        with self.book.transaction() as connection, TemporaryDirectory() as folder:
            packed, kept = Path(folder, "pack.zip"), Path(folder, "heads.jsonl")
            with packed.open("wb") as file:
                pack.write_pack(connection, file)
            kept.write_text("".join(f"{pack.line(head)}\n" for head in self.heads))
            key = sha256(self.sealed.signer.public_key).hexdigest()
            found = verify_seal.verify_pack(packed, kept, [key])
            posted = connection.execute(POSTED).one()
        assert (found.batches, found.entries, found.postings) == (len(self.heads), *posted)

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

    def once(self, act):
        """Do what has a key. In the end it is asked for again."""
        answer = act()
        self.done.append((act, answer))
        return answer

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
            self.book.company,
            entry.day,
            entry.narration,
            postings,
            party=entry.party and self.book.tenant.party(entry.party),
            numbering=numbering or None,
        )

    def now(self):
        with self.book.transaction() as connection:
            return connection.scalar(text("SELECT business_now()"))
