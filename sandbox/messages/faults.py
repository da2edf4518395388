"""The menu of faults, armed over HTTP and kept in the gateway's own database."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Fault(StrEnum):
    """Everything that can go wrong on purpose."""

    LOSE_ANSWER = "lose_answer"
    ERROR_AFTER = "error_after"
    ERROR_BEFORE = "error_before"
    SLOW = "slow"
    REFUSE = "refuse"
    GARBAGE = "garbage"
    AWAY = "away"


MENU = {
    Fault.LOSE_ANSWER: "delivers, then drops the connection without an answer",
    Fault.ERROR_AFTER: "delivers, then answers 500",
    Fault.ERROR_BEFORE: "answers 500 before delivering",
    Fault.SLOW: "delivers, then answers after `seconds`",
    Fault.REFUSE: "refuses the message definitely",
    Fault.GARBAGE: "delivers, then answers 200 with a body that means nothing",
    Fault.AWAY: "answers 503",
}
BEFORE = (Fault.ERROR_BEFORE, Fault.REFUSE, Fault.AWAY)


class FaultOrder(BaseModel):
    """A fault for the next `times` messages `to` somebody or anybody; 0 means until deleted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fault: Fault
    times: int = Field(default=1, ge=0, le=1_000_000)
    seconds: float = Field(default=8, gt=0, le=600)
    to: str | None = None
