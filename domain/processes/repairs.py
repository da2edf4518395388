"""The ladder of repairs: which ways out of an exception a person may take, and why not the others.

The same ladder refuses and computes what is shown. What a corrected document may change is in
`fixes`, whether a cause persists in `causes`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

from domain.access.actor import Actor
from domain.definitions.model import Definition
from domain.operations.catalog import OPERATIONS
from domain.processes import causes
from domain.processes.action import children_must_be_undone
from domain.processes.opening import check_role
from domain.refusal import Refusal

RETRY: Final = "retry"
CANCEL: Final = "cancel"
FIX: Final = "fix"
SKIP: Final = "skip"
CONFIRM: Final = "confirm"
ASSIGN: Final = "assign"

LOOK = text("""
    SELECT e.id, e.process_id, e.kind, e.step, e.attempt, e.cause, e.message, e.state, e.definite,
        e.resolution, w.name AS resolver, p.makers, p.reference, p.stage, p.definition_hash,
        p.workflow_id, EXISTS (SELECT FROM processes c WHERE c.tenant_id = p.tenant_id
            AND c.parent_id = p.id AND c.status = 'completed') AS has_completed_children,
        r.way, r.content, r.hash, r.reason AS proposed_because, r.proposed_by, o.name AS proposer
    FROM exceptions e
    JOIN processes p ON p.tenant_id = e.tenant_id AND p.id = e.process_id
    LEFT JOIN persons w ON w.tenant_id = e.tenant_id AND w.id = e.resolved_by
    LEFT JOIN repair_proposals r
        ON r.tenant_id = e.tenant_id AND r.exception_id = e.id AND r.state = 'pending'
    LEFT JOIN persons o ON o.tenant_id = r.tenant_id AND o.id = r.proposed_by
    WHERE e.tenant_id = (SELECT current_tenant()) AND e.id = :id
""")
UNCERTAIN = text("""
    SELECT partner, operation FROM partner_calls
    WHERE tenant_id = (SELECT current_tenant()) AND process_id = :process
      AND state IN ('sending', 'unknown', 'done')
""")
# A step that timed out may have been done all the same; what a partner said has a row of its own.
STANDS = text("""
    SELECT 1 FROM effects f
    WHERE f.tenant_id = (SELECT current_tenant()) AND f.effect_key = :key
      AND NOT EXISTS (SELECT FROM partner_calls c
                      WHERE c.tenant_id = f.tenant_id AND c.effect_key = f.effect_key)
""")
APPROVED = text("""
    SELECT 1 FROM decisions
    WHERE tenant_id = (SELECT current_tenant()) AND process_id = :process AND person_id = :person
      AND action = 'approve'
""")


def look(connection: Connection, id: UUID) -> Row[Any]:
    """The exception as it is now. Refuses one that is not there: `exception_must_exist`."""
    row = connection.execute(LOOK, {"id": id}).one_or_none()
    if row is None:
        raise Refusal("exception_must_exist", "There is no such exception.")
    return row


def check_way(
    connection: Connection,
    definition: Definition,
    id: UUID,
    actor: Actor,
    *,
    way: str,
    reason: str | None,
) -> Row[Any]:
    """Climb the ladder of a way out. While an outcome is unknown, only asking again is allowed."""
    row = look(connection, id)
    check_waits(row)
    check_role(definition, "repair", actor, held=actor.roles)
    if way not in WAYS:
        raise Refusal("resolution_must_be_known", f"Choose one of: {', '.join(WAYS)}.")
    WAYS[way](connection, definition, row, actor)
    if way in WITH_REASON and not (reason or "").strip():
        raise Refusal("reason_must_be_given", f"Say why: {way}, {row.reference}.")
    return row


def check_waits(row: Row[Any]) -> None:
    """The exception is a parked step that waits for somebody's choice."""
    if row.state == "resolved":
        done = f"{row.resolver} already chose to {row.resolution}."
        raise Refusal(
            "already_resolved", done if row.resolver else "The process moved on by itself.",
            **({"person": row.resolver, "action": row.resolution} if row.resolver else {}),
        )  # fmt: skip
    if row.kind != "step":
        raise Refusal(
            "exception_must_be_of_a_step",
            f"The engine does not get past {row.step} of {row.reference}: {row.message} Mend that; "
            "the exception closes itself when the process moves again.",
        )
    if row.state == "retrying":
        raise Refusal(
            "exception_must_be_open",
            f"{row.resolver} chose to {row.resolution}, and the step is under way. Look again.",
            person=row.resolver,
            action=row.resolution,
        )


def check_retry(connection: Connection, definition: Definition, row: Row[Any], _: Actor) -> None:
    """What would certainly be refused again is not tried."""
    causes.check_cleared(connection, definition, row)


def check_cancel(
    connection: Connection, definition: Definition, row: Row[Any], actor: Actor
) -> None:
    """Money that may have moved is not written off; what was paid is not cancelled."""
    check_not_compensating(row)
    must_finish = definition.stages[row.stage].must_finish
    if must_finish:
        raise Refusal(
            "not_cancellable_after_payment",
            f"{row.reference}: {must_finish}. Mend the cause and retry, so that the book follows.",
        )
    if actor.person in row.makers:
        raise Refusal(
            "checker_must_differ_from_maker",
            f"You entered {row.reference}, so somebody else has to cancel it.",
        )
    if row.has_completed_children:
        raise children_must_be_undone(row.reference)
    check_outcome(connection, row)


