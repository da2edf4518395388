"""The ledger's care: sealing what was posted, and checking that the book still says it."""

import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine, text
from temporalio import activity

from domain.access import audit_heads, audit_seals
from domain.database import snapshot, transaction
from domain.ledger import checks, integrity
from domain.ledger.integrity import Checked, Integrity
from domain.ledger.sealing import pack, seals, verification
from domain.ledger.sealing.seals import Signer
from domain.ledger.sealing.verify_seal import Fault
from domain.processes import archive
from domain.refusal import Refusal

# So many batches in one activity; what is left waits for the next minute.
BATCHES = 5
COMPANIES = text("SELECT id FROM companies ORDER BY id")


@dataclass(frozen=True, slots=True)
class Sealing:
    """The key that signs seals, and the folder outside the database that keeps their heads."""

    signer: Signer
    folder: Path

    def heads_of(self, tenant: UUID) -> Path:
        """The file of a tenant's heads."""
        return self.folder / f"{tenant}.jsonl"

    def audit_heads_of(self, tenant: UUID) -> Path:
        """The file of the heads of a tenant's audit log."""
        return self.folder / f"{tenant}.audit.jsonl"


class IntegrityActivities:
    """A difference is an answer and is kept; only what broke is tried again."""

    def __init__(self, engine: Engine, sealing: Sealing) -> None:
        self.engine = engine
        self.sealing = sealing

    @activity.defn
    def ledger_tenants(self) -> list[UUID]:
        """Every tenant there is."""
        return archive.tenants(self.engine)

    @activity.defn
    def seal_tenant(self, tenant: UUID) -> int:
        """Seal what waits and keep the heads outside. Again seals nothing twice."""
        sealed = 0
        try:
            for _ in range(BATCHES):
                with transaction(self.engine, tenant) as connection:
                    head = seals.seal(connection, self.sealing.signer)
                if head is None:
                    break
                sealed += head.entries
            with transaction(self.engine, tenant) as connection:
                audit_seals.seal(connection, self.sealing.signer)
            with transaction(self.engine, tenant) as connection:
                pack.keep_heads(connection, self.sealing.heads_of(tenant))
                audit_heads.keep(connection, self.sealing.audit_heads_of(tenant))
        except (Refusal, Fault) as said:
            self.keep(tenant, None, Integrity(0, 0, str(said)), step="seal")
        return sealed

    @activity.defn
    def verify_tenant(self, tenant: UUID) -> list[str]:
        """Recompute every company's book and the seals, and keep what was found: differences."""
        with transaction(self.engine, tenant) as connection:
            companies = connection.scalars(COMPANIES).all()
        found: dict[UUID | None, Integrity] = {}
        for company in companies:
            with snapshot(self.engine, tenant) as connection:
                found[company] = integrity.check(connection, company, integrity.BOOK)
        with snapshot(self.engine, tenant) as connection:
            found[None] = self.verified(connection, tenant)
        for checked, each in found.items():
            self.keep(tenant, checked, each, step="verify")
        return [each.difference for each in found.values() if each.difference]

    def verified(self, connection: Connection, tenant: UUID) -> Integrity:
        """The seals against the tables and against the heads that are kept outside."""
        started = time.monotonic_ns()
        try:
            kept = pack.kept_heads(self.sealing.heads_of(tenant))
        except Fault as fault:
            return Integrity(0, 0, f"The kept heads cannot be read. {fault}")
        verdict = verification.verify(connection, kept=kept)
        milliseconds = (time.monotonic_ns() - started) // 1_000_000
        check = Checked("seals_hold", verdict.entries, milliseconds, verdict.difference)
        log = self.log_difference(connection, tenant)
        checks = (check, Checked("audit_log_holds", 0, 0, log))
        return Integrity(verdict.entries, verdict.postings, verdict.difference or log, checks)

    def log_difference(self, connection: Connection, tenant: UUID) -> str | None:
        """The audit log against its seals, and these against the heads that are kept outside."""
        try:
            kept = audit_heads.kept(self.sealing.audit_heads_of(tenant))
        except Fault as fault:
            return f"The kept heads of the audit log cannot be read. {fault}"
        return audit_seals.difference(connection) or audit_heads.difference(connection, kept)

    def keep(self, tenant: UUID, company: UUID | None, found: Integrity, *, step: str) -> None:
        """Write down what was found, and say it aloud when it is a difference."""
        if found.difference:
            activity.logger.error(
                "The ledger of tenant %s does not hold: %s", tenant, found.difference
            )
        key = f"{activity.info().workflow_id}/{step}/{tenant}/{company or 'seals'}"
        with transaction(self.engine, tenant) as connection:
            checks.keep(connection, company, found, key=key)
