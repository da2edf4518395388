"""A draft comes into force, and a version is rolled back: what two persons agreed on, once."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, text

from domain.definitions.catalog import Catalog
from domain.definitions.model import Definition
from domain.identifiers import new_uuid
from domain.processes import release
from domain.refusal import Refusal
from domain.versions import proving, versions
from domain.versions.drafts import Draft
from domain.versions.versions import Version

# One change of a type at a time, so that numbers have no gap and each follows the one before.
HOLD_TYPE = text("""
    SELECT pg_advisory_xact_lock(hashtextextended('definition/' || current_tenant() || :type, 0))
""")
ACTIVATE = text("""
    INSERT INTO definition_versions (tenant_id, id, type, number, hash, source, draft_id,
        active_from, made_by, approved_by, process_id, activated_at)
    SELECT (SELECT current_tenant()), :id, :type, coalesce(max(number), 0) + 1, :hash, :source,
        :draft, greatest(CAST(:active_from AS date), business_today()), :maker, :approver, :process,
        business_now()
    FROM definition_versions WHERE tenant_id = (SELECT current_tenant()) AND type = :type
    RETURNING number, active_from
""")
ROLL_BACK = text("""
    UPDATE definition_versions SET rolled_back_at = business_now(), rolled_back_by = :process
    WHERE tenant_id = (SELECT current_tenant()) AND id = :id AND rolled_back_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class Agreed:
    """Who drafted, who approved, in which process, from which day on: None is at once."""

    maker: UUID
    approver: UUID | None
    process: UUID
    active_from: date | None


@dataclass(frozen=True, slots=True)
class Activated:
    """The version that a draft became."""

    id: UUID
    number: int
    active_from: date


def check_draft(connection: Connection, draft: Draft, *, process_type: str, hash: str) -> None:
    """The draft is what was asked for, holds together, and follows the newest version."""
    if draft.type != process_type or draft.hash != hash:
        raise Refusal(
            "draft_must_be_as_it_was_seen",
            f"{draft.written_id} is not the {process_type} {hash} that was asked for. "
            "Look at it again and submit it anew.",
        )
    last = versions.newest(connection, process_type)
    if (last.id if last else None) != draft.follows:
        shown = f"version {last.number}" if last else "what is shipped"
        raise Refusal(
            "draft_must_follow_the_newest_version",
            f"Since this draft was begun {shown} became the newest of {process_type}. "
            "Begin another draft from that.",
        )


def activate(
    connection: Connection, draft: Draft, types: Catalog, agreed: Agreed, *, hash: str
) -> Activated:
    """Bring a draft into force, proven once more. Raises a Refusal, and nothing has changed."""
    connection.execute(HOLD_TYPE, {"type": draft.type})
    check_draft(connection, draft, process_type=draft.type, hash=hash)
    definition = held(draft, types)
    if agreed.maker != draft.maker or agreed.approver in (None, agreed.maker):
        raise Refusal(
            "draft_must_be_submitted_by_its_maker",
            f"{draft.maker_name} drafted it. She submits it, and somebody else approves.",
        )
    release.release(connection, definition)
    id = new_uuid()
    row = connection.execute(ACTIVATE, {
        "id": id, "type": draft.type, "hash": definition.hash, "source": draft.source,
        "draft": draft.id, "active_from": agreed.active_from, "maker": agreed.maker,
        "approver": agreed.approver, "process": agreed.process,
    }).one()  # fmt: skip
    return Activated(id, row.number, row.active_from)


def held(draft: Draft, types: Catalog) -> Definition:
    """The definition of a draft without mistakes, and the very one that its hash names."""
    found = proving.proven(draft.type, draft.source, types)
    if not isinstance(found, Definition):
        raise Refusal("definition_must_hold", f"{found[0]} Correct the draft and submit it anew.")
    if found.hash != draft.hash:
        raise Refusal(
            "draft_must_be_as_it_was_seen",
            f"{draft.written_id} means {found.hash}, not {draft.hash}. Save it and submit it anew.",
        )
    return found


def roll_back(connection: Connection, version: Version, *, process: UUID) -> None:
    """Take a version out of force: the one before counts again, at last what is shipped."""
    connection.execute(HOLD_TYPE, {"type": version.type})
    versions.check_newest(connection, version)
    connection.execute(ROLL_BACK, {"id": version.id, "process": process})
