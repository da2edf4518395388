"""Who is told what, when and by which channel: what a definition may say about notifications."""

from typing import Annotated, Final, Literal, get_args

from pydantic import BeforeValidator, Field

from domain.definitions.fields import Name, Strict

When = Literal[
    "task", "reminder", "escalation", "approved", "rejected", "sent_back", "exception", "ends"
]
Channel = Literal["inbox", "email", "sms"]
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
MAKER: Final = "maker"
CHECKERS: Final = "checkers"
REPAIRERS: Final = "repairers"
# Beside roles: words for whoever it is in this process.
PEOPLE: Final = (MAKER, CHECKERS, REPAIRERS)
# What asks checkers: only then is it known who they are.
ABOUT_TASKS: Final = ("task", "reminder", "escalation")


def listed(value: object) -> object:
    """One word as a list of one."""
    return (value,) if isinstance(value, str) else value


class Notification(Strict):
    """A message when something happens (`when`), or when a process comes to a `stage`.

    It goes `to` the maker, the checkers, the repairers or roles, or to the e-mail address that
    stands in a `field`. `template` is the name of its texts, its own when none is said. What is
    left out is taken from the built-in one of the same name, which `off` turns off.
    """

    off: bool = False
    when: When | None = None
    stage: Name | None = None
    to: Annotated[tuple[Name, ...], BeforeValidator(listed)] = ()
    field: Name | None = None
    channels: tuple[Channel, ...] = ()
    template: Name | None = None
    # By `language/channel`. Filled from the files of templates, so that a process keeps its own.
    texts: dict[Annotated[str, Field(pattern="^[a-z]{2}/(inbox|email|sms)$")], str] = {}


# What every type has without writing anything.
BUILT_IN: Final = {
    "task_opened": Notification(when="task", to=(CHECKERS,), channels=("inbox", "email")),
    "task_reminded": Notification(when="reminder", to=(CHECKERS,), channels=("inbox", "email")),
    "task_escalated": Notification(when="escalation", to=(CHECKERS,), channels=("inbox", "email")),
    "approved": Notification(when="approved", to=(MAKER,), channels=("inbox", "email")),
    "rejected": Notification(when="rejected", to=(MAKER,), channels=("inbox", "email")),
    "sent_back": Notification(when="sent_back", to=(MAKER,), channels=("inbox", "email")),
    "exception_opened": Notification(
        when="exception", to=(REPAIRERS,), channels=("inbox", "email")
    ),
}


def completed(name: str, written: Notification) -> Notification:
    """What is written, over the built-in notification of the same name."""
    base = BUILT_IN.get(name)
    if base is None:
        return written
    has_cause = written.when or written.stage
    changes = {
        "when": written.when if has_cause else base.when,
        "to": written.to or (() if written.field else base.to),
        "channels": written.channels or base.channels,
    }
    return written.model_copy(update=changes)
