"""temporal-dev.yaml: which servers one machine runs, on which ports, with which settings."""

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from yaml import MappingNode, SafeLoader, ScalarNode, YAMLError
from yaml import load as read
from yaml.constructor import ConstructorError

from config.settings import ROOT
from local.problem import LocalProblem

FILE = ROOT / "temporal-dev.yaml"


class AttributeType(StrEnum):
    """The kinds of search attribute that Temporal knows."""

    TEXT = "Text"
    KEYWORD = "Keyword"
    INT = "Int"
    DOUBLE = "Double"
    BOOL = "Bool"
    DATETIME = "Datetime"
    KEYWORD_LIST = "KeywordList"


def _address(value: str) -> str:
    ip_address(value)
    return value


Port = Annotated[int, Field(ge=1, le=65535)]
Address = Annotated[str, AfterValidator(_address)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$")]


class Section(BaseModel):
    """A part of the file; a name it does not know is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TemporalSection(Section):
    """The dev server. `dynamic_config` values may be any JSON; pragmas are SQLite's."""

    ip: Address = "127.0.0.1"
    port: Port
    ui_port: Port
    namespace: Identifier
    retention_days: Annotated[int, Field(ge=1, le=3650)]
    search_attributes: Mapping[Identifier, AttributeType] = {}
    sqlite_pragmas: Mapping[Identifier, str | int] = {}
    dynamic_config: Mapping[Identifier, Any] = {}


class PortSection(Section):
    """A server that needs only a port."""

    port: Port


class Topology(Section):
    """The whole file."""

    temporal: TemporalSection
    postgres: PortSection
    api: PortSection
    bank: PortSection
    messages: PortSection

    @model_validator(mode="after")
    def _ports_differ(self) -> "Topology":
        ports = {
            "temporal.port": self.temporal.port,
            "temporal.ui_port": self.temporal.ui_port,
            "postgres.port": self.postgres.port,
            "api.port": self.api.port,
            "bank.port": self.bank.port,
            "messages.port": self.messages.port,
        }
        for name, port in ports.items():
            twins = [other for other in ports if other != name and ports[other] == port]
            if twins:
                raise ValueError(f"{name} and {twins[0]} are both {port}; each needs its own port")
        return self


class Strict(SafeLoader):
    """Plain values; of a key that stands twice none is chosen."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping. Raises ConstructorError at a second one of a key."""
        known = set()
        for key, _ in node.value:
            if isinstance(key, ScalarNode) and key.value in known:
                twice = f"{key.value} stands here for the second time"
                raise ConstructorError(None, None, twice, key.start_mark)
            known.add(str(key.value))
        return super().construct_mapping(node, deep)


def load(file: Path = FILE) -> Topology:
    """Read the file. Raises LocalProblem naming every wrong line of it at once."""
    try:
        content = read(file.read_text(), Loader=Strict)
    except OSError as error:
        raise LocalProblem(f"{file} cannot be read ({error.strerror}); restore it.") from error
    except YAMLError as error:
        where = str(error).strip().replace("\n", " ")
        raise LocalProblem(f"{file.name} is not YAML; correct it: {where}") from error
    try:
        return Topology.model_validate(content)
    except ValidationError as error:
        faults = "; ".join(_fault(dict(each)) for each in error.errors())
        raise LocalProblem(f"{file.name} needs correcting: {faults}.") from error


def _fault(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"] if part != "[key]")
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] in ("missing", "model_type"):
        return f"{where or 'the file'}: {message[0].lower()}{message[1:]}"
    if error["type"] == "extra_forbidden":
        return f"{where} is not a setting; remove it or correct its name"
    if error["type"] == "value_error" and not where:
        return str(message)
    return f"{where} is {error['input']!r}: {message[0].lower()}{message[1:]}"
