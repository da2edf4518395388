"""How the numbers that identify a master are written: PAN, bank account and IFSC, HSN or SAC."""

import re

from domain.masters.kinds import Kind
from domain.parties.gstin import check_gstin
from domain.refusal import Refusal

# Rule 114 of the Income-tax Rules, 1962: ten characters, of which the fourth says whose it is.
PAN = re.compile(r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]")
OF_A_PERSON = "P"
# Reserve Bank of India: four letters of the bank, a zero, six characters of the branch.
IFSC = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}")
ACCOUNT = re.compile(r"[0-9]{9,18}")
# Customs Tariff chapters for goods; chapter 99 of the scheme of classification for services.
HSN = re.compile(r"[0-9]{4}([0-9]{2}){0,2}")
SERVICES = "99"


def check_identity(kind: Kind, said: dict[str, str]) -> None:
    """Climb the ladder over what is said of a master. Raises the first Refusal."""
    if gstin := said.get("gstin"):
        check_gstin(gstin)
    if pan := said.get("pan"):
        check_pan(kind, pan)
        if gstin and gstin[2:12] != pan:
            raise Refusal(
                "pan_must_agree_with_gstin",
                f"{gstin} has the PAN {gstin[2:12]} in it, not {pan}. Compare both certificates.",
            )
    check_bank(said.get("bank_account"), said.get("bank_ifsc"))
    if hsn := said.get("hsn"):
        check_hsn(hsn, said.get("nature", ""))


def check_pan(kind: Kind, pan: str) -> None:
    """Well formed, and a human's where the master is one."""
    if not PAN.fullmatch(pan):
        raise Refusal(
            "pan_must_be_well_formed",
            f"{pan!r} is no PAN. Write five letters, four digits and a letter, as in ABCPE1234F; "
            "the fourth letter says whose it is.",
        )
    if kind.name == "employee" and pan[3] != OF_A_PERSON:
        raise Refusal(
            "pan_must_be_of_a_person",
            f"The fourth letter of {pan} is {pan[3]}, so it is not the PAN of a human. "
            "Compare it with the employee's card.",
        )


def check_bank(account: str | None, ifsc: str | None) -> None:
    """An account and its IFSC come together, and both can be what they are called."""
    if bool(account) != bool(ifsc):
        raise Refusal(
            "bank_account_must_have_ifsc",
            "A bank account is paid by its number and its IFSC. Give both or neither.",
        )
    if account and not ACCOUNT.fullmatch(account):
        raise Refusal(
            "bank_account_must_be_well_formed",
            f"{account!r} is no account number. Write its 9 to 18 digits without spaces.",
        )
    if ifsc and not IFSC.fullmatch(ifsc):
        raise Refusal(
            "ifsc_must_be_well_formed",
            f"{ifsc!r} is no IFSC. Write four letters, a zero and six characters, as in "
            "SIMB0000101.",
        )


def check_hsn(hsn: str, nature: str) -> None:
    """Four, six or eight digits; those of services begin with 99."""
    if not HSN.fullmatch(hsn):
        raise Refusal(
            "hsn_must_be_well_formed",
            f"{hsn!r} is neither HSN nor SAC. Write its 4, 6 or 8 digits.",
        )
    if hsn.startswith(SERVICES) != (nature == "service"):
        raise Refusal(
            "hsn_must_fit_nature",
            f"{hsn} is of {'services' if hsn.startswith(SERVICES) else 'goods'}, but the product "
            f"is entered as {nature}. Correct one of them.",
        )
