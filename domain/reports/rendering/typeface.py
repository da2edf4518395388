"""The typeface of printed reports, and which letters it has: one without a letter prints a box."""

import struct
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final
from unicodedata import category

from domain.refusal import Refusal

FAMILY: Final = "Mukta"
FOLDER: Final = Path(str(files("fontpkg_mukta") / "files"))
# Joiners and marks of direction are instructions to the typesetter and need no picture.
UNSEEN = frozenset("\n\r\t\u00ad\u200b\u200c\u200d\u200e\u200f")
SEGMENTS: Final = 4


def check_letters(texts: Iterable[str]) -> None:
    """Refuse texts with letters that would print as boxes: `letters_must_be_printable`."""
    for text in texts:
        missing = [letter for letter in text if not prints(letter)]
        if missing:
            raise Refusal(
                "letters_must_be_printable",
                f"The typeface of PDF has no letter {missing[0]!r}, which stands in {text[:60]!r}. "
                "It has those of English and Hindi. Ask for HTML or XLSX.",
            )


def prints(letter: str) -> bool:
    """Whether the letter has a picture or needs none; PDF/UA forbids control characters."""
    if letter in UNSEEN:
        return True
    return ord(letter) in known() and category(letter) not in ("Cc", "Co", "Cn")


@cache
def known() -> frozenset[int]:
    """The code points that the regular weight has."""
    content = (FOLDER / f"{FAMILY}-Regular.ttf").read_bytes()
    return frozenset(code_points(table(content, b"cmap")))


def table(content: bytes, tag: bytes) -> bytes:
    """A table of an OpenType file (OpenType 1.9, table directory)."""
    (count,) = struct.unpack_from(">H", content, 4)
    for at in range(12, 12 + 16 * count, 16):
        name, _, offset, length = struct.unpack_from(">4sLLL", content, at)
        if name == tag:
            return content[offset : offset + length]
    raise AssertionError(f"The typeface has no table {tag!r}.")


def code_points(cmap: bytes) -> Iterator[int]:
    """What the subtables of segments map (format 4: letters up to U+FFFF)."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    for record in range(count):
        (offset,) = struct.unpack_from(">L", cmap, 4 + 8 * record + 4)
        (format,) = struct.unpack_from(">H", cmap, offset)
        if format == SEGMENTS:
            (doubled,) = struct.unpack_from(">H", cmap, offset + 6)
            segments = f">{doubled // 2}H"
            ends = struct.unpack_from(segments, cmap, offset + 14)
            starts = struct.unpack_from(segments, cmap, offset + 16 + doubled)
            for start, end in zip(starts, ends, strict=True):
                yield from range(start, end + 1)
