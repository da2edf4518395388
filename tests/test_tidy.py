"""What a machine can see of STYLE.md. Each message names the file, the rule and the cure."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("api", "workflows", "activities", "domain", "migrations", "config", "local", "sandbox")
FILES = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()
    if (ROOT / name).exists()
]  # fmt: skip
HOMELESS = re.compile(r"(^|_)(utils?|helpers?|common|misc|models|services?|manager)$")


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def functions(file: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(file.read_text())
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_file_holds_one_idea(file):
    lines = len(file.read_text().splitlines())
    assert lines <= 400, (
        f"{named(file)} has {lines} lines; over 400 it holds two ideas: split it by noun."
    )


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_file_says_what_lives_in_it(file):
    assert ast.get_docstring(ast.parse(file.read_text())), (
        f"{named(file)} has no docstring; say in one sentence what lives there and what does not."
    )


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_name_is_a_noun_of_the_field(file):
    assert not HOMELESS.search(file.stem), (
        f"{named(file)}: something with no home is a missing noun; find it (money, period)."
    )


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_function_fits_a_screen(file):
    for function in functions(file):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= 70, f"{named(file)}: {function.name} has {length} lines; never over 70."


@pytest.mark.parametrize("file", [f for f in FILES if named(f).split("/")[0] in LAYERS], ids=named)
def test_a_function_takes_few_parameters(file):
    for function in functions(file):
        positional = [a for a in function.args.args if a.arg not in ("self", "cls")]
        assert len(positional) <= 5, (
            f"{named(file)}: {function.name} takes {len(positional)} positional parameters; "
            "make them keyword-only or give them one shape."
        )


@pytest.mark.parametrize("file", [f for f in FILES if named(f).startswith("domain/")], ids=named)
def test_a_domain_function_that_touches_the_database_takes_a_connection_first(file):
    if file.name in ("tables.py", "database.py") or "import Connection" not in file.read_text():
        return
    for function in functions(file):
        names = [a.arg for a in function.args.args if a.arg not in ("self", "cls")]
        assert "connection" not in names[1:], (
            f"{named(file)}: {function.name} takes `connection` later; take it first."
        )


@pytest.mark.parametrize("file", FILES, ids=named)
def test_nothing_is_left_for_later_without_an_issue(file):
    marker = "TO" + "DO"
    for number, line in enumerate(file.read_text().splitlines(), 1):
        assert marker not in line or re.search(marker + r"\(#\d+\)", line), (
            f"{named(file)}:{number}: name the issue ({marker}(#12)) or do it now."
        )
