"""Temporal on this machine: the embedded dev server, and the check of one given by address.

The namespace's retention and search attributes are set over gRPC, the same way for both.
"""

import asyncio
import json
import sysconfig
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import (
    CountWorkflowExecutionsRequest,
    DescribeNamespaceRequest,
    GetSystemInfoRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from local.problem import LocalProblem
from local.process import Command
from local.topology import AttributeType, TemporalSection

# Update-with-start and priorities on by default came together in this one.
OLDEST = (1, 31)
CALL = timedelta(seconds=5)
# A server reads its list of namespaces every ten seconds.
NAMESPACE_SECONDS = 30.0
KINDS = {
    AttributeType.TEXT: IndexedValueType.INDEXED_VALUE_TYPE_TEXT,
    AttributeType.KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    AttributeType.INT: IndexedValueType.INDEXED_VALUE_TYPE_INT,
    AttributeType.DOUBLE: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
    AttributeType.BOOL: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
    AttributeType.DATETIME: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    AttributeType.KEYWORD_LIST: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Temporal:
    """The embedded dev server of one home."""

    folder: Path
    port: int
    ui_port: int
    section: TemporalSection
    codec_endpoint: str = ""

    @property
    def address(self) -> str:
        """host:port of its gRPC service."""
        return f"{self.section.ip}:{self.port}"

    @property
    def ui_url(self) -> str:
        """Its Web UI."""
        return f"http://{self.section.ip}:{self.ui_port}"

    def command(self) -> Command:
        """How to start it. Raises LocalProblem when the wheel is not installed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "sqlite-pragma": self.section.sqlite_pragmas,
            "search-attribute": self.section.search_attributes,
            "dynamic-config-value": _as_json(self.section.dynamic_config),
        }
        arguments: list[str | Path] = [
            _binary(), "server", "start-dev", "--ip", self.section.ip, "--port", str(self.port),
            "--ui-port", str(self.ui_port), "--namespace", self.section.namespace,
            "--db-filename", self.folder / "temporal.db", "--ui-disable-news-fetch",
            "--log-level", "error",
        ]  # fmt: skip
        for option, values in settings.items():
            for name, value in values.items():
                arguments += [f"--{option}", f"{name}={value}"]
        if self.codec_endpoint:
            arguments += ["--ui-codec-endpoint", self.codec_endpoint]
        return Command(arguments=arguments)

    def is_ready(self) -> bool:
        """Whether its namespace can be used; sets retention and search attributes."""
        try:
            _run(_prepare(self.address, self.section))
        except (RPCError, RuntimeError, TimeoutError):
            return False
        return True


def require_temporal(address: str, section: TemporalSection) -> None:
    """Prepare a server given by address: namespace, retention, search attributes.

    Raises LocalProblem when it is unreachable, older than 1.31, or an attribute has another type.
    """
    try:
        _run(_prepare(address, section))
    except (RPCError, RuntimeError, TimeoutError) as error:
        reason = " ".join(str(error).split()) or "no answer in time"
        raise LocalProblem(
            f"Temporal at {address} cannot be used ({reason}); correct KONTOR_TEMPORAL_ADDRESS, "
            "or leave it empty to use the embedded server."
        ) from error


def require_version(version: str, address: str) -> None:
    """Raise LocalProblem when a server's version is older than 1.31."""
    found = tuple(int(part) for part in version.split("-")[0].split(".")[:2])
    if found < OLDEST:
        raise LocalProblem(
            f"Temporal at {address} is version {version} and Kontor needs "
            f"{'.'.join(map(str, OLDEST))} or newer; upgrade it, or leave KONTOR_TEMPORAL_ADDRESS "
            "empty to use the embedded server."
        )


async def _prepare(address: str, section: TemporalSection) -> None:
    client = await asyncio.wait_for(Client.connect(address, namespace=section.namespace), 5)
    info = await client.workflow_service.get_system_info(GetSystemInfoRequest(), timeout=CALL)
    require_version(info.server_version, address)
    await _prepare_namespace(client, timedelta(days=section.retention_days))
    await _prepare_attributes(client, section.search_attributes)


async def _prepare_namespace(client: Client, retention: timedelta) -> None:
    service, name = client.workflow_service, client.namespace
    kept = Duration()
    kept.FromTimedelta(retention)
    try:
        found = await service.describe_namespace(DescribeNamespaceRequest(namespace=name))
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        request = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=kept)
        await service.register_namespace(request, timeout=CALL)
    else:
        if found.config.workflow_execution_retention_ttl != kept:
            config = NamespaceConfig(workflow_execution_retention_ttl=kept)
            await service.update_namespace(
                UpdateNamespaceRequest(namespace=name, config=config), timeout=CALL
            )
    await _usable(client)


async def _usable(client: Client) -> None:
    request = CountWorkflowExecutionsRequest(namespace=client.namespace)
    async with asyncio.timeout(NAMESPACE_SECONDS):
        while True:
            try:
                await client.workflow_service.count_workflow_executions(request, timeout=CALL)
                return
            except RPCError as error:
                if error.status != RPCStatusCode.NOT_FOUND:
                    raise
            await asyncio.sleep(0.2)


async def _prepare_attributes(client: Client, wanted: Mapping[str, AttributeType]) -> None:
    service = client.operator_service
    request = ListSearchAttributesRequest(namespace=client.namespace)
    found = (await service.list_search_attributes(request, timeout=CALL)).custom_attributes
    for name, kind in wanted.items():
        if name in found and found[name] != KINDS[kind]:
            raise LocalProblem(
                f"The search attribute {name} of namespace {client.namespace} exists with another "
                f"type than {kind}; rename it in temporal-dev.yaml or use another namespace."
            )
    missing = {name: KINDS[kind] for name, kind in wanted.items() if name not in found}
    if missing:
        await service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing),
            timeout=CALL,
        )


def _run(work: Coroutine[object, object, None]) -> None:
    """Run to its end in a loop of its own, also when the caller stands in one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def _as_json(values: Mapping[str, object]) -> dict[str, str]:
    return {name: json.dumps(value) for name, value in values.items()}


def _binary() -> Path:
    binary = Path(sysconfig.get_path("scripts"), "temporal")
    if not binary.exists():
        raise LocalProblem(
            f"{binary} is missing; run 'make setup', or point KONTOR_TEMPORAL_ADDRESS at a server."
        )
    return binary
