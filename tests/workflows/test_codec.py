"""What Temporal stores can be read with the key only, and by its own tenant only."""

import asyncio
import os

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from tests.office import Office
from workflows.codec import PayloadMustBeReadable, TenantCodec

KEY = os.urandom(32)
INVOICE = Payload(metadata={"encoding": b"json/plain"}, data=b'{"vendor": "V-001"}')


def codec_of(tenant: str, key: bytes = KEY) -> TenantCodec:
    context = WorkflowSerializationContext("kontor", f"{tenant}/invoice_approval/1")
    return TenantCodec(key).with_context(context)


def encoded(codec: TenantCodec) -> Payload:
    return asyncio.run(codec.encode([INVOICE]))[0]


def decoded(codec: TenantCodec, payload: Payload) -> Payload:
    return asyncio.run(codec.decode([payload]))[0]


def test_a_payload_comes_back_as_it_was():
    assert decoded(codec_of("tnt_a"), encoded(codec_of("tnt_a"))) == INVOICE


def test_nothing_of_a_payload_can_be_read():
    sealed = encoded(codec_of("tnt_a")).SerializeToString()
    assert b"V-001" not in sealed
    assert b"json/plain" not in sealed


def test_another_tenants_payload_does_not_open():
    with pytest.raises(PayloadMustBeReadable, match="tnt_a"):
        decoded(codec_of("tnt_b"), encoded(codec_of("tnt_a")))


def test_a_payload_whose_tenant_was_rewritten_does_not_open():
    moved = encoded(codec_of("tnt_a"))
    moved.metadata["tenant"] = b"tnt_b"
    with pytest.raises(PayloadMustBeReadable):
        decoded(codec_of("tnt_b"), moved)


def test_another_key_does_not_open():
    with pytest.raises(PayloadMustBeReadable):
        decoded(codec_of("tnt_a", os.urandom(32)), encoded(codec_of("tnt_a")))


def test_what_was_never_encrypted_passes():
    assert decoded(codec_of("tnt_a"), INVOICE) == INVOICE


def test_a_history_holds_no_word_of_the_document(office: Office):
    case = office.receive()
    case.decide("bina", "reject", "Quite unusual reason")
    case.outcome()
    history = office.loop.run(case.handle.fetch_history()).to_json()

    for word in ("V-001", "professional_fees", "Quite unusual", "Bina", "INV/"):
        assert word not in history
