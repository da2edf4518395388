"""Masters that may be the same as another: one GSTIN, one PAN, one bank account."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from domain.masters.kinds import Kind
from domain.refusal import Refusal

# A GSTIN has the PAN in it (rule 10(1) of the CGST Rules, 2017). Numbers of accounts are each
# bank's own, and the first four letters of an IFSC name the bank. Who is paid into another kind's
# account is suspect too: an employee behind a vendor.
SUSPECTS = text("""
    SELECT code, name, kind, active, CASE
        WHEN kind = :kind AND gstin = :gstin THEN 'GSTIN'
        WHEN kind = :kind AND coalesce(pan, substr(gstin, 3, 10)) = :pan THEN 'PAN'
        ELSE 'bank account' END AS same
    FROM parties
    WHERE tenant_id = (SELECT current_tenant()) AND code <> :code AND (
        kind = :kind AND gstin = :gstin
        OR kind = :kind AND coalesce(pan, substr(gstin, 3, 10)) = :pan
        OR bank_account = :account AND left(bank_ifsc, 4) = left(:ifsc, 4))
    ORDER BY code
""")
ASKED_FOR = text("""
    SELECT p.reference, d.content->>'code' AS code, d.content->>'code' = :code AS is_same
    FROM processes p JOIN documents d ON d.tenant_id = p.tenant_id AND d.id = p.document_id
    WHERE p.tenant_id = (SELECT current_tenant()) AND p.type = :kind AND p.closed_at IS NULL
      AND (d.content->>'code' = :code OR d.content->>'gstin' = :gstin OR d.content->>'pan' = :pan
           OR d.content->>'bank_account' = :account)
    ORDER BY p.created_at LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Suspect:
    """A master that may be the same, and what it has in common."""

    code: str
    name: str
    kind: str
    is_active: bool
    same: str

    def __str__(self) -> str:
        return f"{self.code} ({self.name}{'' if self.is_active else ', not active'})"


def find(
    connection: Connection, kind: Kind, code: str, said: Mapping[str, str]
) -> tuple[Suspect, ...]:
    """Parties other than the one of this code that share a number with what is said of it."""
    if not kind.is_party:
        return ()
    rows = connection.execute(SUSPECTS, {"kind": kind.name, "code": code, **numbers(said)})
    return tuple(Suspect(*row) for row in rows)


def check_unlike(
    connection: Connection,
    kind: Kind,
    code: str,
    said: Mapping[str, str],
    *,
    distinct_from: Collection[str],
) -> None:
    """Refuse what looks like another, unless it is said to be distinct from that one."""
    for suspect in find(connection, kind, code, said):
        if suspect.code not in distinct_from:
            raise Refusal(
                "master_must_be_unlike_others",
                f"{suspect} is a {suspect.kind} with the same {suspect.same}. Use that one, or, "
                f"when they are two, name {suspect.code} in distinct_from.",
                same=suspect.same,
                reference=suspect.code,
            )


def check_not_asked_for(
    connection: Connection, kind: Kind, code: str, said: Mapping[str, str]
) -> None:
    """Refuse what a process that is under way asks for, or asks for under another code."""
    asked = {"kind": kind.name, "code": code, **numbers(said)}
    row = connection.execute(ASKED_FOR, asked).first()
    if row is not None:
        what = "is" if row.is_same else f"has a number that {code} has, and is"
        raise Refusal(
            "master_must_be_asked_for_once",
            f"{row.code} {what} asked for in {row.reference} already. Wait until it is decided.",
            reference=row.reference,
        )


def numbers(said: Mapping[str, str]) -> dict[str, str | None]:
    """The numbers that tell masters apart."""
    gstin = said.get("gstin")
    return {
        "gstin": gstin,
        "pan": said.get("pan") or (gstin[2:12] if gstin else None),
        "account": said.get("bank_account"),
        "ifsc": said.get("bank_ifsc"),
    }
