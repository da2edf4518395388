"""The scenes of the demo, in order. Each says what people do and claims what must follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.cli.demo.balances import changed, net_of
from api.cli.demo.cast import Person, Process, SimulatedBank
from api.cli.demo.invoice import Invoice, Invoices
from api.cli.demo.proof import Proof
from api.cli.wording import ENDED
from domain.money import Money

WHICH_MERGER: Final = "The description does not say which merger."
ACCOUNT_CLOSED: Final = "beneficiary_account_closed"


@dataclass
class Demo:
    """The people, the bank and the claims."""

    asha: Person
    bina: Person
    deepa: Person
    esha: Person
    chand: Person
    bank: SimulatedBank
    proof: Proof
    invoices: Invoices


def one_level(demo: Demo) -> None:
    """29,500.00 INR: one approver; posted once, paid once."""
    proof, before = demo.proof, demo.chand.reads_the_book()
    invoice = demo.invoices.new("Audit of the first quarter", net=2_500_000)
    proof.scene(f"1  An invoice of {rupees(invoice.total)}: entered, approved, posted, paid")
    process = entered(demo, invoice)
    proof.refused(
        "Asha may not approve what she entered",
        "checker_must_differ_from_maker",
        lambda: demo.asha.decides(process, "approve"),
    )
    demo.bina.decides(process, "approve")
    posted = waits_for_due_date(demo, process)
    proof.claim(
        "Bina approves; it is posted under a number",
        str(posted["number"]).startswith("PI/"),
        found=posted,
        note=str(posted["number"]),
    )
    proof.equal(
        "The book moved by exactly the invoice",
        changed(before, demo.chand.reads_the_book()),
        dict(invoice.movements),
    )
    proof.equal("The bank has paid nothing yet", demo.bank.payments(process["reference"]), [])
    demo.esha.acts(process, "pay_now")
    paid = ended(demo, process)
    proof.equal("Esha pays it before it is due", paid["status"], "completed")
    paid_once(demo, process, invoice)
    after = demo.chand.reads_the_book()
    proof.equal(
        "The payment is posted: the vendor is owed nothing",
        changed(before, after),
        net_of(invoice.movements, {"vendor_payable": invoice.total, "bank": -invoice.total}),
    )


def paid_once(demo: Demo, process: Process, invoice: Invoice) -> None:
    """The bank's own log is asked, not ours."""
    made = demo.bank.payments(process["reference"])
    demo.proof.equal(
        "The bank's own log shows one payment of that amount",
        [payment["amount"] for payment in made],
        [invoice.total],
        note=f"UTR {made[0]['utr']}" if made else "",
    )


def two_levels(demo: Demo) -> None:
    """Above 50,000.00 INR a second approver is asked, and it is never the same person."""
    proof = demo.proof
    invoice = demo.invoices.new("Audit of the whole year", net=5_000_000)
    proof.scene(f"2  An invoice of {rupees(invoice.total)}: two approvers")
    process = entered(demo, invoice)
    demo.bina.decides(process, "approve")
    task = proof.awaited(
        "The second level", lambda: demo.deepa.task_of(process), lambda task: bool(task)
    )
    proof.claim("Bina approves; a head of finance is asked next", bool(task))
    proof.refused(
        "Bina may not approve twice",
        "checkers_must_be_distinct",
        lambda: demo.bina.decides(process, "approve"),
    )
    demo.deepa.decides(process, "approve")
    posted = waits_for_due_date(demo, process)
    proof.claim("Deepa approves; it is posted", bool(posted["number"]), note=posted["number"])


