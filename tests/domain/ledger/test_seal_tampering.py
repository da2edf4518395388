"""Every tampering that a superuser plants in the tables of a sealed book, and how it is named.

Seven sales in batches of three, three and one; `Sale 4` is the first of batch 2. Triggers and
foreign keys are off, as they are for whoever owns the server.
"""

from dataclasses import replace

import pytest

from domain.ledger.entry import Numbering, Posting
from domain.ledger.sealing import verify_seal
from tests.domain.ledger.sealed import Sealed

FOURTH = "(SELECT id FROM journal_entries WHERE narration = 'Sale 4')"
LEAF = "(SELECT leaf FROM entry_leaves(ARRAY[entry_id]))"
COPY = """
    INSERT INTO journal_entries SELECT (jsonb_populate_record(e, jsonb_build_object(
        'id', '0190a000-0000-7000-8000-00000000000{place}', 'effect_key', 'planted{place}',
        'narration', 'Planted'))).*
    FROM journal_entries e WHERE narration = 'Sale {like}';
    INSERT INTO postings SELECT (jsonb_populate_record(p, jsonb_build_object(
        'entry_id', '0190a000-0000-7000-8000-00000000000{place}'))).*
    FROM postings p JOIN journal_entries e ON e.id = entry_id WHERE narration = 'Sale {like}';
"""
PLANTED = COPY.format(place=1, like=4)
OF_NAMED = "entry_id IN (SELECT id FROM journal_entries WHERE narration = '{0}');"
DELETE = f"DELETE FROM postings WHERE {OF_NAMED} DELETE FROM voucher_numbers WHERE {OF_NAMED}"
DELETE_MEMBERS = f"DELETE FROM seal_members WHERE {OF_NAMED}"
DELETE_ENTRIES = "DELETE FROM journal_entries WHERE narration = '{0}';"
TAIL_CUT_OFF = (DELETE + DELETE_MEMBERS + DELETE_ENTRIES).format("Sale 7") + (
    "DELETE FROM seal_batches WHERE batch = 3"
)
ENTRY = "UPDATE journal_entries SET {} WHERE narration = 'Sale 4'"
POSTING = f"UPDATE postings SET {{}} WHERE entry_id = {FOURTH}"

EDITS = {
    "the narration": ENTRY.format("narration = 'Gift'"),
    "the date": ENTRY.format("entry_date = '2026-07-15'"),
    "the time by a microsecond": ENTRY.format(
        "recorded_at = recorded_at + interval '1 microsecond'"
    ),
    "the kind": ENTRY.format("kind = 'adjusting'"),
    "the effect key": ENTRY.format("effect_key = 'x'"),
    "the company": ENTRY.format("company_id = gen_random_uuid()"),
    "the process": ENTRY.format("process_id = gen_random_uuid()"),
    "the order of commits": ENTRY.format("transaction_id = '3'"),
    "both amounts": POSTING.format("amount = amount * 2, base_amount = base_amount * 2"),
    "a base amount": POSTING.format("base_amount = base_amount + 1"),
    "an account": POSTING.format(
        "account_id = (SELECT id FROM accounts WHERE code = 'share_capital')"
    ),
    "the kind of an account": "UPDATE accounts SET kind = 'expense' WHERE code = 'input_cgst'",
    "a dimension": (
        "UPDATE dimension_sets SET dimensions = '{\"branch\": \"Goa\"}' WHERE dimensions <> '{}'"
    ),
    "the number": "UPDATE voucher_numbers SET number = 'S9'",
    "the order of postings": POSTING.format("line = 5 - line"),
    "a posting deleted": f"DELETE FROM postings WHERE entry_id = {FOURTH} AND line = 2",
    "a posting inserted": (
        "INSERT INTO postings SELECT (jsonb_populate_record(p, '{\"line\": 3}')).*"
        f" FROM postings p WHERE entry_id = {FOURTH} AND line = 1"
    ),
}

OTHERS = {
    "an entry deleted": (
        (DELETE + DELETE_ENTRIES).format("Sale 4"),
        "place 1 of batch 2, was deleted after its seal",
    ),
    "an entry deleted with its seal": (
        (DELETE + DELETE_MEMBERS + DELETE_ENTRIES).format("Sale 5"),
        "The entry at place 2 of batch 2 was deleted, its seal with it",
    ),
    "the last of a batch deleted with its seal": (
        (DELETE + DELETE_MEMBERS + DELETE_ENTRIES).format("Sale 6"),
        "Batch 2 was sealed with 3 entries and 6 postings, but has 2 and 4",
    ),
    "a batch's members gone": (
        "DELETE FROM seal_members WHERE batch = 3",
        "Nothing tells any more which 1 entries batch 3 holds",
    ),
    "an entry inserted among sealed ones": (
        PLANTED,
        "'Planted', stands among sealed entries and was never sealed",
    ),
    "an entry inserted with a seal": (
        PLANTED + "INSERT INTO seal_members SELECT current_tenant(), id, 2, 4, 2, leaf"
        " FROM journal_entries, entry_leaves(ARRAY[id]) WHERE narration = 'Planted'",
        "Batch 2 was sealed with 3 entries and 6 postings, but has 4 and 8",
    ),
    "an entry inserted in the future": (
        PLANTED + "UPDATE journal_entries SET transaction_id = '999999999'"
        " WHERE narration = 'Planted'",
        "'Planted', claims transaction 999999999, which has not begun",
    ),
    "an entry replaced with its seal": (
        "UPDATE journal_entries SET narration = 'Gift' WHERE narration = 'Sale 4';"
        f"UPDATE seal_members SET leaf = {LEAF} WHERE batch = 2 AND place = 1",
        "Batch 2 is not what was sealed: one of its 3 entries was replaced together with its hash",
    ),
    "two entries in each other's place": (
        "UPDATE seal_members SET place = place + 10 WHERE batch = 2 AND place <> 3;"
        "UPDATE seal_members SET place = 13 - place WHERE batch = 2 AND place <> 3",
        "Batch 2 is not what was sealed",
    ),
    "a head changed": (
        "UPDATE seal_batches SET head = replace(head, '\"entries\":3', '\"entries\":2')"
        " WHERE batch = 2",
        "The head of batch 2 is not what was signed: it was changed",
    ),
    "a head gone": (
        "DELETE FROM seal_batches WHERE batch = 2",
        "Batch 2 is missing: the heads go on with batch 3",
    ),
    "a signature changed": (
        "UPDATE seal_batches SET signature = decode(repeat('00', 64), 'hex') WHERE batch = 1",
        "The head of batch 1 is not what was signed",
    ),
    "a key gone": ("DELETE FROM seal_keys", "The public key"),
}


