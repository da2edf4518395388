"""Vendor invoice approval: the procedure, step by step."""

from temporalio import workflow

from activities.payments import Payment, PaymentActivities, PayParty
from domain.processes.effect import Effect
from workflows.kit.messages import StartProcess
from workflows.kit.options import PARTNER
from workflows.kit.parking import StepRefused
from workflows.kit.process import Cancelled
from workflows.kit.staging import Staged


@workflow.defn(name="InvoiceApproval")
class InvoiceApproval(Staged):
    """A vendor's invoice is checked, approved, posted, paid when due, and the payment posted."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartProcess) -> str:
        """Receive, approve, post, wait until due; pay; post the payment."""
        if await self.opened():
            try:
                if await self.reached("payment"):
                    await self.pay_vendor()
                    await self.reached("paid")
            except Cancelled as cancelled:
                await self.given_up(cancelled)
        return await self.finished()

    async def pay_vendor(self) -> None:
        """Pay through the bank. Refused for good: a person decides whether to try anew."""
        payment = await self.carried_out("pay_party", self.payment)
        assert payment.arrival is not None
        self.stand(payment.arrival)

    async def payment(self, effect: Effect) -> Payment:
        """One business attempt at the payment."""
        to = str(self.definition.stages["payment"].then)
        command = PayParty(effect, self.definition.hash, total="payable", to=to)
        payment = await self.perform(
            PaymentActivities.pay_party, command, summary="Pay the vendor", options=PARTNER
        )
        if payment.outcome == "refused":
            raise StepRefused("payment_refused", f"The bank refused: {payment.message}")
        return payment
