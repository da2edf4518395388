"""beancount reads a file of entries and reports balances. It posts nothing and keeps nothing."""

from beancount import loader
from beancount.core import realization

from benchmarks.peers.speech import Answer, serve, timed


def load(path: str) -> Answer:
    """Load without its cache, then sum by account."""
    loader.initialize(use_cache=False)
    loading, (entries, errors, _) = timed(lambda: loader.load_file(path))
    assert not errors, errors[:1]
    reporting, accounts = timed(lambda: realization.realize(entries))
    seconds, lines = timed(lambda: [str(a.balance) for a in realization.iter_children(accounts)])
    return {"load": loading, "report": reporting + seconds, "lines": len(lines)}


if __name__ == "__main__":
    serve(load=load)
