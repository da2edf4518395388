"""Gives the package the dependencies of run.in, so they are written once."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class RunDependencies(MetadataHookInterface):
    """Reads requirements/run.in at build time."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Sets `dependencies` to the pinned lines of run.in."""
        lines = (Path(self.root) / "requirements/run.in").read_text().splitlines()
        metadata["dependencies"] = [line for line in lines if line and not line.startswith("#")]