def sent_back(demo: Demo) -> None:
    """Sent back, corrected, rejected: nothing reaches the book."""
    proof, before = demo.proof, demo.chand.reads_the_book()
    invoice = demo.invoices.new("Advice on a merger", net=1_200_000)
    proof.scene(f"3  An invoice of {rupees(invoice.total)}: sent back, corrected, rejected")
    process = entered(demo, invoice)
    proof.refused(
        "Sending back needs a reason",
        "reason_must_be_given",
        lambda: demo.bina.decides(process, "send-back"),
    )
    demo.bina.decides(process, "send-back", WHICH_MERGER)
    back = at(demo, process, "correction")
    proof.equal("Bina sends it back; Asha reads why", back["reason"], WHICH_MERGER)
    demo.asha.amends(process, corrected(invoice))
    at(demo, process, "approval")
    task = demo.bina.task_of(process)
    shown = demo.bina.client.get(f"/v1/tasks/{task['id']}").body["changes"]
    proof.claim("Asha corrects it; Bina is shown what changed", bool(shown), found=task)
    demo.bina.decides(process, "reject", "The work was never ordered.")
    end = ended(demo, process)
    proof.equal("Bina rejects it", (end["status"], end["stage"]["name"]), ("cancelled", "rejected"))
    proof.equal("The book did not move", changed(before, demo.chand.reads_the_book()), {})


def refused_by_the_bank(demo: Demo) -> None:
    """A payment the bank refuses is put before a person; what was posted is reversed."""
    proof, before = demo.proof, demo.chand.reads_the_book()
    invoice = demo.invoices.new("Training of the team", net=2_000_000)
    proof.scene(f"4  An invoice of {rupees(invoice.total)}: the bank refuses to pay")
    process = entered(demo, invoice)
    demo.bina.decides(process, "approve")
    waits_for_due_date(demo, process)
    demo.bank.will_refuse(process["reference"], reason=ACCOUNT_CLOSED)
    demo.esha.acts(process, "pay_now")
    stopped = proof.awaited(
        "The exception", lambda: demo.esha.exception_of(process), lambda found: bool(found)
    )
    proof.claim(
        "The refusal stands in the exceptions, in the bank's words",
        ACCOUNT_CLOSED in str(stopped),
        found=stopped,
        note=str(stopped.get("message", "")),
    )
    proof.refused(
        "Asha may not write it off",
        "role_must_allow_action",
        lambda: demo.asha.gives_up(stopped, "Never mind."),
    )
    demo.esha.gives_up(stopped, "The vendor closed the account; a new invoice will come.")
    end = ended(demo, process)
    proof.equal("Esha cancels it; it ends as compensated", end["status"], "compensated")
    proof.equal(
        "A reversal took back the posting", changed(before, demo.chand.reads_the_book()), {}
    )
    proof.equal("The bank paid nothing", demo.bank.payments(process["reference"]), [])


def entered(demo: Demo, invoice: Invoice) -> Process:
    """Asha enters the invoice; it waits for its first approver."""
    process = demo.asha.enters(invoice)
    process = at(demo, process, "approval")
    demo.proof.claim(
        f"Asha enters {invoice.number}; it waits for an approver",
        process["status"] == "waiting",
        found=process,
        note=f"{process['reference']}  {process['id']}",
    )
    return process


def waits_for_due_date(demo: Demo, process: Process) -> Process:
    """Posted, and not paid before its day."""
    return at(demo, process, "awaiting_due_date")


def at(demo: Demo, process: Process, stage: str) -> Process:
    """The process once it stands at a stage."""
    return looked(demo, process, f"The stage {stage}", lambda seen: seen["stage"]["name"] == stage)


def ended(demo: Demo, process: Process) -> Process:
    """The process once it has ended."""
    return looked(demo, process, "The end", lambda seen: seen["status"] in ENDED)


def looked(demo: Demo, process: Process, what: str, arrived: Any) -> Process:
    """The process once it is so."""
    seen: Process = demo.proof.awaited(what, lambda: demo.chand.looks_at(process), arrived)
    return seen


def corrected(invoice: Invoice) -> Mapping[str, Any]:
    """The invoice with a better description."""
    [line] = invoice.input["lines"]
    return {**invoice.input, "lines": [{**line, "description": "Advice on the Mysuru merger"}]}


def rupees(paise: int) -> str:
    """As people write it."""
    return str(Money(paise, "INR"))
