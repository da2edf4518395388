"""The invoice approval of a release to come. The sandbox reads this file anew for each workflow, so
it names little.
"""

from temporalio import workflow

from workflows.invoice_approval import InvoiceApproval
from workflows.kit.messages import StartProcess

NEXT = 2


@workflow.defn(name="InvoiceApproval")
class Newer(InvoiceApproval):
    """The invoice approval of the next release: it waits for second thoughts before it pays."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartProcess) -> str:
        """As before."""
        return await super().run(start)

    async def pay_vendor(self) -> None:
        """A process that began before the release pays at once, as it always did."""
        if self.start.release >= NEXT:
            await workflow.sleep(0.2)
        await super().pay_vendor()
