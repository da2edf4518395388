"""Packs and kept heads: what an auditor verifies with one file and Python, without the product."""

import ast
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest

from domain.ledger.sealing import pack, seals, verify_seal
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.sealed import Sealed
from tests.domain.refused import refused

HOLDS = "Holds: 3 batches, 7 entries, 14 postings."


@pytest.fixture(scope="module")
def packed(database, tmp_path_factory):
    """Seven sales in three batches, and the folder that their pack unpacks to."""

    made = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    sealed = Sealed(Book(database, made))
    sealed.sales(7)
    while sealed.seal(most=3):
        pass
    folder = tmp_path_factory.mktemp("packed")
    unpack(sealed, folder)
    return sealed, folder


@pytest.fixture
def folder(packed, tmp_path):
    """A copy of the unpacked pack, to tamper with."""
    return Path(shutil.copytree(packed[1], tmp_path / "pack"))


def unpack(sealed: Sealed, folder: Path) -> None:
    """Write the pack and unpack it."""
    with zipfile.ZipFile(BytesIO(written(sealed))) as made:
        made.extractall(folder)


def written(sealed: Sealed) -> bytes:
    """The pack as it leaves the database."""
    buffer = BytesIO()
    with sealed.book.transaction() as connection:
        pack.write_pack(connection, buffer)
    return buffer.getvalue()


