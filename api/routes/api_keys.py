"""Keys of machines: asked for, listed, put out of use."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import read
from api.bodies import given, read_id
from api.caller import Caller, TheCaller
from api.documentation import accepts, problems
from api.edge import AtHand, Edge
from api.handing_out import secret_of, with_secret
from api.lists import conditions
from api.problems import addressed, not_found
from api.routes.processes import STARTING
from api.shapes.people import IssuedBody, KeyRequestBody, Keys, WhyBody, api_key
from api.shapes.process import ProcessBody
from api.starting import StartBody
from api.trial import Trial, begun
from domain.access import api_keys
from domain.access.api_keys import ApiKey
from domain.access.reading import may_read
from domain.access.secret import LIVE_KEY, TEST_KEY
from domain.identifiers import API_KEY

router = APIRouter(prefix="/api-keys", tags=["People"])


@router.get("", response_model=Keys, responses=problems(400, 401))
def list_keys(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """The caller's keys; every key for who may read people."""
    conditions(request, {})
    of = None if reads_people(edge, caller) else caller.actor.user
    with edge.reading(caller.tenant) as connection:
        found = [api_key(caller, each) for each in api_keys.listed(connection, user=of)]
    return read(request, Keys(data=found))


@router.post(
    "", status_code=202, response_model=IssuedBody | Trial, responses=STARTING,
    **accepts(KeyRequestBody),
)  # fmt: skip
async def ask_for_key(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for a key: starts `api_key`. The answer holds its secret, once."""
    body = await given(request, KeyRequestBody)
    made = secret_of(edge, caller, request, LIVE_KEY if caller.livemode else TEST_KEY)
    asked = body.model_dump(mode="json") | {"change": "issue", "digest": made.hash.hex()}
    asked["scopes"] = [{"scope": scope} for scope in body.scopes]
    answer = await begun(edge, caller, request, StartBody(type="api_key", input=asked))
    return with_secret(answer, "secret", made)


@router.post(
    "/{id}/revocation", status_code=202, response_model=ProcessBody | Trial, responses=STARTING,
    **accepts(WhyBody),
)  # fmt: skip
async def ask_for_end(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for somebody's key to be put out of use: starts `api_key`."""
    body = await given(request, WhyBody)
    found = await run_in_threadpool(key_of, edge, caller, id)
    asked = {"change": "revoke", "name": found.name, "reason": body.reason}
    return await begun(edge, caller, request, StartBody(type="api_key", input=asked))


@router.delete("/{id}", status_code=204, responses=problems(401, 404))
def withdraw(id: str, edge: AtHand, caller: TheCaller) -> Response:
    """Put one's own key out of use, at once."""
    found = key_of(edge, caller, id)
    if found.user != caller.actor.user:
        raise not_found("api_key")
    with edge.keeping(caller.tenant) as connection:
        api_keys.withdraw(connection, found)
    return Response(status_code=204)


def key_of(edge: Edge, caller: Caller, id: str) -> ApiKey:
    """The key of an id in a path: the caller's, or any for who may read people."""
    with edge.reading(caller.tenant) as connection, addressed("api_key"):
        found = api_keys.get(connection, read_id(API_KEY, id))
    if found.user != caller.actor.user and not reads_people(edge, caller):
        raise not_found("api_key")
    return found


def reads_people(edge: Edge, caller: Caller) -> bool:
    """Whether she may see the keys of others."""
    return caller.actor.scopes is None and may_read(edge.catalog.roles, caller.actor, "people")
