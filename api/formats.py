"""Which format a caller wants of an address that has several, and a file as an answer."""

import base64
import hashlib

from fastapi import Request, Response

from api.answers import tagged
from domain.reports.rendering.format import Format

# A page that comes from outside runs nothing and loads nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def wanted(request: Request, given: Format | None) -> Format:
    """`?format=` decides; without it the Accept header; JSON where neither names one of ours."""
    if given is not None:
        return given
    ours = {each.media_type: each for each in Format}
    ranked = sorted(accepted(request.headers.get("accept", "")), reverse=True)
    return next((ours[name] for _, _, name in ranked if name in ours), Format.JSON)


def accepted(header: str) -> list[tuple[float, int, str]]:
    """What an Accept header names (RFC 9110, section 12.5.1): weight, place from the end, name."""
    found = []
    for place, part in enumerate(header.split(",")):
        name, *parameters = (each.strip().lower() for each in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            found.append((float(weight), -place, name))
        except ValueError:
            continue
    return [each for each in found if each[0] > 0]


def file(request: Request, content: bytes, format: Format, *, name: str) -> Response:
    """200 with the file, its digest (RFC 9530) and ETag, or 304."""
    digest = hashlib.sha256(content).digest()
    headers = {"Vary": "Accept", "Content-Digest": f"sha-256=:{base64.b64encode(digest).decode()}:"}
    if format is Format.HTML:
        headers["Content-Security-Policy"] = POLICY
    else:
        headers["Content-Disposition"] = f"attachment; filename={name}.{format}"
    response = Response(content, 200, headers, media_type=format.media_type)
    return tagged(request, response, digest.hex()[:32])
