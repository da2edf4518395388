"""The API decides nothing and writes nothing: short handlers, no statement that writes."""

import ast
import re
from pathlib import Path

import pytest

API = Path(__file__).parent.parent.parent / "api"
FILES = [file for file in API.rglob("*.py") if "cli" not in file.relative_to(API).parts]
WRITES = re.compile(r"\b(INSERT INTO|UPDATE [a-z_]+ SET|DELETE FROM|TRUNCATE|MERGE INTO)\b", re.I)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(API)))
def test_a_function_fits_forty_lines(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 40, f"{node.name} has {length} lines; move the rule into the domain."


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(API)))
def test_no_statement_writes(file):
    content = file.read_text()
    assert not WRITES.search(content)
    assert not re.search(r"from sqlalchemy import .*\b(insert|update|delete)\b", content)
