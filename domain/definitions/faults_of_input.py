"""What is wrong with an input: each fault with its pointer, and the refusal that carries all."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.refusal import Refusal

OUT_OF_RANGE = "amount_out_of_range"
SHOWN_FAULTS = 5
SHOWN_LETTERS = 40


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault: where (RFC 6901), which rule, what to do, and what would be allowed."""

    pointer: str
    code: str
    detail: str
    allowed: tuple[str, ...] = ()


class InputErrors(Refusal):
    """Every fault of an input at once."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        only_range = {error.code for error in errors} == {OUT_OF_RANGE}
        shown = [f"{error.pointer or 'The input'}: {error.detail}" for error in errors]
        if len(shown) > SHOWN_FAULTS:
            shown = [*shown[:SHOWN_FAULTS], f"And {len(errors) - SHOWN_FAULTS} more."]
        code = OUT_OF_RANGE if only_range else "input_must_match_definition"
        super().__init__(code, " ".join(shown))
        self.errors = tuple(errors)


def pointer(parent: str, name: str | int) -> str:
    """The JSON pointer of a member (RFC 6901, section 3). A lone surrogate is shown as `?`."""
    plain = str(name).encode("utf-8", "replace").decode()
    return f"{parent}/{plain.replace('~', '~0').replace('/', '~1')}"


def shown(value: object) -> str:
    """A value for a message: short, printable, and never the whole of something large."""
    if isinstance(value, str):
        return repr(value if len(value) <= SHOWN_LETTERS else value[:SHOWN_LETTERS] + "...")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and value.bit_length() > 128:
        return "a number of more than 38 digits"
    if isinstance(value, int | float):
        return repr(value)
    return "a list" if isinstance(value, list | tuple) else "an object"
