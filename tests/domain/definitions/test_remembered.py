"""What is remembered of a definition is that definition's alone."""

from domain.definitions import policy


def test_a_copy_that_says_something_else_remembers_nothing(definitions):
    shipped = definitions.get("invoice_approval")
    before = policy.approvers(shipped, "approval")
    (name, approval) = next(iter(shipped.approvals.items()))
    band = approval.bands[-1].model_copy(update={"levels": ("auditor",)})
    alone = approval.model_copy(update={"bands": (band,)})

    copied = shipped.model_copy(update={"approvals": {name: alone}})

    assert policy.approvers(copied, "approval") == {"auditor"}
    assert policy.approvers(shipped, "approval") == before
