"""The proof of notifications: what causes them can happen, and who is told is there.

Their texts are proven in `proof_of_texts`.
"""

from collections.abc import Iterator

from domain.definitions.fields import TextField
from domain.definitions.mistakes import Mistake, Path
from domain.definitions.model import Definition
from domain.definitions.notification import (
    ABOUT_TASKS,
    BUILT_IN,
    CHECKERS,
    PEOPLE,
    Notification,
    completed,
)
from domain.definitions.proof_of_stages import unknown
from domain.definitions.vocabulary import Vocabulary


def notifications_hold(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """Each has a cause, somebody who is told, and a channel; what is off says no more."""
    for name, written in definition.notifications.items():
        path: Path = ("notifications", name)
        if written.off:
            yield from off_is_alone(path, name, written)
            continue
        whole = completed(name, written)
        yield from it_has_a_cause(path, definition, whole)
        yield from it_has_a_channel(path, whole)
        yield from somebody_is_told(path, definition, whole, names)


def off_is_alone(path: Path, name: str, written: Notification) -> Iterator[Mistake]:
    """Only what is built in can be turned off."""
    if name not in BUILT_IN:
        what = f"{name!r} is not built in, so there is nothing to turn off"
        yield Mistake((*path, "off"), what, f"Remove it, or name one of {', '.join(BUILT_IN)}")
    elif written != Notification(off=True):
        yield Mistake(path, "What is off is never sent", "Remove `off`, or everything else")


def it_has_a_cause(path: Path, definition: Definition, whole: Notification) -> Iterator[Mistake]:
    """Something happens, or a stage is reached, and not both."""
    if bool(whole.when) == bool(whole.stage):
        what = "Nothing says when it is sent" if not whole.when else "It says two causes"
        yield Mistake(path, what, "Write either `when` or `stage`")
    if whole.stage and whole.stage not in definition.stages:
        yield unknown((*path, "stage"), whole.stage, "stage", definition.stages)


def it_has_a_channel(path: Path, whole: Notification) -> Iterator[Mistake]:
    """An address outside has no inbox here."""
    if not whole.channels:
        yield Mistake(path, "No channel is named", "Write `channels: [inbox, email]`")
    if whole.field and whole.channels != ("email",):
        what = "An address in a field gets e-mail alone"
        yield Mistake((*path, "channels"), what, "Write `channels: [email]`")


def somebody_is_told(
    path: Path, definition: Definition, whole: Notification, names: Vocabulary
) -> Iterator[Mistake]:
    """Roles are there, checkers are asked, and an address stands in a field of text."""
    if bool(whole.to) == bool(whole.field):
        what = "Nobody is told" if not whole.to else "People are told in words of their own"
        yield Mistake(path, what, "Write either `to` or `field`")
    for i, who in enumerate(whole.to):
        if who not in PEOPLE and who not in names.roles:
            yield unknown((*path, "to", i), who, "role", (*PEOPLE, *names.roles))
    if CHECKERS in whole.to and whole.when not in ABOUT_TASKS:
        what = "Who the checkers are is known only when they are asked"
        cure = f"Write one of {', '.join(ABOUT_TASKS)} as `when`, or name roles"
        yield Mistake((*path, "to"), what, cure)
    if whole.field and not isinstance(definition.fields.get(whole.field), TextField):
        known = [name for name, field in definition.fields.items() if isinstance(field, TextField)]
        yield unknown((*path, "field"), whole.field, "field of text", known)


PROOF_OF_NOTIFICATIONS = (notifications_hold,)
