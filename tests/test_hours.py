"""The clock of the tests is moved once, also in a process of a run that began with a moved one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import hours

ROOT = Path(__file__).parents[1]
AHEAD_SECONDS = 7_200
ASKED = """
import time
from tests import hours
from motocho.outside import clock
hours.begin()
import tests.hours.sitecustomize  # as a run does that collects every module
print(round(clock.now().timestamp() - time.time()))
"""


def test_a_worker_of_a_moved_run_stands_no_further_ahead() -> None:
    paths = [str(Path(hours.__file__).parent), str(hours.SOURCES), str(ROOT)]
    variables = {hours.MOVED_SECONDS: str(AHEAD_SECONDS), "PYTHONPATH": os.pathsep.join(paths)}
    told = subprocess.run(
        [sys.executable, "-c", ASKED],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == str(AHEAD_SECONDS)
