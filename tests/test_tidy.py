"""What a machine can see of STYLE.md. Each message names the file, the rule and the cure."""

import ast
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parent.parent
LAYERS = ("api", "workflows", "activities", "domain", "migrations", "config", "local", "sandbox")
HOMELESS = re.compile(r"(^|_)(utils?|helpers?|common|misc|models|services?|manager)$")
MARKER = "TO" + "DO"
WITH_ISSUE = re.compile(MARKER + r"\(#\d+\)")


@dataclass(frozen=True)
class Source:
    """A file of the repository, as it is written and as it is parsed."""

    name: str

    @property
    def stem(self) -> str:
        return Path(self.name).stem

    @cached_property
    def text(self) -> str:
        return (ROOT / self.name).read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        kinds = ast.FunctionDef | ast.AsyncFunctionDef
        return [node for node in ast.walk(self.tree) if isinstance(node, kinds)]


LISTED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
    cwd=ROOT, capture_output=True, text=True, check=True,
).stdout.split()  # fmt: skip
FILES = [Source(name) for name in LISTED if (ROOT / name).exists()]
PRODUCT = [file for file in FILES if file.name.split("/")[0] in LAYERS]
DOMAIN = [file for file in PRODUCT if file.name.startswith("domain/")]


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [a.arg for a in function.args.args if a.arg not in ("self", "cls")]


def test_there_are_files_to_look_at():
    assert len(DOMAIN) > 100


def test_a_file_holds_one_idea():
    assert not [
        f"{file.name} has {lines} lines; over 400 it holds two ideas: split it by noun."
        for file in FILES
        if (lines := len(file.text.splitlines())) > 400
    ]


def test_a_file_says_what_lives_in_it():
    assert not [
        f"{file.name} has no docstring; say in one sentence what lives there and what does not."
        for file in FILES
        if not ast.get_docstring(file.tree)
    ]


def test_a_name_is_a_noun_of_the_field():
    assert not [
        f"{file.name}: something with no home is a missing noun; find it (money, period)."
        for file in FILES
        if HOMELESS.search(file.stem)
    ]


def test_a_function_fits_a_screen():
    assert not [
        f"{file.name}: {function.name} has {length} lines; never over 70."
        for file in FILES
        for function in file.functions
        if (length := (function.end_lineno or 0) - function.lineno + 1) > 70
    ]


def test_a_function_takes_few_parameters():
    assert not [
        f"{file.name}: {function.name} takes {count} positional parameters; make them "
        "keyword-only or give them one shape."
        for file in PRODUCT
        for function in file.functions
        if (count := len(parameters(function))) > 5
    ]


def test_a_domain_function_that_touches_the_database_takes_a_connection_first():
    assert not [
        f"{file.name}: {function.name} takes `connection` later; take it first."
        for file in DOMAIN
        if file.stem not in ("tables", "database") and "import Connection" in file.text
        for function in file.functions
        if "connection" in parameters(function)[1:]
    ]


def test_nothing_is_left_for_later_without_an_issue():
    assert not [
        f"{file.name}:{number}: name the issue ({MARKER}(#12)) or do it now."
        for file in FILES
        for number, line in enumerate(file.text.splitlines(), 1)
        if MARKER in line and not WITH_ISSUE.search(line)
    ]
