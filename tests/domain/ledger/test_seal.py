"""Sealing: batches in the order of commits, one chain, leaves that anybody can recompute."""

import json
from dataclasses import replace
from datetime import UTC
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain.ledger.entry import Numbering
from domain.ledger.sealing import seals, verify_seal
from domain.ledger.tables import journal_entries, postings
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.race import at_once
from tests.domain.ledger.sealed import Sealed
from tests.domain.refused import refused

# The reference leaves and roots of Certificate Transparency (RFC 6962): `merkletree_test` of its
# first implementation has the roots of the first n of these leaves.
LEAVES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
RICH = """
    2026-07-16  Dollars "bought" at 7 %, ₹ in \\ words
      Dr  bank   100.00 USD = 8300.00 INR  branch Mysuru product नमक
      Cr  sales  100.00 USD = 8300.00 INR
"""
ELSEWHERE = """
    2026-07-16  Elsewhere
      Dr  input_cgst     100.00 INR
      Cr  share_capital  100.00 INR
"""
# What an entry or a posting has beside what is sealed, and why that may be.
LEFT_OUT = {
    "journal_entries": {"tenant_id": "tenant", "company_id": "company", "party_id": "party",
                        "process_id": "process", "document_id": "document",
                        "transaction_id": "transaction"},
    "postings": {"tenant_id": "the entry's", "entry_id": "the entry's", "account_id": "account",
                 "dimension_set_id": "dimensions"},
}  # fmt: skip


@pytest.fixture
def sealed(book):
    return Sealed(book)


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_those_of_rfc_6962_in_python_and_in_the_database(database, count):
    leaves = [verify_seal.leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:count]]
    assert verify_seal.root_of(leaves).hex() == ROOTS[count - 1]
    with database.admin.connect() as connection:
        root = connection.scalar(text("SELECT merkle_root(:leaves)"), {"leaves": leaves})
    assert root.hex() == ROOTS[count - 1]


@given(size=st.integers(1, 70), place=st.integers(1, 70), other=st.integers(1, 70))
def test_a_path_leads_from_its_place_to_the_root_and_from_no_other(size, place, other):
    leaves = [verify_seal.leaf_hash(bytes([number])) for number in range(size)]
    place, other = min(place, size), min(other, size)
    path = verify_seal.path_of(leaves, place)
    root = verify_seal.root_of(leaves)

    assert verify_seal.root_by(leaves[place - 1], path, place=place, size=size) == root
    if other != place:
        assert verify_seal.root_by(leaves[place - 1], path, place=other, size=size) != root
        assert verify_seal.root_by(leaves[other - 1], path, place=place, size=size) != root
    assert verify_seal.root_by(root, [*path, root], place=place, size=size) != root


