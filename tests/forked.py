"""Processes forked from one that has loaded what they need (tests/preloaded.py)."""

import multiprocessing
import runpy
import sys
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from typing import Any

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["tests.preloaded"])


def forked(work: Callable[..., None], *arguments: Any) -> BaseProcess:
    """A process that does some work and ends with this one."""
    process = SERVER.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def as_main(module: str, arguments: Sequence[str]) -> None:
    """What `python -m` does."""
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__")
