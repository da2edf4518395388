"""Companies of a tenant: what may be said of one, every rule that says no, and the writing."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.currencies import EXPONENTS
from domain.identifiers import new_uuid
from domain.parties.gstin import check_gstin
from domain.refusal import Refusal

# Rule 114 of the Income-tax Rules, 1962: the fourth character says whose it is.
PAN = re.compile(r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]")
ACCOUNT = re.compile(r"[0-9]{9,18}")
OTHERS = text("""
    SELECT code, name, gstin, pan FROM companies
    WHERE tenant_id = (SELECT current_tenant()) AND lower(code) <> lower(:code)
""")
NAMED = text("""
    SELECT id, code, name, base_currency, bank_account, gstin, pan FROM companies
    WHERE tenant_id = (SELECT current_tenant()) AND lower(code) = lower(:code)
""")
ADD = text("""
    INSERT INTO companies (tenant_id, id, code, name, base_currency, gstin, pan, bank_account)
    VALUES ((SELECT current_tenant()), :id, :code, :name, :base_currency, :gstin, :pan,
        :bank_account)
""")
CHANGE = text("""
    UPDATE companies SET name = :name, gstin = :gstin, pan = :pan, bank_account = :bank_account
    WHERE tenant_id = (SELECT current_tenant()) AND id = :id
""")


@dataclass(frozen=True, slots=True)
class Said:
    """A company as it is to be."""

    code: str
    name: str
    base_currency: str
    bank_account: str
    gstin: str | None = None
    pan: str | None = None

    @property
    def known_pan(self) -> str | None:
        """The PAN, which stands in the GSTIN as well."""
        return self.pan or pan_of(self.gstin)


def pan_of(gstin: str | None) -> str | None:
    """The third to the twelfth character of a GSTIN."""
    return gstin[2:12] if gstin else None


def check_said(said: Said) -> None:
    """Climb the ladder over what is said. Raises the first Refusal."""
    missing = [n for n in ("code", "name", "base_currency", "bank_account") if not getattr(said, n)]
    if missing:
        words = " and ".join(each.replace("_", " ") for each in missing)
        raise Refusal("company_must_be_described", f"Give {words} of the company {said.code}.")
    if said.gstin:
        check_gstin(said.gstin)
    if said.pan and not PAN.fullmatch(said.pan):
        raise Refusal(
            "pan_must_be_well_formed",
            f"{said.pan!r} is no PAN. Write five letters, four digits and a letter, as in "
            "AAKCK4821M; the fourth letter says whose it is.",
        )
    if said.pan and said.gstin and pan_of(said.gstin) != said.pan:
        raise Refusal(
            "pan_must_agree_with_gstin",
            f"{said.gstin} has the PAN {pan_of(said.gstin)} in it, not {said.pan}. "
            "Compare both certificates.",
        )
    if said.base_currency not in EXPONENTS:
        raise Refusal(
            "currency_must_be_known",
            f"{said.base_currency!r} is no currency of ISO 4217. Write three letters, as in INR.",
        )
    if not ACCOUNT.fullmatch(said.bank_account):
        raise Refusal(
            "bank_account_must_be_well_formed",
            f"{said.bank_account!r} is no account number. Write its 9 to 18 digits without spaces.",
        )


def check_apart(connection: Connection, said: Said) -> None:
    """A PAN is of one legal entity: no other company of the tenant has it."""
    for row in connection.execute(OTHERS, {"code": said.code}):
        if said.known_pan and (row.pan or pan_of(row.gstin)) == said.known_pan:
            raise Refusal(
                "company_must_have_its_own_pan",
                f"{row.name} ({row.code}) has the PAN {said.known_pan} already: it is the same "
                "legal entity. Add a branch instead, or correct the number.",
                reference=row.code,
            )


def find(connection: Connection, code: str) -> tuple[UUID, Said] | None:
    """The company of this code, in whatever case; None when there is none."""
    row = connection.execute(NAMED, {"code": code}).one_or_none()
    return (row[0], Said(*row[1:])) if row else None


def add(connection: Connection, said: Said) -> UUID:
    """A company that is new; it has no book yet. Its id."""
    id = new_uuid()
    connection.execute(ADD, {"id": id, **asdict(said)})
    return id


def change(connection: Connection, id: UUID, said: Said) -> None:
    """What may change of one: code and currency of the book stay."""
    values: Mapping[str, Any] = {**asdict(said), "id": id}
    connection.execute(CHANGE, values)
