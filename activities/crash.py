"""Labelled points at which a test may kill the worker. Production refuses an armed one."""

import os
import signal
from dataclasses import dataclass
from typing import Literal

Point = Literal[
    "before-tx", "in-tx", "after-commit-before-return", "before-call", "after-call-before-record"
]


@dataclass(frozen=True, slots=True)
class CrashPoints:
    """`armed` is `step/point`, such as `post_journal.invoice/in-tx`; empty arms none."""

    armed: str = ""

    def reach(self, step: str, point: Point) -> None:
        """Die here, as if the power failed, when this point is armed."""
        if self.armed and self.armed == f"{step}/{point}":
            os.kill(os.getpid(), signal.SIGKILL)