def check_fix(connection: Connection, _: Definition, row: Row[Any], actor: Actor) -> None:
    """A document is corrected only where the step did nothing, and not by one who approved it."""
    check_not_compensating(row)
    check_definite(connection, row)
    asked = {"process": row.process_id, "person": actor.person}
    if connection.execute(APPROVED, asked).first() is not None:
        raise Refusal(
            "checker_must_differ_from_maker",
            f"You approved {row.reference}, so somebody else has to correct it.",
        )


def check_skip(connection: Connection, definition: Definition, row: Row[Any], _: Actor) -> None:
    """Only what the definition says may be left out, and never anything that moves money."""
    stage = definition.stages[row.stage]
    if row.step.startswith(("post_journal", "reverse_entry")):
        raise must_not_be_skipped("posting", row)
    if stage.starts:
        raise Refusal(
            "step_must_be_skippable",
            f"{stage.title!r} of {row.reference} starts other processes and must not be left out. "
            "Mend the cause and retry, or cancel.",
        )
    operation = OPERATIONS.get(stage.does or "")
    if operation is None or not row.step.startswith("carry_out"):
        raise must_not_be_skipped("payment", row)
    if operation.posts:
        raise must_not_be_skipped("posting", row)
    if not stage.may_skip:
        raise Refusal(
            "step_must_be_skippable",
            f"{stage.title!r} of {row.reference} must not be left out: its definition does not say "
            "`may_skip`. Mend the cause and retry, or cancel.",
        )
    check_definite(connection, row)


def must_not_be_skipped(what: str, row: Row[Any]) -> Refusal:
    """The refusal for a step that moves money or may do so."""
    return Refusal(
        f"{what}_must_not_be_skipped",
        f"{row.step} of {row.reference} is a {what}, which is never left out. Mend the cause and "
        "retry, or cancel.",
    )


def check_confirm(connection: Connection, _: Definition, row: Row[Any], actor: Actor) -> None:
    """Another person confirms: neither who proposed it nor who made the document."""
    if row.way is None:
        raise Refusal(
            "proposal_must_be_pending",
            f"Nothing is proposed for {row.reference}. Propose a fix, or to skip the step, first.",
        )
    if actor.person == row.proposed_by or actor.person in row.makers:
        did = "proposed this" if actor.person == row.proposed_by else f"entered {row.reference}"
        raise Refusal(
            "checker_must_differ_from_maker",
            f"You {did}, so somebody else has to confirm it.",
        )
    check_definite(connection, row)


def check_assign(connection: Connection, definition: Definition, row: Row[Any], _: Actor) -> None:
    """Who looks after it may always change; to whom is checked with the person or role."""


def check_not_compensating(row: Row[Any]) -> None:
    """What is being undone already is finished."""
    if row.step.startswith("reverse_entry"):
        raise Refusal(
            "compensation_must_finish",
            f"{row.reference} is being cancelled already. Mend the cause and retry.",
        )


def check_definite(connection: Connection, row: Row[Any]) -> None:
    """The attempt ended with a no: only then is it known that nothing was done."""
    check_outcome(connection, row)
    if not row.definite:
        raise Refusal(
            "outcome_must_be_known",
            f"{row.step} of {row.reference} broke off, so nobody knows whether it was done. Retry: "
            "what was done is not done twice.",
        )


def check_outcome(connection: Connection, row: Row[Any]) -> None:
    """Nothing that may have been done is written off."""
    uncertain = connection.execute(UNCERTAIN, {"process": row.process_id}).first()
    if uncertain is not None:
        raise Refusal(
            "outcome_must_be_known",
            f"The {uncertain.partner} may have done the {uncertain.operation} of {row.reference}. "
            "Retry: it is asked first, and nothing is done twice.",
        )
    key = f"{row.workflow_id}/{row.step}/-/{row.attempt}"
    if connection.execute(STANDS, {"key": key}).first() is not None:
        raise Refusal(
            "outcome_must_be_known",
            f"{row.step} of {row.reference} was done after all. Retry: the process learns of it, "
            "and nothing is done twice.",
        )


WITH_REASON: Final = (CANCEL, FIX, SKIP, ASSIGN)
Check = Callable[[Connection, Definition, Row[Any], Actor], None]
WAYS: Final[Mapping[str, Check]] = {
    RETRY: check_retry,
    CANCEL: check_cancel,
    FIX: check_fix,
    SKIP: check_skip,
    CONFIRM: check_confirm,
    ASSIGN: check_assign,
}


def allowed(connection: Connection, definition: Definition, id: UUID, actor: Actor) -> list[str]:
    """What the ladder would let this person do now; a reason she will give."""
    row = look(connection, id)
    try:
        check_waits(row)
        check_role(definition, "repair", actor, held=actor.roles)
    except Refusal:
        return []

    def may(way: str) -> bool:
        try:
            WAYS[way](connection, definition, row, actor)
        except Refusal:
            return False
        return True

    return [way for way in WAYS if may(way)]
