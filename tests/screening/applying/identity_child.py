"""One round of the worker with the vendor of identification, in a process that may be killed."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path


def main(parameters: str, folder: str, moment: str) -> None:
    from motocho.config.settings import setup  # noqa: PLC0415
    from motocho.outside.postgres import Address, Role  # noqa: PLC0415

    setup(Role.APP, Address(json.loads(parameters)))
    from tests.screening.applying.vendored import SECRET  # noqa: PLC0415

    from motocho.outside.identity import Tray  # noqa: PLC0415  # after Django is on
    from motocho.screening.applying.identifying import Carrier, carry  # noqa: PLC0415

    at = datetime.fromisoformat(moment)
    carry(Carrier(Tray(Path(folder), SECRET), lambda: at))


if __name__ == "__main__":
    main(*sys.argv[1:])
