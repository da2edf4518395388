"""O8: nobody checked what is hers, nobody twice, and nobody repaired alone what moves money."""

from collections.abc import Iterator
from typing import Any

from sandbox.auditor.seen import Row, Seen

# Steps by which somebody becomes one of those who made a document.
EDITS = ("take_action", "propose_repair", "confirm_repair")


def eyes_are_two(seen: Seen) -> Iterator[str]:
    """Each decision is by a person who neither made the document nor checked it in this round."""
    tasks = {task["id"]: task for task in seen.rows["tasks"]}
    people = {user["id"]: user["person_id"] for user in seen.rows["users"]}
    for process in seen.rows["processes"]:
        checked: set[tuple[int, Any]] = set()
        for decision in seen.of("decisions", process["id"]):
            task, name = tasks.get(decision["task_id"], {}), process["reference"]
            if people.get(decision["user_id"]) != decision["person_id"]:
                yield f"O8 {name} was decided by a login that is not the person's"
            if decision["subject_hash"] != task.get("subject_hash"):
                yield f"O8 {name} was decided on another document than the one that was asked about"
            for person in {decision["person_id"], decision["on_behalf_of"]} - {None}:
                if made_before(seen, process, person, decision):
                    yield f"O8 {name} was checked by {person}, who made it"
                if person in process["concerned"]:
                    yield f"O8 {name} was checked by {person}, whom it is about"
                if (task.get("round", 0), person) in checked:
                    yield f"O8 {name} was checked twice by {person}"
                checked.add((task.get("round", 0), person))


def made_before(seen: Seen, process: Row, person: Any, decision: Row) -> bool:
    """Whether somebody was one of the makers when she decided."""
    if person == process["created_by"]:
        return True
    return person in process["makers"] and any(
        row["person_id"] == person
        and row["step"] in EDITS
        and row["business_at"] < decision["decided_at"]
        for row in seen.of("evidence", process["id"])
    )


def repairs_are_by_two(seen: Seen) -> Iterator[str]:
    """What was corrected or left out was proposed by one person and confirmed by another."""
    confirmed = {
        (each["exception_id"], each["way"]): each
        for each in seen.rows["proposals"]
        if each["state"] == "confirmed"
    }
    for exception in seen.rows["exceptions"]:
        way = exception["resolution"]
        if exception["state"] != "resolved" or way not in ("fix", "skip"):
            continue
        proposal = confirmed.get((exception["id"], way))
        if proposal is None:
            yield f"O8 {exception['id']} was resolved by {way}, which nobody confirmed"
        elif proposal["confirmed_by"] in (None, proposal["proposed_by"]):
            yield f"O8 {exception['id']} was resolved by {way} by one person alone"