def test_a_leaf_is_canonical_json_of_everything_that_means_something(book, sealed):
    entry = replace(book.entry(RICH), numbering=Numbering("s", "S{sequence}"))
    id = book.post(entry, key="once").entry
    with book.transaction() as connection:
        row = connection.execute(journal_entries.select()).one()
        bank, sales = (
            connection.scalar(text(f"SELECT id FROM accounts WHERE code = '{code}'"))
            for code in ("bank", "sales")
        )
        leaf = connection.execute(
            text("SELECT content, postings FROM entry_leaves(ARRAY[CAST(:id AS uuid)])"),
            {"id": id},
        ).one()

    def posting(line, account, kind, sign, dimensions):
        return {
            "account": account, "account_kind": kind, "amount": sign * 10_000,
            "base_amount": sign * 830_000, "currency": "USD", "dimensions": dimensions,
            "entry_date": "2026-07-16", "line": line,
        }  # fmt: skip

    expected = {
        "company": str(book.company), "content_hash": row.content_hash.hex(), "document": None,
        "due_date": None, "effect_key": "once", "entry_date": "2026-07-16", "fiscal_year": "",
        "id": str(id), "kind": "normal", "module": "general",
        "narration": 'Dollars "bought" at 7 %, ₹ in \\ words', "number": "S1", "party": None,
        "postings": [
            posting(1, bank, "asset", 1, {"branch": "Mysuru", "product": "नमक"}),
            posting(2, sales, "income", -1, {}),
        ],
        "process": None,
        "recorded_at": row.recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "reverses": None, "sequence": 1, "series": "s", "tenant": str(book.tenant.id),
        "transaction": str(row.transaction_id), "voucher": "journal",
    }  # fmt: skip
    assert leaf.content == json.dumps(
        expected, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert leaf.postings == 2


def test_a_leaf_is_the_same_whatever_the_session_prefers(book, sealed):
    id = book.post(RICH).entry
    found = set()
    for preference in (
        "TimeZone = 'Asia/Kolkata'", "TimeZone = 'America/New_York'", "DateStyle = 'German'",
        "bytea_output = 'escape'", "IntervalStyle = 'iso_8601'", "extra_float_digits = 0",
    ):  # fmt: skip
        with book.transaction() as connection:
            connection.exec_driver_sql(f"SET LOCAL {preference}")
            found.add(
                connection.scalar(
                    text("SELECT content FROM entry_leaves(ARRAY[CAST(:id AS uuid)])"), {"id": id}
                )
            )
    assert len(found) == 1


def test_no_column_of_an_entry_or_a_posting_is_forgotten(book, sealed):
    book.post(RICH)
    with book.transaction() as connection:
        content = json.loads(
            connection.scalar(
                text("SELECT content FROM journal_entries e, entry_leaves(ARRAY[e.id])")
            )
        )
    for table, told in (
        (journal_entries, content.keys()),
        (postings, content["postings"][0].keys()),
    ):
        missing = {column.name for column in table.c} - LEFT_OUT[table.name].keys() - told
        assert missing == set(), (
            f"{table.name} has columns that no seal covers: a form 2 of the leaf must tell them."
        )


def test_a_batch_is_chained_to_the_one_before_and_counts_on(sealed):
    sealed.sales(3)
    first = sealed.seal()
    sealed.sales(2, first=4)
    second = sealed.seal()

    assert [head.batch for head in sealed.heads()] == [1, 2]
    assert (first.entries, first.postings, first.previous) == (3, 6, "0" * 64)
    assert (second.entries, second.postings, second.previous) == (2, 4, first.hash)
    assert (second.entries_total, second.postings_total) == (5, 10)
    verdict = sealed.verify()
    assert (verdict.batches, verdict.entries, verdict.postings) == (2, 5, 10)
    assert verdict.difference is None


def test_sealing_again_seals_nothing_twice_and_changes_nothing(book, sealed):
    assert sealed.seal() is None
    sealed.sales(1)
    before = book.state()
    assert sealed.seal().entries == 1
    assert sealed.seal() is None
    assert book.state() == before


def test_one_transaction_may_take_several_batches(book, sealed):
    book.post_batch(*((str(number), book.sale(number)) for number in range(1, 8)))
    assert [sealed.seal(most=3).entries for _ in range(3)] == [3, 3, 1]
    assert sealed.seal(most=3) is None
    assert sealed.verify().difference is None


def test_who_commits_late_is_not_passed_over(book, sealed):
    sealed.sales(1)
    sealed.settle()
    with book.transaction() as late:
        book.post_in(late, book.sale(700, narration="Late"), key="late")
        # On other accounts: the balances of the first are held until it commits.
        book.post(ELSEWHERE)
        # What is younger than a transaction that is still running waits for it.
        assert sealed.seal(settled=False).entries == 1
        assert sealed.seal(settled=False) is None
    head = sealed.seal()

    assert head.entries == 2
    with book.transaction() as connection:
        order = connection.scalars(
            text("SELECT narration FROM journal_entries e JOIN seal_members m ON entry_id = e.id"
                 " ORDER BY batch, place")
        ).all()  # fmt: skip
    assert order == ["Sale 1", "Late", "Elsewhere"]
    assert sealed.verify().difference is None


def test_who_only_reads_holds_no_sealer(book, sealed):
    with book.transaction() as reading:
        reading.execute(text("SELECT count(*) FROM journal_entries"))
        sealed.sales(1)
        assert sealed.seal().entries == 1


def test_a_rolled_back_seal_leaves_no_gap(book, sealed):
    sealed.sales(2)
    sealed.settle()
    with book.transaction() as connection:
        assert seals.seal(connection, sealed.signer).batch == 1
        connection.rollback()
    assert sealed.seal().batch == 1
    assert sealed.verify().entries == 2


def test_many_sealers_and_posters_make_one_chain(sealed):
    def posting(number):
        return lambda: sealed.sales(5, first=number * 10 + 1)

    def sealing():
        return [sealed.seal(most=4, settled=False) for _ in range(6)]

    at_once([*(posting(number) for number in range(4)), *[sealing] * 4])
    while sealed.seal(most=4):
        pass

    assert [head.batch for head in sealed.heads()] == list(range(1, len(sealed.heads()) + 1))
    verdict = sealed.verify()
    assert (verdict.entries, verdict.difference) == (20, None)


def test_members_without_a_signed_head_do_not_outlive_their_transaction(book, sealed):
    sealed.sales(1)
    sealed.settle()
    with pytest.raises(IntegrityError), book.transaction() as connection:
        connection.execute(seals.DRAFT, {"most": 1, "public_key": sealed.signer.public_key})
    assert sealed.seal().batch == 1


def test_what_was_not_drafted_is_not_signed(book, sealed):
    with refused("seal_must_be_drafted", "Batch 1"), book.transaction() as connection:
        connection.execute(
            seals.SEAL, {"public_key": sealed.signer.public_key, "signature": bytes(64)}
        )


def test_a_server_that_counts_transactions_anew_seals_nothing(sealed):
    """As after a dump was restored into a fresh server: its transactions would be passed over."""
    sealed.sales(1)
    sealed.seal()
    with sealed.tampering() as connection:
        connection.exec_driver_sql(
            "UPDATE seal_batches SET head = "
            '(head::jsonb || \'{"last_transaction": "4000000000"}\')::text'
        )
    with refused("transactions_must_go_on", "4000000000"):
        sealed.seal()


def test_each_tenant_has_a_chain_of_its_own(database, book, sealed):
    other = Sealed(Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)))
    sealed.sales(2)
    (foreign,) = other.sales(1)
    assert sealed.seal().entries == 2
    assert other.heads() == []
    assert other.seal().batch == 1
    with refused("entry_must_exist"), book.transaction() as connection:
        seals.proof(connection, foreign)


