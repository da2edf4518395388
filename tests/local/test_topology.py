"""temporal-dev.yaml: what it may say, and how its mistakes are told."""

import re
from pathlib import Path

import pytest

from local.ports import Ports
from local.problem import LocalProblem
from local.topology import FILE, load


def written(folder: Path, *replacements: tuple[str, str]) -> Path:
    text = FILE.read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    file = folder / "temporal-dev.yaml"
    file.write_text(text)
    return file


def test_the_file_we_ship_is_right():
    topology = load()

    assert topology.temporal.namespace == "kontor"
    assert topology.temporal.dynamic_config["frontend.WorkflowTimeSkippingEnabled"] is True
    assert Ports.from_topology().temporal == topology.temporal.port


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  port: 7233", "  port: 99999", "temporal.port is 99999"),
        ("  port: 7233", "  prt: 7233", "temporal.prt is not a setting"),
        ("  port: 7233\n", "", "temporal.port: field required"),
        ("KontorTenant: Keyword", "KontorTenant: Keywrd", "KontorTenant is 'Keywrd'"),
        ("ip: 127.0.0.1", "ip: everywhere", "temporal.ip is 'everywhere'"),
        ("retention_days: 30", "retention_days: 0", "temporal.retention_days is 0"),
        ("  port: 8080", "  port: 8090", "api.port and bank.port are both 8090"),
        ("temporal:", "temporal: {", "is not YAML"),
        ("  port: 7233", "  ? [port]\n  : 7233", "unhashable key"),
        ("  port: 7233", "  port: 7233\n  port: 7234", "port stands here for the second time"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, old, new, told):
    with pytest.raises(LocalProblem, match=re.escape(told)):
        load(written(tmp_path, (old, new)))


def test_all_mistakes_are_told_at_once(tmp_path):
    file = written(tmp_path, ("port: 5433", "port: 0"), ("port: 8080", "port: no"))

    with pytest.raises(LocalProblem, match=r"postgres\.port is 0.*api\.port is"):
        load(file)


@pytest.mark.parametrize("content", ["", "[]", "7"])
def test_a_file_without_sections_is_told_so(tmp_path, content):
    file = tmp_path / "temporal-dev.yaml"
    file.write_text(content)

    with pytest.raises(LocalProblem, match="needs correcting"):
        load(file)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(LocalProblem, match="cannot be read"):
        load(tmp_path / "temporal-dev.yaml")
