"""Vouchers as an accountant makes them: which accounts each kind may touch, on which side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Connection, select

from domain.ledger.entry import JournalEntry, Module, Numbering, Posting, Voucher, check_entry
from domain.ledger.tables import accounts
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the postings. An invoice is due on `due_date` or `credit_days` after."""

    company: UUID
    entry_date: date
    narration: str
    party: UUID | None = None
    due_date: date | None = None
    credit_days: int | None = None
    numbering: Numbering | None = None
    process: UUID | None = None
    document: UUID | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """A posting, seen with what the chart says of its account."""

    posting: Posting
    kind: str
    control: str | None
    is_cash: bool

    @property
    def is_debit(self) -> bool:
        """Whether it stands on the debit side."""
        return (self.posting.amount or self.posting.base) > 0


Test = Callable[[Side], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """Some posting must be so, or with `is_for_all` every one; else the refusal of this code."""

    code: str
    test: Test
    message: str
    is_for_all: bool = False

    def holds(self, sides: Sequence[Side]) -> bool:
        """Whether the voucher keeps it."""
        return (all if self.is_for_all else any)(self.test(side) for side in sides)


def debits(control: str) -> Test:
    """A debit on an account of this control."""
    return lambda side: side.is_debit and side.control == control


def credits(control: str) -> Test:
    """A credit on an account of this control."""
    return lambda side: not side.is_debit and side.control == control


def no_cash(code: str, named: str) -> Rule:
    """Cash and bank move by receipt, payment and contra alone."""
    return Rule(
        code,
        lambda side: not side.is_cash,
        f"{named} moves no cash and no bank. Make a receipt, a payment or a contra for that.",
        is_for_all=True,
    )


RULES: dict[Voucher, tuple[Rule, ...]] = {
    Voucher.RECEIPT: (
        Rule("receipt_must_debit_cash", lambda side: side.is_cash and side.is_debit,
             "A receipt debits cash or a bank. Add that posting, or make a journal."),
        Rule("receipt_must_credit_no_cash", lambda side: side.is_debit or not side.is_cash,
             "A receipt credits no cash and no bank. Make a contra to move money between them.",
             is_for_all=True),
    ),
    Voucher.PAYMENT: (
        Rule("payment_must_credit_cash", lambda side: side.is_cash and not side.is_debit,
             "A payment credits cash or a bank. Add that posting, or make a journal."),
        Rule("payment_must_debit_no_cash", lambda side: not (side.is_cash and side.is_debit),
             "A payment debits no cash and no bank. Make a contra to move money between them.",
             is_for_all=True),
    ),
    Voucher.CONTRA: (
        Rule("contra_must_stay_within_cash", lambda side: side.is_cash,
             "A contra moves money between cash and banks alone. Make a payment, a receipt or a "
             "journal for the rest.", is_for_all=True),
    ),
    Voucher.JOURNAL: (no_cash("journal_must_leave_cash_alone", "A journal"),),
    Voucher.SALES: (
        Rule("sale_must_debit_receivable", debits("receivable"),
             "A sale debits the customer's receivable account. Sold for cash, it is a receipt."),
        Rule("sale_must_credit_income", lambda side: side.kind == "income" and not side.is_debit,
             "A sale credits an account of income. Add what was sold."),
        no_cash("sale_must_leave_cash_alone", "A sale"),
    ),
    Voucher.PURCHASE: (
        Rule("purchase_must_credit_payable", credits("payable"),
             "A purchase credits the supplier's payable account. For cash, make a payment."),
        Rule("purchase_must_debit_cost",
             lambda side: side.is_debit and side.kind in ("expense", "asset"),
             "A purchase debits an expense or an asset. Add what was bought."),
        no_cash("purchase_must_leave_cash_alone", "A purchase"),
    ),
    Voucher.DEBIT_NOTE: (
        Rule("debit_note_must_debit_payable", debits("payable"),
             "A debit note corrects a purchase: it debits the supplier's payable account."),
        no_cash("debit_note_must_leave_cash_alone", "A debit note"),
    ),
    Voucher.CREDIT_NOTE: (
        Rule("credit_note_must_credit_receivable", credits("receivable"),
             "A credit note corrects a sale: it credits the customer's receivable account."),
        no_cash("credit_note_must_leave_cash_alone", "A credit note"),
    ),
}  # fmt: skip

MODULES = {
    Voucher.RECEIPT: Module.BANKING,
    Voucher.PAYMENT: Module.BANKING,
    Voucher.CONTRA: Module.BANKING,
    Voucher.JOURNAL: Module.GENERAL,
    Voucher.SALES: Module.SALES,
    Voucher.CREDIT_NOTE: Module.SALES,
    Voucher.PURCHASE: Module.PURCHASE,
    Voucher.DEBIT_NOTE: Module.PURCHASE,
}


def voucher(
    connection: Connection, kind: Voucher, head: Head, postings: Sequence[Posting]
) -> JournalEntry:
    """The entry of a voucher, ready to post. Writes nothing.

    Raises the Refusal of the first rule of the kind that says no, `account_must_exist`, those of
    check_entry, `voucher_must_name_party` or `due_date_must_be_of_an_invoice`.
    """
    sides = seen(connection, head.company, postings)
    for rule in RULES[kind]:
        if not rule.holds(sides):
            raise Refusal(rule.code, rule.message)
    if head.party is None and any(side.control for side in sides):
        raise Refusal(
            "voucher_must_name_party",
            "What is owed is owed by somebody. Name the party of the receivable or payable.",
        )
    entry = JournalEntry(
        head.company,
        head.entry_date,
        head.narration,
        tuple(postings),
        party=head.party,
        due_date=due_date(kind, head),
        process=head.process,
        document=head.document,
        numbering=head.numbering,
        voucher=kind,
        module=MODULES[kind],
    )
    check_entry(entry)
    return entry


def due_date(kind: Voucher, head: Head) -> date | None:
    """When an invoice is to be paid; None means on its date."""
    if head.due_date is None and head.credit_days is None:
        return None
    if kind not in (Voucher.SALES, Voucher.PURCHASE, Voucher.JOURNAL):
        raise Refusal(
            "due_date_must_be_of_an_invoice",
            f"A {kind.value.replace('_', ' ')} is not due later. Leave the due date out.",
        )
    due = head.due_date or head.entry_date + timedelta(head.credit_days or 0)
    if due < head.entry_date:
        raise Refusal(
            "due_date_must_follow_entry_date",
            f"The invoice of {head.entry_date} cannot be due on {due}, before it. Correct one.",
        )
    return due


def seen(connection: Connection, company: UUID, postings: Sequence[Posting]) -> tuple[Side, ...]:
    """Postings with what the chart says of their accounts. Raises Refusal `account_must_exist`."""
    codes = {posting.account for posting in postings}
    query = select(accounts.c.code, accounts.c.kind, accounts.c.control, accounts.c.cash_flow)
    chosen = query.where(accounts.c.company_id == company, accounts.c.code.in_(codes))
    chart = {row.code: row for row in connection.execute(chosen)}
    for code in sorted(codes - set(chart)):
        raise Refusal(
            "account_must_exist",
            f"The company has no account {code!r}. Add it to the chart or use another.",
        )
    rows = ((posting, chart[posting.account]) for posting in postings)
    return tuple(
        Side(posting, row.kind, row.control, row.cash_flow == "cash") for posting, row in rows
    )
