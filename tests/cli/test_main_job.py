"""The main job, as `make demo` runs it: a stack of its own, every claim asserted."""

import subprocess
import sys


def test_the_main_job_holds_on_a_stack_of_its_own():
    run = subprocess.run(
        [sys.executable, "-c", "from api.cli.main import main; main()", "demo", "--throw-away"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    told = run.stdout + run.stderr

    assert run.returncode == 0, told
    assert "Debits and credits are equal" in told
    assert "claims held" in told
