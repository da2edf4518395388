"""Which files may be sent, and whether one is what it claims to be: by how it begins."""

import io
import unicodedata
import zipfile
from collections.abc import Callable, Mapping

from domain.refusal import Refusal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WHITESPACE = "\t\n\r\f"
# What a workbook has at the least: ISO/IEC 29500-2, section 10, and 29500-1, section 12.3.
PARTS = ("[Content_Types].xml", "xl/workbook.xml")


def bytes_of(size: str) -> int:
    """`500KB` or `5MB` as bytes, of which a thousand make the next."""
    return int(size[:-2]) * {"KB": 1_000, "MB": 1_000_000}[size[-2:]]


def check_content(media_type: str, content: bytes) -> None:
    """Refuse a type that nobody needs, and content that is something else than it claims."""
    looks_right = KINDS.get(media_type)
    if looks_right is None:
        raise Refusal(
            "media_type_must_be_allowed",
            f"{media_type or 'No type'!r} cannot be attached. Send one of: {', '.join(KINDS)}.",
        )
    if not content:
        raise Refusal("file_must_not_be_empty", "The file is empty. Send its bytes as the body.")
    if not looks_right(content):
        raise Refusal(
            "content_must_be_of_its_media_type",
            f"The file says it is {media_type}, but its content is not. Send what it is.",
        )


def begins(start: bytes) -> Callable[[bytes], bool]:
    """Whether content begins as its format must."""
    return lambda content: content.startswith(start)


def is_workbook(content: bytes) -> bool:
    """A ZIP archive with the parts of a workbook and without macros. Nothing is unpacked."""
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return all(part in names for part in PARTS) and not any("vbaProject" in n for n in names)


def is_text(content: bytes) -> bool:
    """UTF-8 without control characters, and none of the other formats."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if content.startswith(b"%PDF-"):
        return False
    return not any(unicodedata.category(c) == "Cc" and c not in WHITESPACE for c in text)


# PDF: ISO 32000-1, 7.5.2. PNG: ISO/IEC 15948, 5.2. JPEG: ISO/IEC 10918-1, B.1.1.
KINDS: Mapping[str, Callable[[bytes], bool]] = {
    "application/pdf": begins(b"%PDF-"),
    "image/png": begins(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": begins(b"\xff\xd8\xff"),
    XLSX: is_workbook,
    "text/csv": is_text,
    "text/plain": is_text,
}
