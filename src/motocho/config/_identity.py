"""Requests to who identifies people for us, by the environment [本人確認の依頼]."""

from __future__ import annotations

from motocho.config import _partners
from motocho.outside import clock
from motocho.outside.identity import is_connected
from motocho.screening.applying import identifying


def pass_identity() -> identifying.Carried:
    """One round with the vendor [本人確認の授受]; nothing where this installation has none.

    Raises    InputError where the secret of the seal is too short.
    """
    if not is_connected():
        return identifying.Carried()
    return identifying.carry(identifying.Carrier(_partners.vendor(), clock.now))
