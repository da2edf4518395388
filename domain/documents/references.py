"""What a document refers to must be there: masters that are active, processes of the company."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.company import Company
from domain.definitions.faults_of_input import FieldError, InputErrors
from domain.definitions.fields import ReferenceField
from domain.definitions.model import Definition
from domain.documents.places import Place, places
from domain.documents.store import Content
from domain.masters import reading as masters
from domain.masters.kinds import KINDS

PROCESSES = text("""
    SELECT reference, status FROM processes
    WHERE tenant_id = (SELECT current_tenant()) AND company_id = :company AND type = :type
      AND reference = ANY(:references) AND id <> :process
""")
ACTIVE, INACTIVE = "active", "inactive"


def check_references(
    connection: Connection,
    definition: Definition,
    company: Company,
    content: Content,
    process: UUID,
) -> None:
    """Refuse every reference to what is not there, not active, or not of the status wanted."""
    named: dict[str, list[Place[ReferenceField]]] = {}
    for place in places(definition, content, ReferenceField):
        named.setdefault(place.field.to, []).append(place)
    errors = [
        error
        for to, found in named.items()
        for error in faults(found, known(connection, to, company, found, process))
    ]
    if errors:
        raise InputErrors(errors, code=errors[0].code)


def known(
    connection: Connection,
    to: str,
    company: Company,
    wanted: Sequence[Place[ReferenceField]],
    process: UUID,
) -> Mapping[str, str]:
    """How each of those that are there stands, by code or reference.

    What another tenant, company or type has is not there, so nobody learns of it.
    """
    codes = sorted({place.value for place in wanted})
    if to not in KINDS:
        asked = {"company": company.id, "type": to, "references": codes, "process": process}
        return {row.reference: row.status for row in connection.execute(PROCESSES, asked)}
    columns = KINDS[to].table.c
    query = masters.of_kind(KINDS[to]).where(columns.code.in_(codes))
    if "company_id" in columns:
        query = query.where(columns.company_id == company.id)
    rows = connection.execute(query)
    return {row.code: ACTIVE if row.active else INACTIVE for row in rows}


def faults(
    wanted: Sequence[Place[ReferenceField]], known: Mapping[str, str]
) -> Iterator[FieldError]:
    """What is wrong with each. A masked value is not repeated: others read refusals."""
    for place in wanted:
        field, stands = place.field, known.get(place.value)
        what = field.to.replace("_", " ")
        value = "what is named" if field.visible_to else repr(place.value)
        if stands is None:
            detail = f"There is no {what} {value}. Look it up, or add it first."
            yield FieldError(place.at, "reference_must_exist", detail)
        elif stands == INACTIVE:
            detail = f"The {what} {value} is not active. Name another, or ask for it to be."
            yield FieldError(place.at, "reference_must_be_active", detail)
        elif field.status and stands != field.status:
            detail = f"The {what} {value} is {stands}, but must be {field.status}."
            yield FieldError(place.at, "reference_must_have_status", detail, (field.status,))
