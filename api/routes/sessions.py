"""Sessions: sign in with a password, refresh, prove oneself again, sign out; and set a password.

None of them keeps an answer under an Idempotency-Key: it would keep tokens where others read them.
"""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api import signing_in
from api.answers import answered, read
from api.bodies import given, read_id
from api.caller import TheCaller
from api.documentation import problems, takes
from api.edge import AtHand
from api.problems import addressed
from api.shapes.session import (
    AcceptBody,
    ChangePasswordBody,
    PasswordBody,
    RefreshBody,
    Sessions,
    SignInBody,
    Tokens,
    session,
)
from domain.access import sessions
from domain.identifiers import SESSION
from domain.refusal import Refusal

router = APIRouter(tags=["Sessions"])

SIGNING_IN = problems(400, 401, 415, 422, 429, 503)


def address_of(request: Request) -> str:
    """Where the call comes from, as the server in front of us says."""
    return request.client.host if request.client else "unknown"


@router.post(
    "/sessions", status_code=201, response_model=Tokens, responses=SIGNING_IN, **takes(SignInBody)
)
async def sign_in(request: Request, edge: AtHand) -> Response:
    """Sign in. Wrong tenant, login and password are answered alike, and count alike."""
    body = await given(request, SignInBody)
    client = request.headers.get("user-agent", "")
    found = await run_in_threadpool(
        signing_in.begun, edge, body, address=address_of(request), client=client
    )
    return answered(found, 201)


@router.post("/sessions/refresh", response_model=Tokens, responses=SIGNING_IN, **takes(RefreshBody))
async def refresh(request: Request, edge: AtHand) -> Response:
    """The next tokens. A refresh token works once; used twice it ends the session."""
    body = await given(request, RefreshBody)
    return answered(await run_in_threadpool(signing_in.refreshed, edge, body.refresh_token))


@router.post(
    "/sessions/step-up", response_model=Tokens, responses=SIGNING_IN, **takes(PasswordBody)
)
async def step_up(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """A token that says that the password was given just now, for decisions that want it."""
    body = await given(request, PasswordBody)
    address = address_of(request)
    return answered(
        await run_in_threadpool(signing_in.stepped_up, edge, caller, body.password, address=address)
    )


@router.get("/sessions", response_model=Sessions, responses=problems(401))
def list_sessions(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """The caller's open sessions, the newest first."""
    with edge.keeping(caller.tenant) as connection:
        found = sessions.of_user(connection, caller.actor.user)
    shown = [
        session(caller.tenant_id, caller.livemode, each, current=each.id == caller.session)
        for each in found
    ]
    return read(request, Sessions(data=shown))


@router.delete("/sessions/current", status_code=204, responses=problems(401))
def sign_out(edge: AtHand, caller: TheCaller) -> Response:
    """End the session of the token that is shown; its tokens are refused at once."""
    signing_in.signed_out(edge, caller, signing_in.session_of(caller))
    return Response(status_code=204)


@router.delete("/sessions/{id}", status_code=204, responses=problems(401, 404))
def end_session(id: str, edge: AtHand, caller: TheCaller) -> Response:
    """End another of the caller's sessions. A key ends none."""
    signing_in.session_of(caller)
    with addressed("session"):
        try:
            signing_in.signed_out(edge, caller, read_id(SESSION, id))
        except Refusal as refusal:
            if refusal.code != "session_must_be_open":
                raise
            raise Refusal("session_must_exist", "There is no such session.") from refusal
    return Response(status_code=204)


@router.post("/invitations/accept", status_code=204, responses=SIGNING_IN, **takes(AcceptBody))
async def accept(request: Request, edge: AtHand) -> Response:
    """Set the password of a login by an invitation, which works once."""
    body = await given(request, AcceptBody)
    await run_in_threadpool(signing_in.accepted, edge, body)
    return Response(status_code=204)


@router.put("/me/password", status_code=204, responses=SIGNING_IN, **takes(ChangePasswordBody))
async def change_password(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Set another password; the caller's other sessions end."""
    body = await given(request, ChangePasswordBody)
    address = address_of(request)
    await run_in_threadpool(signing_in.changed, edge, caller, body, address=address)
    return Response(status_code=204)
