"""The proof that the coded checks a type names can be made of its documents."""

from collections.abc import Iterator

from domain.definitions.mistakes import Mistake
from domain.definitions.model import Definition
from domain.definitions.vocabulary import Vocabulary

ANY, OPTIONAL = "*", "?"


def checks_find_their_fields(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """Every field that a check reads is there, of its type, and required unless it may be left out.

    `lines.net` is a field of rows, `*` stands for any field.
    """
    for i, check in enumerate(definition.checks):
        for path, kind in names.checks.get(check, {}).items():
            if not is_there(definition, path, kind):
                yield Mistake(("checks", i), lack(check, path, kind), cure(path, kind))


def is_there(definition: Definition, path: str, kind: str) -> bool:
    """Whether the type has such a field."""
    if path == ANY:
        return any(each.type == kind and each.required for each in definition.fields.values())
    field = definition.fields_by_path().get(path.removesuffix(OPTIONAL))
    return field is not None and field.type == kind and (field.required or path.endswith(OPTIONAL))


def lack(check: str, path: str, kind: str) -> str:
    """What is missing."""
    if path == ANY:
        return f"The check {check!r} needs a field of type {kind}"
    return f"The check {check!r} needs {path.removesuffix(OPTIONAL)!r}"


def cure(path: str, kind: str) -> str:
    """How it is added."""
    name = "NAME" if path == ANY else path.removesuffix(OPTIONAL)
    required = "" if path.endswith(OPTIONAL) else ", required: true"
    return f"Add {name}: {{type: {kind}{required}, ...}}, or remove the check"


PROOF_OF_CHECKS = (checks_find_their_fields,)