@pytest.fixture
def sealed(book):
    """Seven sales; the fourth has a number, a branch and another account."""
    sealed = Sealed(book)
    sealed.sales(3)
    fourth = replace(
        book.sale(narration="Sale 4"),
        numbering=Numbering("s", "S{sequence}"),
        postings=(
            Posting("bank", 400, "INR", dimensions=(("branch", "Mysuru"),)),
            Posting("input_cgst", -400, "INR"),
        ),
    )
    book.post(fourth)
    sealed.sales(3, first=5)
    while sealed.seal(most=3):
        pass
    assert sealed.verify().difference is None
    return sealed


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_named_with_its_entry(sealed, edit):
    sealed.damage(EDITS[edit])

    difference = sealed.verify().difference

    assert difference.startswith("The entry at place 1 of batch 2 (S"), difference
    assert difference.endswith("was changed after it was sealed.")


def test_the_entry_is_named_by_its_number_date_and_narration(sealed):
    sealed.damage(ENTRY.format("module = 'sales'"))
    assert sealed.verify().difference == (
        "The entry at place 1 of batch 2 (S1 of 2026-07-16, 'Sale 4') "
        "was changed after it was sealed."
    )


@pytest.mark.parametrize("fault", OTHERS)
def test_a_fault_is_named(sealed, fault):
    damage, said = OTHERS[fault]
    sealed.damage(damage)
    assert said in sealed.verify().difference


def test_the_first_of_several_is_named(sealed):
    sealed.damage("UPDATE journal_entries SET module = 'sales'")
    verdict = sealed.verify()
    assert "The entry at place 1 of batch 1" in verdict.difference
    assert verdict.entries == 0


def test_a_tail_cut_off_shows_against_a_kept_head(sealed):
    kept = sealed.heads()[-1:]
    sealed.damage(TAIL_CUT_OFF)

    assert sealed.verify().difference is None
    assert "The chain ends with batch 2, but you kept the head of batch 3" in (
        sealed.verify(kept=kept).difference
    )


def test_a_full_rewrite_shows_against_a_kept_head_or_the_key(sealed, book):
    """Everything sealed anew, by a thief with a key of his own."""
    kept = sealed.heads()[:1]
    key = kept[0].key
    sealed.damage("UPDATE journal_entries SET narration = 'Gift'")
    for table in ("seal_members", "seal_batches", "seal_keys"):
        sealed.damage(f"DELETE FROM {table}")
    thief = Sealed(book)
    while thief.seal(most=3):
        pass

    assert thief.verify().difference is None
    assert "Batch 1 is not the one whose head you kept" in thief.verify(kept=kept).difference
    assert "none of those you named" in thief.verify(keys=[key]).difference


def test_an_older_copy_of_the_book_shows_against_a_kept_head(sealed, book):
    """As after a backup is played back over what was posted since, and the work goes on."""
    kept = sealed.heads()
    sealed.damage(TAIL_CUT_OFF)
    sealed.sales(2, first=8)
    sealed.seal()
    assert sealed.verify().difference is None
    assert "Batch 3 is not the one whose head you kept" in sealed.verify(kept=kept).difference


def test_what_is_not_sealed_yet_is_no_fault(sealed):
    sealed.sales(1, first=8)
    verdict = sealed.verify(kept=sealed.heads(), keys=[sealed.heads()[0].key])
    assert (verdict.entries, verdict.difference) == (7, None)


def test_keys_may_change_and_both_are_remembered(sealed, book):
    second = Sealed(book)
    sealed.sales(1, first=8)
    second.seal()
    assert second.verify().difference is None
    assert len({head.key for head in second.heads()}) == 2
    both = [head.key for head in second.heads()]
    assert second.verify(keys=both).difference is None
    assert "Batch 4 is signed by key" in second.verify(keys=both[:1]).difference


def test_a_line_that_is_no_head_is_a_fault():
    for line in ("", "{}", '{"head": "{}", "signature": ""}', "[1]"):
        with pytest.raises(verify_seal.Fault, match="is no head"):
            verify_seal.read_head(line)
