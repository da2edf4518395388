"""A decision from its sender to its answer, 50,000 tasks open: an update through the engine, ours
and the floor's.
"""

from sqlalchemy import create_engine

from benchmarks import arena, inbox, lifecycle
from benchmarks.contest import FLOOR, Outcome
from benchmarks.decisions import LEAST
from benchmarks.figures import Round
from benchmarks.ledger.comparison import OURS, Comparison, Mark, Measured
from benchmarks.ledger.ground import analyze
from sandbox.tenant import Tenant

TYPE = "collection"
BARE = "bare update and its row"
CASES = {"median": 50, "95th percentile": 95}


def run(*, rounds: int, quick: bool) -> Comparison:
    """Milliseconds, one process at a time."""
    tasks = inbox.QUICK_TASKS if quick else inbox.TASKS
    with arena.stack() as running:
        engine = create_engine(arena.settings_of(running).database_url)
        inbox.fill(engine, Tenant(), tasks)
        analyze(engine)
        engine.dispose()
        outcome = lifecycle.compared(
            running, rounds=rounds, at_a_time=(1,), types=(TYPE,), quick=quick
        )
    return told(outcome[TYPE], tasks)


def told(outcome: Outcome, tasks: int) -> Comparison:
    """What its decisions took."""
    measured = tuple(
        Measured(case, side_of(each), each.milliseconds("decide", percent))
        for each in outcome.rounds
        for case, percent in CASES.items()
    )
    return Comparison(
        title=f"A decision end to end, {tasks:,} tasks open, one update at a time", unit="ms",
        measured=measured, marks=tuple(Mark(case, BARE, LEAST) for case in CASES),
    )  # fmt: skip


def side_of(round: Round) -> str:
    """The floor by what it does."""
    return BARE if round.side == FLOOR else OURS
