"""The way to Temporal: one client, made alike by the API, the worker and tests."""

from temporalio.client import Client
from temporalio.service import GrpcCompression

from workflows.codec import data_converter


async def connect(
    address: str, *, namespace: str, payload_key: bytes, lazy: bool = False
) -> Client:
    """A client that encrypts what it sends. On one machine nothing is gained by compressing.

    A lazy one connects at its first call, so that who holds it may start before the server; a
    worker cannot use it.
    """
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=data_converter(payload_key),
        grpc_compression=GrpcCompression.NONE,
        lazy=lazy,
    )
