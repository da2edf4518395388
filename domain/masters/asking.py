"""What is asked for of a master, and every rule that may say no to it. Nothing is written here."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.masters import reading as masters
from domain.masters import suspects
from domain.masters.identity import check_identity
from domain.masters.kinds import Kind, Wish
from domain.masters.reading import Master
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish about a master of a code. `said` is what it is to be, as far as the wish says it.

    `version` is the one that was looked at; None for a master that is new.
    """

    kind: Kind
    wish: Wish
    code: str
    said: Mapping[str, str]
    version: int | None
    distinct_from: frozenset[str]


def asked_of(kind: Kind, content: Content) -> Asked:
    """A document as what it asks for."""
    said = {name: reading.text(content, name) for name in kind.known if content.get(name)}
    version = int(reading.quantity(content, "version")) if content.get("version") else None
    distinct = {reading.text(row, "code") for row in reading.rows(content, "distinct_from")}
    wish = Wish(reading.text(content, "request"))
    code = reading.text(content, "code")
    return Asked(kind, wish, code, said, version, frozenset(distinct))


def check(connection: Connection, company: Company, asked: Asked) -> dict[str, str]:
    """Climb every rule. Returns what the master will be, whole. Raises the first Refusal."""
    check_fields(asked)
    before = check_place(connection, asked)
    after = merged(asked, before)
    check_identity(asked.kind, after)
    check_registered(asked.kind, company, after)
    if before is not None:
        check_change(asked, before, after)
    if asked.wish is not Wish.DEACTIVATE:
        suspects.check_unlike(
            connection, asked.kind, asked.code, after, distinct_from=asked.distinct_from
        )
    return after


def check_fields(asked: Asked) -> None:
    """What is said belongs to the wish, and nothing is left out."""
    takes = asked.kind.takes(asked.wish)
    if unfit := [name for name in asked.said if name not in takes]:
        raise Refusal(
            "master_fields_must_fit_request",
            f"{' and '.join(unfit)} cannot be said with the request {asked.wish}. "
            "Leave them out, or ask for them by a request of their own.",
        )
    wanted = asked.kind.compulsory if asked.wish in (Wish.ADD, Wish.CHANGE) else ()
    if missing := [name for name in wanted if name not in asked.said]:
        raise Refusal(
            "master_must_be_described",
            f"Give {' and '.join(missing)} of the {asked.kind.name} {asked.code}: all of it, as it "
            "is to be.",
        )


def check_place(connection: Connection, asked: Asked) -> Master | None:
    """A new master has a new code; another is there, and as it was when it was looked at."""
    kind, code = asked.kind, asked.code
    if asked.wish is Wish.ADD:
        check_new(connection, kind, code)
        return None
    found = masters.get(connection, kind, code)
    if asked.version != found.version:
        seen = "not said" if asked.version is None else str(asked.version)
        raise Refusal(
            "master_must_be_as_seen",
            f"{code} stands at version {found.version}; the one you looked at is {seen}. "
            f"Look at it, then ask with version {found.version}.",
            version=str(found.version),
        )
    return found


def check_new(connection: Connection, kind: Kind, code: str) -> None:
    """No other has the code, in whatever case; customers, vendors and employees share theirs."""
    alike = kind.table.select().where(func.lower(kind.table.c.code) == code.lower())
    same = connection.execute(alike).first()
    if same is not None:
        raise Refusal(
            "master_must_be_new",
            f"{same.code} is the code of {same.name}. Choose another, or ask for a change of it.",
            reference=same.code,
        )


def merged(asked: Asked, before: Master | None) -> dict[str, str]:
    """What the wish says, with the rest as it was."""
    kept = before.known if before else {}
    takes = asked.kind.takes(asked.wish)
    return {name: value for name, value in kept.items() if name not in takes} | dict(asked.said)


def check_registered(kind: Kind, company: Company, after: Mapping[str, str]) -> None:
    """A branch is registered by its company: both have one PAN."""
    gstin = after.get("gstin")
    if kind.name == "branch" and gstin and company.gstin and gstin[2:12] != company.gstin[2:12]:
        raise Refusal(
            "branch_must_be_registered_by_company",
            f"{gstin} is no registration of {company.name}, whose PAN is {company.gstin[2:12]}. "
            "Compare it with the certificate.",
        )


def check_change(asked: Asked, before: Master, after: Mapping[str, str]) -> None:
    """Something becomes other than it is."""
    match asked.wish:
        case Wish.DEACTIVATE:
            is_needed, state = before.is_active, "not active"
        case Wish.REACTIVATE:
            is_needed, state = not before.is_active, "active"
        case _:
            is_needed, state = after != before.known, "as you say"
    if not is_needed:
        raise Refusal(
            "master_must_change", f"{asked.code} is {state} already. Nothing is to be done."
        )