def verify(folder: Path, *told: object) -> tuple[int, str]:
    """What the program in the pack says, run alone: no path to us, no environment."""
    done = subprocess.run(
        [sys.executable, "-I", "verify_seal.py", *(str(each) for each in told)],
        cwd=folder, capture_output=True, text=True, env={}, timeout=30, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def edit(file: Path, change) -> None:
    """Change the lines of a file of the pack."""
    file.write_text("".join(f"{line}\n" for line in change(file.read_text().splitlines())))


def with_hash(line: str) -> str:
    """The line of an entry with the hash that its text has now."""
    batch, place, _, content = line.split(" ", 3)
    return f"{batch} {place} {verify_seal.leaf_hash(content.encode()).hex()} {content}"


def test_the_verifier_imports_nothing_of_ours():
    tree = ast.parse(Path(verify_seal.__file__).read_text())
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    assert imported - sys.stdlib_module_names == {"cryptography"}
    assert not any(isinstance(n, ast.ImportFrom) and n.level for n in ast.walk(tree))


def test_a_pack_holds_as_zip_and_as_folder(packed, folder):
    sealed, _ = packed
    (folder / "whole.zip").write_bytes(written(sealed))
    last = sealed.heads()[-1]
    for told in ((), (".",), ("whole.zip",)):
        code, said = verify(folder, *told)
        assert (code, said.splitlines()[0]) == (0, HOLDS)
        assert last.hash in said
        assert last.key in said
        assert "Name a kept head or the key" in said
    code, said = verify(folder, "--key", last.key, "--kept", "whole.zip")
    assert (code, len(said.splitlines())) == (0, 2)


def test_the_same_chain_makes_the_same_pack(packed):
    assert written(packed[0]) == written(packed[0])


def test_a_pack_of_nothing_holds(book, tmp_path):
    unpack(Sealed(book), tmp_path)
    assert verify(tmp_path)[0] == 0


FAULTS = {
    "an entry edited": (
        "entries.txt",
        lambda lines: [line.replace("Sale 4", "Gift 4") for line in lines],
        "The entry at place 1 of batch 2 ({id} of 2026-07-16, 'Gift 4') was changed",
    ),
    "an amount edited": (
        "entries.txt",
        lambda lines: [line.replace('"amount":500,', '"amount":501,') for line in lines],
        "place 2 of batch 2 ({id} of 2026-07-16, 'Sale 5') was changed",
    ),
    "an entry edited with its hash": (
        "entries.txt",
        lambda lines: [with_hash(line.replace("Sale 4", "Gift 4")) for line in lines],
        "Batch 2 is not what was sealed: one of its 3 entries was replaced",
    ),
    "an entry deleted": (
        "entries.txt",
        lambda lines: lines[:3] + lines[4:],
        "stands where place 1 of batch 2 belongs",
    ),
    "an entry inserted": (
        "entries.txt",
        lambda lines: lines[:3] + lines[2:],
        "The entry at place 3 of batch 1",
    ),
    "entries reordered": (
        "entries.txt",
        lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
        "The entry at place 2 of batch 2 ({id} of 2026-07-16, 'Sale 5') stands where place 1",
    ),
    "the last entry cut off": (
        "entries.txt",
        lambda lines: lines[:-1],
        "Batch 3 was sealed with 1 entries and 2 postings, but has 0 and 0",
    ),
    "an entry behind the last": (
        "entries.txt",
        lambda lines: [*lines, lines[-1]],
        "is beyond the last batch: it was inserted",
    ),
    "a line that is no entry": (
        "entries.txt",
        lambda lines: ["nonsense", *lines],
        "A line of the entries is no entry",
    ),
    "a head edited": (
        "heads.jsonl",
        lambda lines: [line.replace(r"\"postings\":6", r"\"postings\":8") for line in lines],
        "The head of batch 1 is not what was signed",
    ),
    "a head dropped": (
        "heads.jsonl",
        lambda lines: [lines[0], lines[2]],
        "Batch 2 is missing: the heads go on with batch 3",
    ),
    "the first head dropped": (
        "heads.jsonl",
        lambda lines: lines[1:],
        "Batch 1 is missing",
    ),
    "the last head dropped": (
        "heads.jsonl",
        lambda lines: lines[:2],
        "The entry at place 1 of batch 3 ({id} of 2026-07-16, 'Sale 7') is beyond",
    ),
    "a signature of another head": (
        "heads.jsonl",
        lambda lines: [lines[0], swapped(lines[1], lines[0]), lines[2]],
        "The head of batch 2 is not what was signed",
    ),
    "another key": (
        "keys.json",
        lambda lines: [json.dumps(dict.fromkeys(json.loads("".join(lines)), "00" * 32))],
        "is missing or another",
    ),
}


def swapped(line: str, other: str) -> str:
    """A head with the signature of another."""
    return json.dumps(json.loads(line) | {"signature": json.loads(other)["signature"]})


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_pack_is_named(packed, folder, fault):
    name, change, said = FAULTS[fault]
    edit(folder / name, change)

    code, answer = verify(folder)

    assert code == 1
    assert answer.startswith("DOES NOT HOLD. ")
    before, _, after = said.partition("{id}")
    assert before in answer
    assert after in answer


def test_a_tail_cut_off_everywhere_shows_against_a_kept_head(packed, folder):
    (folder / "kept.jsonl").write_text(pack.line(packed[0].heads()[-1]) + "\n")
    edit(folder / "heads.jsonl", lambda lines: lines[:2])
    edit(folder / "entries.txt", lambda lines: lines[:6])

    assert verify(folder)[0] == 0
    code, said = verify(folder, ".", "--kept", "kept.jsonl")
    assert code == 1
    assert "The chain ends with batch 2, but you kept the head of batch 3" in said


def test_a_rewrite_shows_against_a_key_a_kept_head_and_names_the_entry_of_a_kept_pack(
    book, tmp_path
):
    sealed = Sealed(book)
    sealed.sales(5)
    head = sealed.seal()
    (tmp_path / "kept.zip").write_bytes(written(sealed))
    (tmp_path / "kept.jsonl").write_text(pack.line(head) + "\n")
    sealed.damage("UPDATE journal_entries SET narration = 'Gift' WHERE narration = 'Sale 3'")
    for table in ("seal_members", "seal_batches", "seal_keys"):
        sealed.damage(f"DELETE FROM {table}")
    thief = Sealed(book)
    thief.seal()
    unpack(thief, tmp_path)

    assert verify(tmp_path)[0] == 0
    assert "none of those you named" in verify(tmp_path, "--key", head.key)[1]
    assert "Batch 1 is not the one whose head" in verify(tmp_path, "--kept", "kept.jsonl")[1]
    assert (
        "'Gift') is not what the pack you kept has there"
        in (verify(tmp_path, "--kept", "kept.zip")[1])
    )


def test_a_kept_pack_names_what_was_deleted(packed, folder):
    (folder / "kept.zip").write_bytes(written(packed[0]))
    edit(folder / "entries.txt", lambda lines: lines[:6])
    code, said = verify(folder, "--kept", "kept.zip")
    assert code == 1
    assert "'Sale 7') is in the pack you kept and was deleted since" in said


def test_the_proof_of_an_entry_is_verified_alone(packed, folder):
    sealed, _ = packed
    id = json.loads((folder / "entries.txt").read_text().splitlines()[4].split(" ", 3)[3])["id"]
    with sealed.book.transaction() as connection:
        proof = asdict(seals.proof(connection, id))
    (folder / "proof.json").write_text(json.dumps(proof))
    key = sealed.heads()[0].key

    code, said = verify(folder, "--proof", "proof.json", "--key", key)
    assert (code, "'Sale 5') was sealed as it stands here" in said) == (0, True)

    assert verify(folder, "--proof", "proof.json", "--key", "00" * 32)[0] == 1
    proof["entry"] = proof["entry"].replace("Sale 5", "Gift 5")
    (folder / "proof.json").write_text(json.dumps(proof))
    code, said = verify(folder, "--proof", "proof.json")
    assert (code, "'Gift 5') is not what was sealed" in said) == (1, True)


def test_heads_are_kept_outside_as_lines_and_each_once(book, tmp_path):
    sealed = Sealed(book)
    file = tmp_path / "heads" / "tenant.jsonl"

    def keep():
        with book.transaction() as connection:
            return pack.keep_heads(connection, file)

    assert keep() == 0
    sealed.sales(4)
    sealed.seal(most=3)
    assert keep() == 1
    assert keep() == 0
    with file.open("a") as torn:
        torn.write('{"head": "{\\"batch')
    sealed.seal()
    sealed.sales(1, first=5)
    sealed.seal()
    assert keep() == 2
    assert pack.kept_heads(file) == sealed.heads()
    assert sealed.verify(kept=pack.kept_heads(file)).difference is None


@pytest.mark.parametrize("damage", ["WHERE batch = 2", ""])
def test_a_chain_that_was_cut_or_rewritten_is_not_appended(book, tmp_path, damage):
    sealed = Sealed(book)
    file = tmp_path / "tenant.jsonl"
    sealed.sales(2)
    while sealed.seal(most=1):
        pass
    with book.transaction() as connection:
        pack.keep_heads(connection, file)
    before = file.read_bytes()
    for table in ("seal_members", "seal_batches"):
        sealed.damage(f"DELETE FROM {table} {damage}")
    Sealed(book).seal()

    with (
        refused("kept_head_must_be_in_the_chain", "batch 2"),
        book.transaction() as connection,
    ):
        pack.keep_heads(connection, file)
    assert file.read_bytes() == before
