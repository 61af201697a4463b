"""Workers that may be killed: for each line on stdin a child reads the news and sends the mails once.

A line holds the seconds after which the child is killed; an empty one lets it live. A process of its own, because a
test's own process has threads and cannot fork safely.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path


def round_of(folder: Path, at: datetime) -> None:
    """What a worker does: jobs in their order, each sent with a pause in which it may be killed."""
    from tests.notices.posting import waiting  # noqa: PLC0415

    from motocho.config import worker  # noqa: PLC0415  # after Django is on
    from motocho.notices import sending  # noqa: PLC0415
    from motocho.notices.sending import Office  # noqa: PLC0415
    from motocho.outside.mail import FolderPost, Letter, Outcome  # noqa: PLC0415

    class Slow:
        def send(self, letter: Letter) -> Outcome:
            time.sleep(0.002)
            outcome = FolderPost(folder).send(letter)
            time.sleep(0.002)
            return outcome

    worker.read_news(at)
    for key in waiting():
        sending.send(key, Office(Slow(), "https://site.example", lambda: at))


def main(parameters: str, folder: str, moment: str) -> None:
    from motocho.config.settings import setup  # noqa: PLC0415
    from motocho.outside.postgres import Address, Role  # noqa: PLC0415

    setup(Role.APP, Address(json.loads(parameters)))
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            round_of(Path(folder), datetime.fromisoformat(moment))
            os._exit(0)
        if line.strip():
            time.sleep(float(line))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
