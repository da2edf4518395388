"""The wire form of sandbox tenants: what is asked for, and how to sign in."""

from pydantic import BaseModel, Field

from api.bodies import Given, Line
from api.shapes.base import is_nothing
from api.shapes.process import ProcessBody


class SandboxBody(Given):
    """A sandbox tenant that is to be made."""

    name: Line


class SignIn(BaseModel):
    """How to sign in by `POST /v1/sessions`, once the process is done."""

    tenant: str
    logins: list[str]
    password: str | None = Field(
        default=None,
        description="Told once. After a reset it is of those logins that had none before.",
        exclude_if=is_nothing,
    )


class FoundedBody(ProcessBody):
    """The process, and how to sign in to the tenant that it makes."""

    sign_in: SignIn | None = Field(default=None, exclude_if=is_nothing)
