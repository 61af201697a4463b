"""Files of somebody who was erased, removed by a process that may be killed at any moment."""

from __future__ import annotations

import json
import sys
from datetime import datetime


def main(parameters: str, member_id: str, at: str) -> None:
    from motocho.config.settings import setup  # noqa: PLC0415  # as a process of its own
    from motocho.outside.postgres import Address, Role  # noqa: PLC0415  # as a process of its own

    setup(Role.APP, Address(json.loads(parameters)))
    from motocho.office import registers  # noqa: PLC0415  # after the set-up

    print("ready", flush=True)
    sys.stdin.readline()
    registers.forget_files(int(member_id), datetime.fromisoformat(at))
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
