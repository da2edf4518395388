"""What Temporal stores is encrypted: payloads and failures, bound to the tenant they belong to."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

ENCODING = b"binary/encrypted"
NONCE_BYTES = 12
CONVERTER = PydanticPayloadConverter()


class PayloadMustBeReadable(Exception):
    """A payload that another key or another tenant wrote."""


class TenantCodec(PayloadCodec, WithSerializationContext):
    """AES-256-GCM. The key id stands in the metadata, the tenant in the associated data.

    The tenant is the first part of the workflow id, so a payload that is moved to another tenant's
    workflow no longer opens.
    """

    def __init__(self, key: bytes, *, key_id: str = "1", tenant: str = "") -> None:
        self.cipher = AESGCM(key)
        self.key = key
        self.key_id = key_id
        self.tenant = tenant

    def with_context(self, context: SerializationContext) -> "TenantCodec":
        """The codec of the workflow that a payload belongs to."""
        tenant = tenant_of(context)
        if tenant == self.tenant:
            return self
        bound = object.__new__(TenantCodec)
        bound.cipher, bound.key, bound.key_id = self.cipher, self.key, self.key_id
        bound.tenant = tenant
        return bound

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt each payload whole, its own metadata included."""
        return [self.encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt what we encrypted; pass what was never encrypted."""
        return [self.decrypted(payload) for payload in payloads]

    def encrypted(self, payload: Payload) -> Payload:
        """Nonce and ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        bound_to = f"{self.key_id}|{self.tenant}".encode()
        sealed = self.cipher.encrypt(nonce, payload.SerializeToString(), bound_to)
        metadata = {
            "encoding": ENCODING,
            "key": self.key_id.encode(),
            "tenant": self.tenant.encode(),
        }
        return Payload(metadata=metadata, data=nonce + sealed)

    def decrypted(self, payload: Payload) -> Payload:
        """The payload inside. Raises PayloadMustBeReadable for another key or tenant."""
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        key_id = payload.metadata["key"].decode()
        tenant = payload.metadata["tenant"].decode()
        if self.tenant and tenant and tenant != self.tenant:
            raise PayloadMustBeReadable(
                f"A payload of {tenant} stands in {self.tenant}'s workflow."
            )
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        try:
            opened = self.cipher.decrypt(nonce, sealed, f"{key_id}|{tenant}".encode())
        except InvalidTag as fault:
            raise PayloadMustBeReadable(f"Key {key_id} does not open this payload.") from fault
        return Payload.FromString(opened)


def tenant_of(context: SerializationContext) -> str:
    """The first part of the workflow id; empty where no workflow is known."""
    if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
        return (context.workflow_id or "").partition("/")[0]
    return ""


class SharedConverter(PydanticPayloadConverter):
    """Pydantic's converter, one for all. The SDK makes one for each run of a workflow, and each
    would build its validators anew.
    """

    def __new__(cls) -> PydanticPayloadConverter:  # type: ignore[misc]
        """The one there is."""
        return CONVERTER


@dataclass(frozen=True)
class TenantConverter(DataConverter):
    """Binds the codec to a tenant once. The SDK asks for it several times for each payload."""

    bound: dict[str, Self] = field(default_factory=dict, compare=False, repr=False)

    def with_context(self, context: SerializationContext) -> Self:
        """The converter of the tenant that a payload belongs to."""
        assert isinstance(self.payload_codec, TenantCodec)
        tenant = tenant_of(context)
        if tenant == self.payload_codec.tenant:
            return self
        if tenant not in self.bound:
            codec = self.payload_codec.with_context(context)
            self.bound[tenant] = replace(self, payload_codec=codec)
        return self.bound[tenant]


def data_converter(key: bytes) -> DataConverter:
    """Pydantic for values, encryption for payloads and for the words of failures."""
    return TenantConverter(
        payload_converter_class=SharedConverter,
        payload_codec=TenantCodec(key),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
