"""Memory of a process that serves: what is loaded at its start stays, and what an answer is made of
goes with it.
"""

import gc

# Objects that may be made before one looks for garbage: more than a page of a list is made of.
YOUNG = 50_000


def keep_what_is_loaded() -> None:
    """Never look for garbage in what is there by now, and seldom in what comes.

    Looking through all that is loaded takes a quarter of a second, in which nobody gets an answer.
    """
    gc.freeze()
    gc.set_threshold(YOUNG)
