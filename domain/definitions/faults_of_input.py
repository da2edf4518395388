"""What is wrong with an input: each fault with its pointer, and the refusal that carries all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    """Every fault of an input at once. `code` is given where a rule of its own found them."""

    def __init__(self, errors: Sequence[FieldError], *, code: str | None = None) -> None:
        only_range = {error.code for error in errors} == {OUT_OF_RANGE}
        shown = [f"{error.pointer or 'The input'}: {error.detail}" for error in errors]
        if len(shown) > SHOWN_FAULTS:
            shown = [*shown[:SHOWN_FAULTS], f"And {len(errors) - SHOWN_FAULTS} more."]
        found = OUT_OF_RANGE if only_range else "input_must_match_definition"
        super().__init__(code or found, " ".join(shown))
        self.errors = tuple(errors)


class RowErrors(InputErrors):
    """Every row that a rule says no to, at once."""

    def __init__(self, code: str, errors: Sequence[FieldError]) -> None:
        super().__init__(errors, code=code)


class Rows:
    """Goes through the rows of a field and keeps what is wrong with each of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.errors: list[FieldError] = []

    @contextmanager
    def reading(self, number: int) -> Iterator[None]:
        """A refusal inside is that of the row, counted from 0; then the next row is read."""
        try:
            yield
        except Refusal as refusal:
            self.refuse(number, None, refusal)

    def refuse(self, number: int, column: str | None, refusal: Refusal) -> None:
        """Keep what a rule says of a row, or of one of its columns."""
        at = pointer(pointer("", self.name), number)
        where = pointer(at, column) if column else at
        self.errors.append(FieldError(where, refusal.code, refusal.message))


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
