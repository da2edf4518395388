"""The journal entry as plain immutable data, and the ladder of rules that it must climb."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import PlainSerializer

from domain.money import LARGEST_AMOUNT, plain
from domain.refusal import Refusal


class EntryKind(StrEnum):
    """Why an entry exists. Reports leave out or single out kinds by name."""

    NORMAL = "normal"
    OPENING = "opening"
    ADJUSTING = "adjusting"
    CLOSING = "closing"
    REVALUATION = "revaluation"
    REVERSAL = "reversal"
    IMPORT = "import"


class Voucher(StrEnum):
    """What an accountant calls the entry; debit and credit notes correct a purchase and a sale."""

    JOURNAL = "journal"
    SALES = "sales"
    PURCHASE = "purchase"
    RECEIPT = "receipt"
    PAYMENT = "payment"
    CONTRA = "contra"
    DEBIT_NOTE = "debit_note"
    CREDIT_NOTE = "credit_note"


class Module(StrEnum):
    """The part of the business an entry comes from; a period may be locked for one alone."""

    GENERAL = "general"
    SALES = "sales"
    PURCHASE = "purchase"
    BANKING = "banking"
    INVENTORY = "inventory"
    PAYROLL = "payroll"
    FOREX = "forex"
    INSURANCE = "insurance"


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of an entry: debit above zero, credit below, in integer minor units of `currency`.

    `base_amount` is the same in the company's base currency; None means the currencies are one. An
    amount of zero with a base amount says that what is held is worth more or less than before.
    `dimensions` are named values (branch, party, cost_centre, project, product ...).
    """

    account: str
    amount: int
    currency: str
    base_amount: int | None = None
    dimensions: Annotated[tuple[tuple[str, str], ...], PlainSerializer(dict)] = ()

    @property
    def base(self) -> int:
        """The amount in the base currency."""
        return self.amount if self.base_amount is None else self.base_amount


@dataclass(frozen=True, slots=True)
class Numbering:
    """A voucher series and the pattern of its numbers: `PI/{fiscal_year}/{sequence:05}`."""

    series: str
    pattern: str


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What is to be posted on one date in the book of one company."""

    company: UUID
    entry_date: date
    narration: str
    postings: tuple[Posting, ...]
    kind: EntryKind = EntryKind.NORMAL
    party: UUID | None = None
    due_date: date | None = None
    process: UUID | None = None
    document: UUID | None = None
    numbering: Numbering | None = None
    voucher: Voucher = Voucher.JOURNAL
    module: Module = Module.GENERAL


def debit(account: str, amount: int, currency: str = "INR", **dimensions: str) -> Posting:
    """A debit of `amount` minor units."""
    return Posting(account, amount, currency, dimensions=tuple(sorted(dimensions.items())))


def credit(account: str, amount: int, currency: str = "INR", **dimensions: str) -> Posting:
    """A credit of `amount` minor units."""
    return Posting(account, -amount, currency, dimensions=tuple(sorted(dimensions.items())))


def check_entry(entry: JournalEntry) -> None:
    """Climb the ladder; the database climbs the same one again. Raises the first Refusal."""
    if len(entry.postings) < 2:
        raise Refusal(
            "entry_must_have_two_postings",
            f"{entry.narration!r} has {len(entry.postings)} posting(s); it needs two or more.",
        )
    if not entry.narration.strip():
        raise Refusal("entry_must_have_narration", "Say in the narration what the entry is for.")
    for posting in entry.postings:
        check_posting(posting)
    for currency, residue in residues(entry).items():
        if residue:
            raise Refusal(
                "entry_must_balance",
                f"{entry.narration!r} is out by {plain(residue, currency)} {currency}. "
                "Debits and credits must be equal in each currency.",
            )
    if base_residue := sum(posting.base for posting in entry.postings):
        raise Refusal(
            "entry_must_balance_in_base_currency",
            f"{entry.narration!r} is out by {base_residue} minor units of the base currency.",
        )


def check_posting(posting: Posting) -> None:
    """An amount that means something and that every reader keeps exact."""
    if posting.amount == 0 and posting.base == 0:
        raise Refusal(
            "posting_must_not_be_zero", f"The posting on {posting.account} is zero; leave it out."
        )
    if max(abs(posting.amount), abs(posting.base)) > LARGEST_AMOUNT:
        raise Refusal(
            "amount_out_of_range",
            f"{posting.amount} on {posting.account} is beyond {LARGEST_AMOUNT} minor units.",
        )


def residues(entry: JournalEntry) -> Mapping[str, int]:
    """Debits less credits of each currency, in minor units."""
    sums: defaultdict[str, int] = defaultdict(int)
    for posting in entry.postings:
        sums[posting.currency] += posting.amount
    return sums
