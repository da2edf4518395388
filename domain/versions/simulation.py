"""What a draft would make of past and running processes of its type: refused, approved, posted.

Nothing is written. Each document is held against the draft as if it came in on its own day; what it
came to then is computed from the definition that its process pinned.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from domain.definitions import input as inputs
from domain.definitions import journal, policy
from domain.definitions.model import Definition
from domain.definitions.named_facts import named_facts
from domain.documents.checks import check_document
from domain.documents.examination import check_amounts
from domain.documents.facts import DocumentFacts
from domain.money import Money
from domain.processes import record
from domain.processes.record import Facts
from domain.refusal import Refusal

MOST: Final = 200

PAST = text("""
    (SELECT id, definition_hash, business_date, created_at, true AS closed FROM processes
     WHERE tenant_id = (SELECT current_tenant()) AND type = :type AND status = 'completed'
     ORDER BY created_at DESC, id DESC LIMIT :limit)
    UNION ALL
    (SELECT id, definition_hash, business_date, created_at, false FROM processes
     WHERE tenant_id = (SELECT current_tenant()) AND type = :type AND closed_at IS NULL
     ORDER BY created_at DESC, id DESC LIMIT :limit)
    ORDER BY closed, created_at DESC, id DESC
""")

ByHash = Callable[[str], Definition]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a definition makes of a document: each level with its roles, and every posting."""

    refused: str | None = None
    message: str | None = None
    approvers: tuple[str, ...] = ()
    postings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """A process, what came of its document, and what would come of it now."""

    process: UUID
    reference: str
    is_closed: bool
    then: Outcome
    now: Outcome

    @property
    def differs(self) -> bool:
        """Whether anything would be otherwise."""
        return self.then != self.now


@dataclass(frozen=True, slots=True)
class Simulation:
    """All that were tried, those still running first."""

    tried: Sequence[Tried]

    def counted(self, wanted: Callable[[Tried], bool]) -> int:
        """How many are so."""
        return sum(map(wanted, self.tried))

    @property
    def counts(self) -> Mapping[str, int]:
        """The whole in figures."""
        return {
            "open": self.counted(lambda each: not each.is_closed),
            "closed": self.counted(lambda each: each.is_closed),
            "refused": self.counted(lambda each: each.now.refused is not None),
            "approvers_changed": self.counted(
                lambda each: not each.now.refused and each.then.approvers != each.now.approvers
            ),
            "postings_changed": self.counted(
                lambda each: not each.now.refused and each.then.postings != each.now.postings
            ),
            "same": self.counted(lambda each: not each.differs),
        }


def simulate(
    connection: Connection, draft: Definition, by_hash: ByHash, *, limit: int = MOST
) -> Simulation:
    """Try the draft on the running processes of its type and on as many completed ones."""
    rows = connection.execute(PAST, {"type": draft.process, "limit": limit}).all()
    return Simulation([tried(connection, draft, by_hash(row.definition_hash), row) for row in rows])


def tried(connection: Connection, draft: Definition, pinned: Definition, row: Any) -> Tried:
    """One process under both definitions."""
    facts = record.facts(connection, row.id)
    then = outcome(pinned, facts, facts.content, row.business_date)
    try:
        content = inputs.accept(draft, facts.content, currency=facts.company.base_currency)
        check_amounts(draft, content)
        document = DocumentFacts(content, facts.company, facts.party, row.business_date)
        check_document(draft.checks, document)
        now = outcome(draft, facts, content, row.business_date)
    except Refusal as refusal:
        now = Outcome(refusal.code, refusal.message)
    except (LookupError, AssertionError) as fault:
        # A check or a journal speaks of a field that the draft has no more: its author learns it
        # here, before everybody else does.
        now = Outcome("field_must_be_there", f"Something reads a field that is missing: {fault}.")
    return Tried(row.id, facts.reference, row.closed, then, now)


def outcome(definition: Definition, facts: Facts, content: Mapping[str, Any], day: date) -> Outcome:
    """Who would approve such a document, and what would be posted of it."""
    ahead = policy.approvals_ahead(
        definition, definition.first_stage, named_facts(definition, content)
    )
    approvers = tuple(f"{stage}: {' & '.join(seats)}" for stage, seats in ahead)
    code = facts.party.code if facts.party else ""
    postings = (
        f"{template}: {'Dr' if each.amount > 0 else 'Cr'} {each.account} "
        f"{Money(abs(each.amount), each.currency)}"
        for template in definition.journals
        for each in journal.entry(
            definition, template, content, company=facts.company.id, today=day, party_code=code
        ).postings
    )
    return Outcome(None, None, approvers, tuple(postings))
