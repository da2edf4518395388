"""How many text messages a text takes: 160 characters of GSM 03.38, or 70 of UCS-2, in one.

Of several each is shorter, since they carry how they belong together (3GPP TS 23.040).
"""

from typing import Final

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these takes two places.
EXTENDED: Final = frozenset("^{}\\[~]|€\f")
MOST_SEGMENTS: Final = 3


def segments(text: str) -> int:
    """The number of text messages that are sent, and paid, for a text."""
    if set(text) <= BASIC | EXTENDED:
        length, alone, joined = len(text) + sum(text.count(each) for each in EXTENDED), 160, 153
    else:
        length, alone, joined = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)
