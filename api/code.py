"""What a code of a problem is: the HTTP status that it answers with, and the cure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """The status that a rule's refusal answers with, and what the caller can do about it."""

    status: int
    cure: str


LOOK_UP = "Look up the id in a list; ids of other tenants do not exist here."
CORRECT = "Correct the value that `errors` points to and send it again."
FINISHED = "Read the process; it has moved on."
OPERATOR = "Tell whoever runs this installation, with the request_id."
WAIT = "Send the same request again after `retry_after` seconds."
VOUCHER = "Correct the postings, or use the voucher that fits them."
OTHER_PERSON = "Ask one of the people named in `who`."
