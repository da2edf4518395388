"""A Refusal leaves an activity as a failure that is never retried, with its code as the type."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.refusal import Refusal


@contextmanager
def refusals() -> Iterator[None]:
    """Translate what the domain refuses; a fault passes, and Temporal retries it."""
    try:
        yield
    except Refusal as refusal:
        raise failure(refusal) from refusal


def failure(refusal: Refusal) -> ApplicationError:
    """The refusal as Temporal carries it: code, message and facts."""
    return ApplicationError(
        refusal.message,
        dict(refusal.facts),
        type=refusal.code,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )
