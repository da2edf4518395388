"""An import whose rows stand in a document: looked at whole, then posted in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection, text

from domain import canonical
from domain.canonical import plain
from domain.database import with_json
from domain.ledger.transfer import chunk as chunks
from domain.ledger.transfer import drafts
from domain.ledger.transfer.drafts import Draft, Written
from domain.ledger.transfer.loading import Counted, Preview, by_row, no_party
from domain.ledger.transfer.mapping import Columns
from domain.ledger.transfer.resuming import Import, Stated, begin, party_ids
from domain.refusal import Refusal

NAMES = (
    "reference", "day", "narration", "account", "debit", "credit", "party", "due_date",
    "branch", "cost_centre",
)  # fmt: skip
COLUMNS = Columns(
    account="account", debit="debit", credit="credit", day="day", narration="narration",
    reference="reference", party="party", due_date="due_date",
    dimensions=(("branch", "branch"), ("cost_centre", "cost_centre")),
)  # fmt: skip
# Who posted the first entry of an import; its key follows from the digest.
POSTED = text("""
    SELECT p.reference FROM journal_entries j
    LEFT JOIN processes p ON p.tenant_id = j.tenant_id AND p.id = j.process_id
    WHERE j.tenant_id = (SELECT current_tenant()) AND j.effect_key = :key
""")
BEGUN = text("""
    SELECT started_at FROM imports WHERE tenant_id = (SELECT current_tenant())
      AND company_id = :company AND digest = :digest AND position > 0
""")
ASKED_FOR = with_json("""
    SELECT p.reference FROM processes p
    JOIN documents d ON d.tenant_id = p.tenant_id AND d.id = p.document_id
    WHERE p.tenant_id = (SELECT current_tenant()) AND p.type = 'journal_import'
      AND p.company_id = :company AND p.closed_at IS NULL AND d.content->'rows' = :rows
    LIMIT 1
""", "rows")  # fmt: skip

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a document as text, for one company, and as which kind they are posted."""

    company: UUID
    base_currency: str
    kind: str
    rows: Sequence[Cells]

    @property
    def digest(self) -> str:
        """What the rows are known by, as opening balances or not."""
        return sha256(self.company.bytes + canonical.written(list(self.rows)).encode()).hexdigest()

    @property
    def drafts(self) -> list[Draft]:
        """The entries that they are. The first row is row 1."""
        written = (
            Written(number, [row.get(name, "") for name in NAMES] + [""])
            for number, row in enumerate(self.rows, 1)
        )
        reader = drafts.Reader(COLUMNS, NAMES, self.base_currency)
        return list(drafts.together(reader, written))


def look(connection: Connection, table: Table) -> Preview:
    """Everything that is wrong, by row, and what the rows add up to. Changes nothing."""
    known, drafted, digest = party_ids(connection), table.drafts, table.digest
    counted = Counted(0)
    counted.add(drafted)
    lost = [each for each in drafted if each.party and each.party not in known]
    counted.refusals += (no_party(each, COLUMNS) for each in lost)
    sound = [each for each in drafted if not each.refusals and each not in lost]
    if sound:
        columns = chunks.of(sound, digest, known).columns()
        found = chunks.looked_at(connection, table.company, table.kind, columns)
        counted.refusals += (by_row(each, sound, COLUMNS) for each in found)
    return counted.preview(digest)


def check_new(connection: Connection, table: Table) -> None:
    """Refuse rows that are in the book already, whichever way they came."""
    asked = {"company": table.company, "digest": table.digest}
    begun = connection.execute(BEGUN, asked).one_or_none()
    if begun is not None:
        key = chunks.key(table.digest, table.drafts[0].reference)
        reference = connection.scalar(POSTED, {"key": key}) or "a file"
        raise Refusal(
            "import_must_be_new",
            f"These rows were imported on {begun.started_at:%d %B %Y} as {reference}. "
            "Look there before you import them again.",
            reference=reference,
        )


def check_not_asked_for(connection: Connection, company: UUID, rows: object) -> None:
    """Refuse rows that a process under way will import."""
    reference = connection.scalar(ASKED_FOR, {"company": company, "rows": rows})
    if reference is not None:
        raise Refusal(
            "import_must_be_new",
            f"These rows wait in {reference} already. Have that one decided.",
            reference=reference,
        )


def post(connection: Connection, table: Table, *, person: UUID, process: UUID) -> Import:
    """Post all of it in the transaction at hand, each entry as made by the process.

    Raises Refusal `import_must_be_new`, or what the book says of the first entry that is wrong.
    """
    check_new(connection, table)
    drafted, digest = table.drafts, table.digest
    stated = Stated(digest, table.kind, len(drafted), plain(COLUMNS))
    begun = begin(connection, table.company, stated, person=person)
    # Another may have posted them while this one waited to begin.
    check_new(connection, table)
    chunk = chunks.of(drafted, digest, party_ids(connection))
    chunk.more = [{"process": str(process)}] * len(drafted)
    position = chunks.post(connection, begun.id, 0, chunk.columns())
    return Import(begun.id, digest, begun.entries, position)
