"""What a definition means, said once more: the oracle of random walks. It imports no interpreter.

It knows stages, tasks, rounds and the book; which levels an amount needs and where a table routes
it asks of the functions that have oracles of their own.
"""

from dataclasses import dataclass, field
from datetime import date

from domain.definitions import policy
from domain.definitions.model import Definition
from domain.definitions.named_facts import NamedFacts

VERDICTS = {"approve": "approved", "reject": "rejected", "send_back": "sent_back"}


@dataclass
class Seat:
    """A task that waits: an approval of a level, or something to do."""

    kind: str
    role: str


@dataclass
class Model:
    """One process, and who has which roles. `today` decides whether a date has come."""

    definition: Definition
    facts: NamedFacts
    cast: dict[str, frozenset[str]]
    today: date
    stage: str = ""
    maker: str = ""
    seats: list[Seat] = field(default_factory=list)
    level: int = 0
    rounds: dict[str, int] = field(default_factory=dict)
    round: int = 0
    checkers: dict[int, set[str]] = field(default_factory=dict)
    book: list[str] = field(default_factory=list)

    def start(self, who: str) -> str | None:
        """Enter it. A refusal is its code, and ends the process."""
        first = self.definition.stages[self.definition.first_stage]
        self.maker = who
        if not self.has_role(who, self.definition.actions["start"].by):
            self.stage = str(first.otherwise)
            return "role_must_allow_action"
        self.come_to(self.definition.first_stage)
        return None

    def has_role(self, who: str, roles: tuple[str, ...]) -> bool:
        """Whether the person has one of the roles."""
        return bool(self.cast[who] & set(roles))

    def come_to(self, name: str, *, is_edited: bool = False) -> None:
        """Arrive, and pass on where nothing holds the process."""
        self.seats, stage = [], self.definition.stages[name]
        if stage.post:
            self.book += stage.post
            return self.come_to(str(stage.then))
        if stage.route:
            return self.come_to(policy.routed(self.definition, stage.route, self.facts))
        if stage.approval:
            levels = policy.levels(self.definition, name, self.facts)
            if not levels:
                return self.come_to(str(stage.approved))
            was_here = self.rounds.get(name, 0) == self.round
            self.round += 1 if was_here or (is_edited and self.round) else 0
            self.rounds[name] = self.round
            self.stage, self.level = name, 0
            return self.ask_level()
        if stage.starts:
            # Nobody in a walk acts on what was started, so it stays open.
            self.stage = name
            return None
        if stage.asks:
            self.round = max(self.round, self.rounds.get(name, 0) + 1)
            self.rounds[name] = self.round
            self.stage = name
            self.seats = [Seat("correction" if stage.asks == "maker" else "action", stage.asks)]
            return None
        if stage.until and self.facts[stage.until] <= self.today:
            return self.come_to(str(stage.then))
        if stage.then and not stage.until:
            return self.come_to(stage.then)
        self.stage = name
        return None

    def ask_level(self) -> None:
        """Open the seats of the level that is next."""
        levels = policy.levels(self.definition, self.stage, self.facts)
        self.seats = [Seat("approval", role) for role in levels[self.level]]

    def decide(self, who: str, place: int, verb: str, why: str | None) -> str | None:
        """A person's choice on one of the seats that wait."""
        seat, stage = self.seats[place], self.definition.stages[self.stage]
        if who == self.maker:
            return "checker_must_differ_from_maker"
        if who in self.checkers.get(self.round, set()):
            return "checkers_must_be_distinct"
        if seat.role not in self.cast[who]:
            beyond = policy.approvers(self.definition, self.stage) & self.cast[who]
            return "limit_exceeded" if beyond else "role_must_allow_action"
        leads = stage.leads
        if VERDICTS[verb] not in leads:
            return "decision_must_be_known"
        if verb != "approve" and not why:
            return "reason_must_be_given"
        self.checkers.setdefault(self.round, set()).add(who)
        if verb != "approve":
            self.come_to(leads[VERDICTS[verb]])
            return None
        del self.seats[place]
        if self.seats:
            return None
        self.level += 1
        if self.level < len(policy.levels(self.definition, self.stage, self.facts)):
            self.ask_level()
        else:
            self.come_to(leads["approved"])
        return None

    def act(self, who: str, name: str, why: str | None) -> str | None:
        """An action; those that edit leave the document as it is."""
        action, stage = self.definition.actions[name], self.definition.stages[self.stage]
        if stage.ends:
            return "process_must_be_open"
        if action.from_ and self.stage not in action.from_:
            return (
                "not_cancellable_after_posting" if self.is_past(name) else "action_must_fit_stage"
            )
        if not self.has_role(who, action.by):
            return "role_must_allow_action"
        if action.maker == "must_not" and who == self.maker:
            return "checker_must_differ_from_maker"
        if action.maker == "must" and who != self.maker:
            return "maker_must_correct"
        if action.reason and not why:
            return "reason_must_be_given"
        for journal in reversed([each for each in self.book if each in action.undoes]):
            self.book.remove(journal)
        self.come_to(action.to or self.stage, is_edited=bool(action.edits))
        return None

    def is_past(self, action: str) -> bool:
        """Whether a cancellation comes when something may stand in the book."""
        return action == "cancel" and bool(policy.posted_before(self.definition, self.stage))
