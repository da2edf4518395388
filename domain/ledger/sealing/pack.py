"""What leaves the database: heads kept as lines of a file, and packs that need no product."""

import json
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy import Connection, text

from domain.ledger.sealing import head_file, seals, verify_seal
from domain.ledger.sealing.verify_seal import ENTRIES, HEADS, KEYS, Head, read_head, written_head
from domain.refusal import Refusal

LINES = text("""
    SELECT concat_ws(' ', m.batch, m.place, encode(m.leaf, 'hex'), coalesce(l.content, 'null'))
    FROM seal_members m LEFT JOIN entry_leaves(ARRAY(
        SELECT entry_id FROM seal_members
        WHERE tenant_id = (SELECT current_tenant()) AND batch BETWEEN :first AND :last
        )) l ON l.entry_id = m.entry_id
    WHERE m.tenant_id = (SELECT current_tenant()) AND m.batch BETWEEN :first AND :last
    ORDER BY m.batch, m.place
""")
README = """\
A pack of sealed journal entries.

    python verify_seal.py .

reads it and says whether everything holds; `--help` and its first lines say how to compare it with
a head, a pack or a key that you kept earlier. It needs Python 3.11 and the package `cryptography`.

heads.jsonl    one line a batch: what was signed, and the signature
entries.txt    one line an entry: batch, place in it, hash, and the entry as it was sealed
keys.json      the public keys that signed, by name
"""
# The same chain makes the same pack: no clock of the machine in it.
MADE = (1980, 1, 1, 0, 0, 0)


def write_pack(connection: Connection, to: BinaryIO) -> Head | None:
    """Write everything that is sealed as a zip file; answers with its last head.

    Run it under REPEATABLE READ or let the sealer go on: what is sealed meanwhile stays out.
    """
    chain = seals.heads(connection)
    with ZipFile(to, "w", ZIP_DEFLATED) as pack:
        add(pack, "README.txt", README)
        add(pack, "verify_seal.py", Path(verify_seal.__file__).read_text())
        add(pack, KEYS, json.dumps(seals.keys(connection), indent=1))
        add(pack, HEADS, "".join(f"{line(head)}\n" for head in chain))
        with pack.open(named(ENTRIES), "w", force_zip64=True) as file:
            entries = TextIOWrapper(file, "utf-8", newline="\n")
            for span in seals.spans(chain):
                entries.writelines(f"{each}\n" for each in connection.scalars(LINES, span))
            entries.flush()
    return chain[-1] if chain else None


def add(pack: ZipFile, name: str, content: str) -> None:
    """One file of a pack."""
    pack.writestr(named(name), content)


def named(name: str) -> ZipInfo:
    """The entry of a file in the zip."""
    found = ZipInfo(name, MADE)
    found.compress_type = ZIP_DEFLATED
    return found


def line(head: Head) -> str:
    """A head as heads are kept."""
    return written_head(head.text, bytes.fromhex(head.signature))


def keep_heads(connection: Connection, path: Path) -> int:
    """Append the heads that the file does not have yet; answers with how many.

    The file is to lie where those who write the database do not. Raises Refusal
    `kept_head_must_be_in_the_chain` when the chain is not the one whose heads were kept; then the
    file stays as it is.
    """

    def following(line_before: bytes) -> list[str]:
        last = read_head(line_before.decode()) if line_before else None
        chain = seals.heads(connection, after=last.batch - 1 if last else 0)
        if last and (not chain or chain.pop(0).text != last.text):
            raise Refusal(
                "kept_head_must_be_in_the_chain",
                f"{path.name} keeps the head of batch {last.batch}, but the chain has another or "
                "none: it was cut off or rewritten. Stop posting, keep the file, verify the book.",
            )
        return [line(head) for head in chain]

    return head_file.extend(path, following)


def kept_heads(path: Path) -> list[Head]:
    """The heads that a file keeps; none when there is no file. Raises Fault."""
    return [read_head(each) for each in head_file.lines(path)]
