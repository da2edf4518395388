"""A decision from its sender to its answer: an update through the engine, ours and the floor's."""

from dataclasses import replace

from benchmarks import lifecycle
from benchmarks.contest import FLOOR, Outcome
from benchmarks.figures import Ratio, Round
from benchmarks.ledger.comparison import OURS, Comparison, Measured

TYPE = "collection"
TITLE = "A decision end to end, one update at a time"
BARE = "bare update of a bare row"
CASES = {"median": 50, "95th percentile": 95}


def run(*, rounds: int, quick: bool) -> Comparison:
    """Milliseconds, one process at a time."""
    outcome = lifecycle.run(rounds=rounds, at_a_time=(1,), types=(TYPE,), quick=quick)
    return told(outcome[TYPE])


def told(outcome: Outcome) -> Comparison:
    """What its decisions took. Nothing is required here; the lifecycle's table requires it."""
    measured = tuple(
        Measured(case, side_of(each), each.milliseconds("decide", percent))
        for each in outcome.rounds
        for case, percent in CASES.items()
    )
    comparison = Comparison(title=TITLE, unit="ms", measured=measured)
    ratios = {
        case: Ratio.of(comparison.values(case, OURS), comparison.values(case, BARE))
        for case in CASES
    }
    notes = (f"{case}: {ratio} times as long as the {BARE}" for case, ratio in ratios.items())
    return replace(comparison, notes=tuple(notes))


def side_of(round: Round) -> str:
    """The floor by what it does."""
    return BARE if round.side == FLOOR else OURS
