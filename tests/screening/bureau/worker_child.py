"""Workers that may be killed: each line on stdin is a round of carrying, killed after so many seconds.

A process of its own, because a test's own process has threads and cannot fork safely.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path


def round_of(folder: Path, at: datetime) -> None:
    """Our side with pauses in which it may be killed, then the bureau's on the same folder."""
    from motocho.outside.bureau import Tray  # noqa: PLC0415  # after Django is on
    from motocho.screening.bureau import Carrier, carry  # noqa: PLC0415

    tray = Tray(folder)

    class Slow:
        def put(self, name: str, data: bytes) -> None:
            time.sleep(0.02)
            tray.put(name, data)
            time.sleep(0.02)

        def waiting(self) -> Sequence[str]:
            return tray.waiting()

        def get(self, name: str) -> bytes:
            time.sleep(0.01)
            return tray.get(name)

        def done(self, name: str) -> None:
            time.sleep(0.02)
            tray.done(name)
            time.sleep(0.01)

    carry(Carrier(lambda _: Slow(), lambda: at, lambda _: at.date()))


def main(parameters: str, folder: str) -> None:
    from motocho.config.settings import setup  # noqa: PLC0415
    from motocho.outside.postgres import Address, Role  # noqa: PLC0415

    setup(Role.APP, Address(json.loads(parameters)))
    print("ready", flush=True)
    for line in sys.stdin:
        moment, _, seconds = line.strip().partition(" ")
        child = os.fork()
        if child == 0:
            round_of(Path(folder), datetime.fromisoformat(moment))
            os._exit(0)
        if seconds:
            time.sleep(float(seconds))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
