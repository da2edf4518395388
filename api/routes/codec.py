"""The codec server of Temporal's Web UI: only in the sandbox, only for that UI's origin."""

from fastapi import APIRouter, Request, Response
from google.protobuf import json_format
from temporalio.api.common.v1 import Payloads

from api.edge import AtHand, Edge
from api.problems import Problem
from workflows.codec import PayloadMustBeReadable

router = APIRouter(prefix="/codec", include_in_schema=False)


@router.post("/decode")
async def decode(request: Request, edge: AtHand) -> Response:
    """Decrypt payloads for whoever operates the sandbox."""
    payloads = await read(request)
    codec = edge.instructions.codec
    try:
        opened = await codec.decode(payloads.payloads)
    except PayloadMustBeReadable as fault:
        raise Problem("payload_must_be_readable", str(fault)) from fault
    return written(request, edge, Payloads(payloads=opened))


@router.post("/encode")
async def encode(request: Request, edge: AtHand) -> Response:
    """Encrypt what the UI sends."""
    payloads = await read(request)
    sealed = await edge.instructions.codec.encode(payloads.payloads)
    return written(request, edge, Payloads(payloads=sealed))


@router.options("/{way}")
async def preflight(request: Request, edge: AtHand) -> Response:
    """What the browser asks before it asks."""
    return Response(status_code=204, headers=allowed(request, edge))


async def read(request: Request) -> Payloads:
    """The payloads of Temporal's remote codec protocol."""
    try:
        return json_format.Parse(await request.body(), Payloads())
    except (json_format.ParseError, UnicodeDecodeError) as fault:
        raise Problem("json_must_be_well_formed", "The body has no Temporal payloads.") from fault


def written(request: Request, edge: Edge, payloads: Payloads) -> Response:
    """The same protocol back."""
    text = json_format.MessageToJson(payloads)
    return Response(text, headers=allowed(request, edge), media_type="application/json")


def allowed(request: Request, edge: Edge) -> dict[str, str]:
    """CORS for the UI's origin and no other."""
    origin = request.headers.get("origin", "")
    if not edge.codec_origin or origin != edge.codec_origin:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Headers": "content-type, x-namespace, authorization",
        "Access-Control-Allow-Methods": "POST, OPTIONS",
        "Vary": "Origin",
    }
