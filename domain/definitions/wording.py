"""Texts with placeholders (`Invoice {invoice_number} of {vendor}`), found and filled."""

from collections.abc import Mapping
from string import Formatter


def placeholders(text: str) -> tuple[tuple[str, str], ...]:
    """Each placeholder with its format. Raises ValueError for braces that cannot be filled."""
    found = [part for part in Formatter().parse(text) if part[1] is not None]
    if any(conversion for _, _, _, conversion in found):
        raise ValueError(f"{text!r} asks for a conversion (!r); name the field alone.")
    return tuple((name or "", form or "") for _, name, form, _ in found)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the values in place. Nothing in a value is itself a placeholder."""
    return "".join(
        before + (values[name] if name is not None else "")
        for before, name, _, _ in Formatter().parse(text)
    )
