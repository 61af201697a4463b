"""A desk and a worker that may be killed: each line on stdin is work, killed after so many seconds.

A process of its own, because a test's own process has threads and cannot fork safely. Each deed is
told on stdout once it stands; `end` and the exit code close a line's work.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any


def hand_in(cursor: Any, member_id: int, ref: str, at: datetime) -> None:
    """A document whose pictures are left out: decoding ten thousand is another test's matter."""
    cursor.execute(
        "INSERT INTO documents_upload (document_ref, member_id, purpose, mark, kept_at)"
        " VALUES (%s, %s, 'income', %s, %s) ON CONFLICT DO NOTHING",
        (ref, member_id, hashlib.sha256(ref.encode()).digest(), at),
    )


def work(line: dict[str, Any], everyone: Any) -> None:
    from motocho.simulation.applicants import crowd, desk, people  # noqa: PLC0415  # Django is on

    at = datetime.fromisoformat(line["at"])
    if "folder" in line:
        crowd.carried(Path(line["folder"]), at)
        return
    turns = [
        desk.Turn(everyone[number], people.Deed(deed), place, datetime.fromisoformat(moment))
        for number, deed, place, moment in line["turns"]
    ]
    crowd.done(turns, hand_in, tell)


def tell(told: str) -> None:
    """In one call, so that a line is whole or not there."""
    os.write(1, f"{told}\n".encode())


def killed_after(seconds: float | None, child: int) -> int:
    """Waits for a child, at most so long; gives how it ended."""
    ends = None if seconds is None else time.monotonic() + seconds
    while True:
        pid, status = os.waitpid(child, 0 if ends is None else os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        if ends is not None and time.monotonic() >= ends:
            os.kill(child, signal.SIGKILL)
            ends = None
        else:
            time.sleep(0.003)


def main(parameters: str, seed: str, count: str, batch: str) -> None:
    from motocho.config.settings import setup  # noqa: PLC0415
    from motocho.outside.postgres import Address, Role  # noqa: PLC0415

    setup(Role.APP, Address(json.loads(parameters)))
    from motocho.simulation.applicants import desk, people  # noqa: PLC0415  # after Django is on

    everyone = people.make(people.Plan(int(seed), int(count), int(batch)))
    desk.warm()
    print("ready", flush=True)
    for text in sys.stdin:
        line = json.loads(text)
        child = os.fork()
        if child == 0:
            work(line, everyone)
            os._exit(0)
        code = killed_after(line["seconds"], child)
        os.write(1, f"end {code}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
