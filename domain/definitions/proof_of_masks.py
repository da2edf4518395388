"""The proof of masked fields: who decides or edits sees them, and nothing gives them away."""

from collections.abc import Iterator
from contextlib import suppress

from domain.definitions import policy
from domain.definitions.mistakes import Mistake, Path
from domain.definitions.model import Definition
from domain.definitions.proof_of_stages import unknown
from domain.definitions.vocabulary import Vocabulary
from domain.definitions.wording import placeholders
from domain.refusal import Refusal

CURE = "Add the role to `visible_to`, or take it from there"


def masks_name_roles(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """The roles that see a field are there."""
    for path, field in definition.fields_by_path().items():
        for i, role in enumerate(field.visible_to):
            if role not in names.roles:
                yield unknown((*where(path), "visible_to", i), role, "role", names.roles)


def whoever_decides_or_edits_sees(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Nobody approves what she does not see, or sends a document with holes in it."""
    fields = definition.fields_by_path().items()
    masked = {path: field.visible_to for path, field in fields if field.visible_to}
    for role, why in whoever_needs_all(definition).items() if masked else ():
        for path, seen_by in masked.items():
            if role not in seen_by:
                what = f"{role} {why}, but does not see {path!r}"
                yield Mistake((*where(path), "visible_to"), what, CURE)


def whoever_needs_all(definition: Definition) -> dict[str, str]:
    """Each role that decides on the document or sends it, and what it does."""
    found: dict[str, str] = {}
    for name, action in definition.actions.items():
        if name == "start" or action.edits:
            found |= dict.fromkeys(action.by, f"takes the action {name!r}")
    for stage in definition.stages:
        # A level that cannot be read is a mistake of its own.
        with suppress(Refusal):
            approvers = policy.approvers(definition, stage)
            found |= dict.fromkeys(approvers, f"approves at {stage!r}")
    for approval in definition.approvals.values():
        if approval.escalate_to:
            found[approval.escalate_to] = "approves when others are late"
    return found


def nothing_gives_it_away(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A masked field stands in no text and is no amount that lists show."""
    hidden = {path for path, field in definition.fields_by_path().items() if field.visible_to}
    amounts = set(definition.totals.get(definition.amount or "", (definition.amount,)))
    shown: dict[Path, set[str | None]] = {("amount",): amounts, ("subject",): set()}
    texts: dict[Path, str] = {("subject",): definition.subject}
    for name, journal in definition.journals.items():
        texts[("journals", name, "narration")] = journal.narration
    for path, text in texts.items():
        try:
            shown[path] = {name for name, _ in placeholders(text)}
        except ValueError:
            continue
    for place, named in shown.items():
        for name in sorted(hidden & {each for each in named if each}):
            what = f"{name!r} is not for everybody, but everybody reads it here"
            yield Mistake(place, what, "Take it out, or take `visible_to` from the field")


def where(dotted: str) -> Path:
    """Where `lines.net` stands in the file."""
    outer, _, inner = dotted.partition(".")
    return ("fields", outer, "fields", inner) if inner else ("fields", outer)


PROOF_OF_MASKS = (masks_name_roles, whoever_decides_or_edits_sees, nothing_gives_it_away)
