"""Paying a party through the bank. An unknown outcome is asked about, never guessed."""

from dataclasses import asdict, dataclass, replace
from typing import Literal

from sqlalchemy import Connection
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.desk import Desk
from activities.effects import decoded
from activities.partners.bank import (
    Bank,
    NeverArrived,
    NotSent,
    Paid,
    PaymentOrder,
    PaymentOutcome,
    PaymentRefused,
    Unknown,
)
from activities.refusals import refusals
from domain.canonical import digest
from domain.database import transaction
from domain.finance import payment
from domain.finance.payment import Order
from domain.processes import effect as effects
from domain.processes import partner, record
from domain.processes.arriving import About, Arrival, arrive
from domain.processes.effect import Done, Effect

# The bank says another order stands under our key: it may have been paid, so it is no refusal.
NOT_DEFINITE = frozenset({"idempotency_key_reused"})


@dataclass(frozen=True, slots=True)
class PayParty:
    """Pay a total of the document to its party; when paid the process goes on to the stage `to`."""

    effect: Effect
    definition_hash: str
    total: str
    to: str


@dataclass(frozen=True, slots=True)
class Payment:
    """A definite outcome: paid under the bank's number, or refused for a reason."""

    outcome: Literal["paid", "refused"]
    bank_reference: str
    message: str
    arrival: Arrival | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """An order that is written down. Not fresh: it may have been sent already, so ask first."""

    order: Order
    is_fresh: bool


class PaymentActivities:
    """What a process asks of the bank."""

    def __init__(self, desk: Desk, bank: Bank) -> None:
        self.desk = desk
        self.bank = bank

    @activity.defn
    def pay_party(self, command: PayParty) -> Payment:
        """Record the intent, call, record the outcome. Raises a fault while it is not known."""
        intent = self.intend(command)
        if isinstance(intent, Payment):
            return intent
        self.desk.effects.crash.reach(command.effect.step, "before-call")
        order = intent.order
        outcome = self.send(command, order) if intent.is_fresh else self.ask(command, order)
        self.desk.effects.crash.reach(command.effect.step, "after-call-before-record")
        return self.conclude(command, outcome)

    def intend(self, command: PayParty) -> Payment | Intent:
        """Write down what is about to be asked, or say what became of it when that is known."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        effect = command.effect
        with refusals(), transaction(self.desk.effects.engine, effect.tenant) as connection:
            stored = effects.earlier(connection, effect)
            if stored is not None:
                known = decoded(Payment, stored.result)
                if known.outcome == "paid":
                    effects.repaired(connection, effect)
                return known
            facts = record.facts(connection, effect.process)
            order = payment.order(definition, facts, total=command.total)
            fresh = partner.intend(
                connection,
                tenant=effect.tenant,
                process=effect.process,
                key=effect.key,
                partner="bank",
                operation="payment",
                request=asdict(order),
            )
        return Intent(order, fresh)

    def send(self, command: PayParty, order: Order) -> PaymentOutcome:
        """Send the order under the key of its effect."""
        return self.bank.pay(PaymentOrder(**asdict(order)), key=bank_key(command.effect))

    def ask(self, command: PayParty, order: Order) -> PaymentOutcome:
        """Ask what became of the order; only one that never arrived is sent again, same key."""
        status = self.bank.ask(key=bank_key(command.effect))
        return self.send(command, order) if isinstance(status, NeverArrived) else status

    def conclude(self, command: PayParty, outcome: PaymentOutcome) -> Payment:
        """Keep a definite outcome as the effect; note any other and let Temporal try again."""
        match outcome:
            case Paid():
                return self.keep(command, Payment("paid", outcome.utr, "Paid"), outcome)
            case PaymentRefused() if outcome.reason not in NOT_DEFINITE:
                refused = Payment("refused", "", f"{outcome.reason}: {outcome.message}")
                return self.keep(command, refused, outcome)
            case NotSent():
                self.note(command, "not_sent", outcome.message)
                raise ApplicationError(outcome.message, type="bank_unreachable")
            case PaymentRefused() | Unknown():
                self.note(command, "unknown", outcome.message)
                raise ApplicationError(outcome.message, type="payment_outcome_unknown")

    def keep(self, command: PayParty, result: Payment, answer: Paid | PaymentRefused) -> Payment:
        """The outcome, its evidence and the move of the process in one transaction."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        paid = result.outcome == "paid"
        effect = command.effect
        refused = f"The bank refused: {result.message}"
        title = f"Paid, bank reference {result.bank_reference}" if paid else refused

        def body(connection: Connection) -> Done[Payment]:
            arrival, move = None, None
            if paid:
                about = About.of(effect, definition, record.facts(connection, effect.process))
                arrival, move = arrive(connection, about, command.to)
            partner.conclude(
                connection,
                tenant=effect.tenant,
                key=effect.key,
                state="done" if paid else "refused",
                answer=asdict(answer),
            )
            return Done(
                replace(result, arrival=arrival),
                title=title,
                event="payment.paid" if paid else "payment.refused",
                move=move,
                inputs={"key": bank_key(effect)},
                outputs=asdict(answer),
                stands=paid,
            )

        return self.desk.effects.once(effect, command, Payment, body, stands=paid)

    def note(self, command: PayParty, state: partner.State, message: str) -> None:
        """Note what is not known, so that nobody cancels what may have been paid."""
        effect = command.effect
        with transaction(self.desk.effects.engine, effect.tenant) as connection:
            partner.conclude(
                connection,
                tenant=effect.tenant,
                key=effect.key,
                state=state,
                answer={"message": message},
            )


def bank_key(effect: Effect) -> str:
    """The idempotency key at the bank: the effect key, short and without anything personal."""
    return digest(effect.key)
