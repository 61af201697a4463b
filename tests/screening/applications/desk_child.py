"""A desk that may be killed: each line on stdin is one contract to conclude, killed after so many seconds.

A process of its own, because a test's own process has threads and cannot fork safely.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from datetime import datetime


def conclude(member_id: int, application_id: int, paper_no: int, at: datetime) -> None:
    from django.db import connection, transaction  # noqa: PLC0415  # after Django is on

    from motocho.documents.archive import Signed  # noqa: PLC0415
    from motocho.loans.commands import Made  # noqa: PLC0415
    from motocho.screening import applications  # noqa: PLC0415

    key = applications.ApplicationKey(member_id, application_id)
    made = Made("desk", f"contract {application_id}", at.date(), at, "staff 1")
    with transaction.atomic(), connection.cursor() as cursor:
        applications.conclude(cursor, key, (paper_no, Signed.BY_WIRE), made)


def main(parameters: str) -> None:
    from motocho.config.settings import setup  # noqa: PLC0415
    from motocho.outside.postgres import Address, Role  # noqa: PLC0415

    setup(Role.APP, Address(json.loads(parameters)))
    import motocho.screening.applications  # noqa: F401, PLC0415  # read before the clock runs

    print("ready", flush=True)
    for line in sys.stdin:
        member, application, paper, moment, seconds = line.split()
        child = os.fork()
        if child == 0:
            conclude(int(member), int(application), int(paper), datetime.fromisoformat(moment))
            os._exit(0)
        if seconds != "-":
            time.sleep(float(seconds))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
