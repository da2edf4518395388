"""Vendor invoice approval: the procedure, step by step."""

from uuid import UUID

from temporalio import workflow

from activities.ledger import LedgerActivities, PostJournal, ReverseEntry, Wait
from activities.payments import Payment, PaymentActivities, PayParty
from domain.processes.effect import Effect
from domain.processes.posting import Posted
from workflows.kit.approval import Approvable
from workflows.kit.messages import StartProcess
from workflows.kit.options import PARTNER
from workflows.kit.parking import StepRefused
from workflows.kit.process import Cancelled


@workflow.defn(name="InvoiceApproval")
class InvoiceApproval(Approvable):
    """A vendor's invoice is checked, approved, posted, paid when due, and the payment posted."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)
        self.due_in_seconds: int | None = None

    @workflow.run
    async def run(self, start: StartProcess) -> str:
        """Receive, approve, post, wait until due, pay, post. The outcome is the last stage."""
        if not await self.opened():
            return await self.finished()
        try:
            if await self.approved():
                await self.post_invoice()
                await self.until(self.due_in_seconds, then="payment")
                await self.pay_vendor()
                await self.post_payment()
        except Cancelled as cancelled:
            await self.compensated(cancelled)
        return await self.finished()

    async def post_invoice(self) -> None:
        """Dr expense and input GST, Cr the vendor; a number is drawn. Undone by reversal."""
        wait = Wait(due_field="due_date", stage="awaiting_due_date")
        posted = await self.post("invoice", then="payment", wait=wait)
        self.due_in_seconds = posted.due_in_seconds
        self.undoes.append(lambda reason: self.reverse(posted.entry, reason))

    async def pay_vendor(self) -> None:
        """Pay through the bank. Refused for good: a person decides whether to try anew."""
        await self.carried_out("pay_party", self.payment)
        self.undoes.clear()
        self.stage = "settling"

    async def payment(self, effect: Effect) -> Payment:
        """One business attempt at the payment."""
        command = PayParty(effect, self.start.definition_hash, total="payable", stage="settling")
        payment = await self.perform(
            PaymentActivities.pay_party, command, summary="Pay the vendor", options=PARTNER
        )
        if payment.outcome == "refused":
            raise StepRefused("payment_refused", f"The bank refused: {payment.message}")
        return payment

    async def post_payment(self) -> None:
        """Dr the vendor, Cr bank."""
        await self.post("payment", then="paid")

    async def post(self, template: str, *, then: str, wait: Wait | None = None) -> Posted:
        """Post a journal template; the process then stands at the next stage."""

        async def perform(effect: Effect) -> Posted:
            command = PostJournal(effect, self.start.definition_hash, template, then, wait)
            return await self.perform(
                LedgerActivities.post_journal, command, summary=f"Post the {template}"
            )

        posted = await self.carried_out(f"post_journal.{template}", perform)
        self.stage = posted.stage
        return posted

    async def reverse(self, entry: UUID, reason: str) -> None:
        """Undo the posting of the invoice."""

        async def perform(effect: Effect) -> Posted:
            command = ReverseEntry(effect, self.start.definition_hash, entry, reason)
            return await self.perform(
                LedgerActivities.reverse_entry, command, summary="Reverse the invoice"
            )

        self.stage = (await self.carried_out("reverse_entry", perform)).stage
