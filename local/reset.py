"""Forgets the data of one home."""

import os
import shutil
from pathlib import Path

from local.home import lock
from local.problem import LocalProblem

# What a stack makes in its home. Anything else there is somebody's, and stays.
OURS = ("postgres", "temporal", "bank", "keys", "logs", "run", "tokens")


def reset(home: Path) -> None:
    """Delete what stacks made in this folder, and the folder when nothing else is in it.

    Raises LocalProblem when a stack runs here, or when the folder is not a stack's home.
    """
    home = home.expanduser().absolute()
    if not home.exists():
        return
    if not (home / "run").is_dir():
        raise LocalProblem(
            f"{home} is not a home of Kontor (it has no folder 'run'); set KONTOR_HOME to the one "
            "to forget."
        )
    descriptor = lock(home)
    try:
        for name in OURS:
            shutil.rmtree(home / name, ignore_errors=False) if (home / name).exists() else None
        if not any(home.iterdir()):
            home.rmdir()
    except OSError as error:
        raise LocalProblem(
            f"{error.filename} could not be deleted ({error.strerror}); delete it by hand."
        ) from error
    finally:
        os.close(descriptor)
