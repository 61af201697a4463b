"""Nights in processes that may be killed: for each line on stdin a child runs the close once.

A line holds the seconds after which the child is killed; an empty one lets it live.

A process of its own, because a test's own process has threads and cannot fork safely.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from datetime import date
from pathlib import Path

from tests.close.book import MOMENT


def main(parameters: str, folder: str, until: str) -> None:
    from motocho.close.run import Night, run  # noqa: PLC0415  # as a process of its own, after the fork
    from motocho.config.settings import setup  # noqa: PLC0415  # as a process of its own, after the fork
    from motocho.outside.postgres import Address, Role  # noqa: PLC0415  # as a process of its own, after the fork
    from motocho.units.errors import StateConflict  # noqa: PLC0415  # as a process of its own, after the fork

    setup(Role.APP, Address(json.loads(parameters)))
    night = Night(lambda: MOMENT, Path(folder), chunk=3)
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                run(night, date.fromisoformat(until))
            except StateConflict:
                os._exit(8)
            os._exit(0)
        if line.strip():
            time.sleep(float(line))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
