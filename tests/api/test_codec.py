"""The codec server of the engine's Web UI: opens our payloads in the sandbox, for that UI alone."""

import base64
from dataclasses import replace

import httpx2
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

from api.application import create_app
from workflows.codec import TenantCodec

UI = "http://ui:8233"


def ask(installation, edge, method, path, **more):
    """Ask an application over an edge of its own."""

    async def answer():
        transport = httpx2.ASGITransport(app=create_app(edge))
        async with httpx2.AsyncClient(transport=transport, base_url="http://api") as http:
            return await http.request(method, path, **more)

    return installation.run(answer())


def test_what_we_encrypted_is_opened_for_the_ui(installation):
    edge = replace(installation.edge, codec_origin=UI)
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b'"Asha"')
    codec = installation.temporal.data_converter.payload_codec
    assert isinstance(codec, TenantCodec)
    sealed = Payloads(payloads=[codec.encrypted(plain)])
    assert b"Asha" not in sealed.SerializeToString()

    body = json_format.MessageToJson(sealed)
    response = ask(
        installation, edge, "POST", "/codec/decode", content=body, headers={"Origin": UI}
    )

    assert response.status_code == 200, response.text
    assert response.headers["access-control-allow-origin"] == UI
    opened = response.json()["payloads"][0]
    assert base64.b64decode(opened["data"]) == b'"Asha"'
    stranger = ask(
        installation, edge, "POST", "/codec/decode", content=body, headers={"Origin": "http://x"}
    )
    assert "access-control-allow-origin" not in stranger.headers
    asked = ask(installation, edge, "OPTIONS", "/codec/decode", headers={"Origin": UI})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, UI)


def test_what_is_encoded_is_decoded_again(installation):
    edge = replace(installation.edge, codec_origin=UI)
    body = {"payloads": [{"data": base64.b64encode(b"1").decode()}]}
    sealed = ask(installation, edge, "POST", "/v1/codec/encode", json=body).json()
    opened = ask(installation, edge, "POST", "/v1/codec/decode", json=sealed).json()
    assert opened == body


def test_a_payload_of_another_key_and_nonsense_are_refused(installation):
    edge = replace(installation.edge, codec_origin=UI)
    foreign = TenantCodec(bytes(32)).encrypted(Payload(data=b"1"))
    body = json_format.MessageToJson(Payloads(payloads=[foreign]))
    response = ask(installation, edge, "POST", "/codec/decode", content=body)
    assert (response.status_code, response.json()["code"]) == (422, "payload_must_be_readable")
    response = ask(installation, edge, "POST", "/codec/decode", content=b"no")
    assert (response.status_code, response.json()["code"]) == (400, "json_must_be_well_formed")


def test_without_an_origin_as_in_production_there_is_none(installation):
    response = ask(installation, installation.edge, "POST", "/codec/decode", content=b"{}")
    assert (response.status_code, response.json()["code"]) == (404, "route_must_exist")
