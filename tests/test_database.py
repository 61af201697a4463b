"""The tests' own server: shared by a run, and gone after it, however the run ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import sleep

from tests.cli.command import ROOT
from tests.database import RUN

RUN_THAT_DIES = """
import os, signal, sys
os.environ.pop("MOTOCHO_TEST_RUN")
from tests.database import open_run, run_server
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "motocho.config.settings"
django.setup()
keeper = open_run()
server = run_server()
print(os.environ["MOTOCHO_TEST_RUN"], *server.processes(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_run_that_is_killed_leaves_no_server_and_no_folder() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN_THAT_DIES], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == -9, done.stderr
    folder, *processes = done.stdout.split()
    assert len(processes) > 3
    for _ in range(600):
        if not Path(folder).exists():
            break
        sleep(0.1)
    assert not Path(folder).exists()
    left = [number for number in processes if Path(f"/proc/{number}/cwd").exists()]
    assert not left


def test_two_runs_have_two_servers() -> None:
    probe = f"import os; os.environ.pop('{RUN}'); from tests.database import *; k = open_run(); print(os.environ[RUN]); close_run(k)"
    both = {
        subprocess.run(
            [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(both) == 2
