"""A tenant that was archived, and what is said to whoever comes with a login that is off."""

from sqlalchemy import Connection, text

from domain.identifiers import TENANT, written
from domain.refusal import Refusal

SUCCESSOR = text("SELECT successor FROM tenants WHERE id = (SELECT current_tenant())")


def refused_login(connection: Connection) -> Refusal:
    """Why a login is refused: the tenant was reset, and another took its place; or the login."""
    successor = connection.execute(SUCCESSOR).scalar_one_or_none()
    if successor is None:
        message = "This login does not exist here or was switched off."
        return Refusal("user_must_be_active", message)
    named = written(TENANT, successor)
    return Refusal(
        "sandbox_must_be_in_use",
        f"This sandbox was reset, and {named} took its place. Sign in there: who had a password "
        "here has the same one.",
        tenant=named,
    )
