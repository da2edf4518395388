"""What the worker hands to workflows once, before the first one runs. Immutable afterwards."""

from dataclasses import dataclass

from joserfc.jwk import OKPKey

from domain.definitions.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Configuration:
    """The definitions, and the key that proves that the API sent an instruction."""

    catalog: Catalog
    actor_key: OKPKey


held: list[Configuration] = []


def configure(configuration: Configuration) -> None:
    """Set it, at the start of a worker."""
    held[:] = [configuration]


def configured() -> Configuration:
    """What the worker set."""
    return held[0]
