"""What a payment is to the bank and when it refuses one; nothing here is stored or faulty."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PAISE_LIMIT = 10_000_000_000  # ten crore rupees in one payment
INTEGER_LIMIT = 10**15  # far above any payment, well inside SQLite's 64 bits
IFSC = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}")

REFUSED_ACCOUNTS = {
    "0009": ("beneficiary_account_closed", "The beneficiary's account {account} is closed."),
    "0008": ("beneficiary_account_frozen", "The beneficiary's account {account} is frozen."),
    "0007": ("beneficiary_name_mismatch", "Account {account} is not in the name of {name}."),
}
ANSWER_LOST_ACCOUNT = "0006"

Text = Annotated[str, StringConstraints(min_length=1, max_length=140, strip_whitespace=True)]
Account = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{4,34}$")]


class Beneficiary(BaseModel):
    """Who is paid; an IFSC names the branch of an Indian bank."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    account: Account
    ifsc: Annotated[str, StringConstraints(min_length=1, max_length=20)]


class PaymentRequest(BaseModel):
    """One payment as the customer orders it; `amount` in paise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amount: int = Field(strict=True, gt=0, le=INTEGER_LIMIT)
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    debit_account: Account
    beneficiary: Beneficiary
    reference: Text
    narration: Annotated[str, StringConstraints(max_length=140)] = ""


class PaymentAnswer(BaseModel):
    """The bank's answer: accepted with a `utr`, or refused with a `reason` and a sentence."""

    payment_id: str
    status: Literal["accepted", "refused"]
    utr: str | None
    reason: str | None = None
    message: str | None = None
    created_at: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A definite no: a code for machines and a sentence for people."""

    reason: str
    message: str


def refusal_of(payment: PaymentRequest) -> Refused | None:
    """The first rule of the bank that this payment breaks, if any."""
    to = payment.beneficiary
    if payment.currency != "INR":
        return Refused("currency_not_served", f"This bank pays in INR, not in {payment.currency}.")
    if not IFSC.fullmatch(to.ifsc):
        return Refused("ifsc_unknown", f"No branch has the IFSC {to.ifsc}.")
    if payment.amount > PAISE_LIMIT:
        message = f"{payment.amount} paise is over the limit of {PAISE_LIMIT} for one payment."
        return Refused("payment_limit_exceeded", message)
    if to.account[-4:] in REFUSED_ACCOUNTS:
        reason, sentence = REFUSED_ACCOUNTS[to.account[-4:]]
        return Refused(reason, sentence.format(account=to.account, name=to.name))
    return None
