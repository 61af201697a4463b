"""What a night of this installation is run with [締めの設定]."""

from __future__ import annotations

import os
from pathlib import Path

from motocho.close.run import Night
from motocho.outside import clock
from motocho.outside.postgres import home

SEALS = "MOTOCHO_SEALS"


def seals_folder() -> Path:
    """Where the seals of closed days are written: `MOTOCHO_SEALS`, else beside the database [控え].

    Why       a folder on another disk or machine is better: who can change the one must not be able
              to change the other.
    """
    named = os.environ.get(SEALS)
    return Path(named) if named else home() / "seals"


def settings_of_night(actor: str = "close") -> Night:
    """The clock, the folder of the seals [締めの設定]."""
    return Night(clock.now, seals_folder(), actor)
