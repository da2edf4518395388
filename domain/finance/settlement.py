"""The named check of a settlement, which raises or lowers what is open with a party."""

from domain.definitions import content as reading
from domain.documents.facts import DocumentFacts
from domain.refusal import Refusal


def settlement_must_go_one_way(facts: DocumentFacts) -> None:
    """A balance is increased or decreased, by more than nothing."""
    found = [reading.money(facts.content, name) for name in ("increase", "decrease")]
    given = [amount for amount in found if amount is not None and amount.amount > 0]
    if len(given) != 1:
        both = " and ".join(map(str, given)) or "nothing"
        raise Refusal(
            "settlement_must_go_one_way",
            f"The balance would change by {both}. Enter either an increase or a decrease.",
        )


CHECKS = {settlement_must_go_one_way: {"increase?": "money", "decrease?": "money"}}
