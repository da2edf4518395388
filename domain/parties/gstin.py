"""The Goods and Services Tax identification number: its shape, check character and state.

Central Goods and Services Tax Rules, 2017, rule 10(1): two characters for the state code, ten for
the PAN, two for the entity code and one checksum character. Only registrations of regular
taxpayers are known here, not those of deductors, UN bodies or non-residents.
"""

import re

from domain.refusal import Refusal

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHAPE = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]")

# First two digits of a GSTIN. 25 (Daman and Diu) and 28 (Andhra Pradesh before its division)
# stand on old papers only. 99 is no state: the centre's jurisdiction.
STATES = {
    "01": "Jammu and Kashmir", "02": "Himachal Pradesh", "03": "Punjab", "04": "Chandigarh",
    "05": "Uttarakhand", "06": "Haryana", "07": "Delhi", "08": "Rajasthan", "09": "Uttar Pradesh",
    "10": "Bihar", "11": "Sikkim", "12": "Arunachal Pradesh", "13": "Nagaland", "14": "Manipur",
    "15": "Mizoram", "16": "Tripura", "17": "Meghalaya", "18": "Assam", "19": "West Bengal",
    "20": "Jharkhand", "21": "Odisha", "22": "Chhattisgarh", "23": "Madhya Pradesh",
    "24": "Gujarat", "25": "Daman and Diu",
    "26": "Dadra and Nagar Haveli and Daman and Diu", "27": "Maharashtra", "28": "Andhra Pradesh",
    "29": "Karnataka", "30": "Goa", "31": "Lakshadweep", "32": "Kerala", "33": "Tamil Nadu",
    "34": "Puducherry", "35": "Andaman and Nicobar Islands", "36": "Telangana",
    "37": "Andhra Pradesh", "38": "Ladakh", "97": "Other territory",
}  # fmt: skip


def check_gstin(text: str) -> None:
    """Climb the ladder: shape, state, check character. Raises the first Refusal."""
    if not SHAPE.fullmatch(text):
        raise Refusal(
            "gstin_must_be_well_formed",
            f"{text!r} is no GSTIN. Write its 15 characters: two digits, the PAN, an entity code, "
            "Z and the check character, as in 29AAGCB7383J1Z4.",
        )
    if text[:2] not in STATES:
        raise Refusal(
            "gstin_state_must_exist",
            f"{text} starts with {text[:2]}, which is the code of no state. Compare it with the "
            "registration certificate.",
        )
    if text[-1] != check_character(text[:-1]):
        raise Refusal(
            "gstin_check_character_must_agree",
            f"The last character of {text} does not agree with the others: one is mistyped. "
            "Compare it with the registration certificate.",
        )


def check_character(first_fourteen: str) -> str:
    """The fifteenth character.

    Values are multiplied by 1, 2, 1, 2 ... from the left; quotient and remainder of each product by
    36 are added up; the check value completes the sum to a multiple of 36.
    """
    total = 0
    for place, letter in enumerate(first_fourteen):
        total += sum(divmod(ALPHABET.index(letter) * (1 + place % 2), len(ALPHABET)))
    return ALPHABET[-total % len(ALPHABET)]


def state_of(gstin: str) -> str:
    """The state's code, its first two digits. Refuses what is no GSTIN."""
    check_gstin(gstin)
    return gstin[:2]