def test_every_entry_has_a_proof_once_it_is_sealed(book, sealed):
    ids = sealed.sales(7)
    with refused("entry_must_be_sealed"), book.transaction() as connection:
        seals.proof(connection, ids[0])
    sealed.seal(most=5)
    sealed.seal()
    for id in ids:
        with book.transaction() as connection:
            proof = seals.proof(connection, id)
        stated = json.loads(json.dumps({n: getattr(proof, n) for n in proof.__slots__}))
        leaf = verify_seal.verify_proof(stated, [verify_seal.read_head(json.dumps(stated)).key])
        assert json.loads(leaf.text)["id"] == str(id)

        changed = stated | {"entry": stated["entry"].replace("Sale", "Gift")}
        with pytest.raises(verify_seal.Fault, match="is not what was sealed"):
            verify_seal.verify_proof(changed)
        elsewhere = stated | {"place": stated["place"] % 5 + 1}
        with pytest.raises(verify_seal.Fault, match="is not what was sealed"):
            verify_seal.verify_proof(elsewhere)


def test_a_renamed_account_keeps_its_seals(book, sealed):
    sealed.sales(1)
    sealed.seal()
    with book.as_owner() as connection:
        rename = text("SELECT ledger_rename_account(:company, 'bank', 'bank_main')")
        connection.execute(rename, {"company": book.company})
    assert sealed.verify().difference is None
