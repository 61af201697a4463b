"""How orders of cards leave the house, by the environment [カードの発注]."""

from __future__ import annotations

from motocho.config import _partners
from motocho.notices.carding import Carding
from motocho.outside import clock


def carding() -> Carding:
    """Who makes cards for this installation [発注の設定]."""
    return Carding(_partners.maker(), clock.now)
