"""Performs the scenes one after the other and ends with the book. True when every claim held."""

from typing import Final

from api.cli import pictures
from api.cli.client import Problem
from api.cli.demo import scenes
from api.cli.demo.cast import Person, SimulatedBank
from api.cli.demo.invoice import Invoices
from api.cli.demo.proof import Proof, Unmet
from api.cli.refused import lines
from api.cli.session import Session

SCENES: Final = (
    scenes.one_level,
    scenes.two_levels,
    scenes.sent_back,
    scenes.refused_by_the_bank,
)


def perform(session: Session) -> bool:
    """The whole demo; what does not hold is shown and ends it."""
    proof = Proof(session.terminal)
    people = {
        name: Person(name, session.client_of(name))
        for name in ("asha", "bina", "deepa", "esha", "chand")
    }
    bank = SimulatedBank(session.address("bank"))
    demo = scenes.Demo(**people, bank=bank, proof=proof, invoices=Invoices())
    try:
        for scene in SCENES:
            scene(demo)
        close(session, demo)
    except Unmet as unmet:
        session.terminal.cross(str(unmet))
        return False
    except Problem as problem:
        session.terminal.cross("The API said no where it should not", "\n".join(lines(problem)))
        return False
    return True


def close(session: Session, demo: scenes.Demo) -> None:
    """The trial balance, which must be equal, and how many claims held in how many seconds."""
    terminal, book = session.terminal, demo.chand.reads_the_book()
    demo.proof.scene("The book after all this")
    terminal.story.print(pictures.trial_balance(terminal, book))
    demo.proof.equal(
        "Debits and credits are equal", book["total"]["debit"], book["total"]["credit"]
    )
    terminal.story.print()
    terminal.tick(f"All {demo.proof.held} claims held", f"{demo.proof.seconds:.1f} s")
    if terminal.as_json:
        terminal.write_json(
            {"claims": demo.proof.held, "seconds": round(demo.proof.seconds, 1), "book": book}
        )
