"""Interest taken out of a loan in advance [天引き].

>>> deduct(100_000, 18_000, rate_ppm=200_000, years=Fraction(1))
Deduction(received_yen=82000, rate_ppm=200000, allowed_yen=16400, excess_yen=1600, principal_yen=98400)
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from motocho.kernel.accrual import PPM
from motocho.units.errors import ensure


class Deduction(NamedTuple):
    """What an advance deduction leaves as principal, in whole yen [天引きの充当]."""

    received_yen: int
    rate_ppm: int
    allowed_yen: int
    excess_yen: int
    principal_yen: int


def deduct(face_yen: int, deducted_yen: int, *, rate_ppm: int, years: Fraction) -> Deduction:
    """What exceeds the interest allowed on the sum received is principal repaid [天引きの充当].

    Units     rate_ppm per year: the ceiling for the sum *received*; allowed interest is cut to yen.
    Raises    BrokenInvariant unless 0 <= deducted < face and years >= 0.
    Law       利息制限法2条.
    """
    ensure(0 <= deducted_yen < face_yen, "a deduction lies below the face", face=face_yen)
    ensure(years >= 0, "time runs forward", years=years)
    received_yen = face_yen - deducted_yen
    allowed_yen = int(received_yen * rate_ppm * years // PPM)
    excess_yen = max(deducted_yen - allowed_yen, 0)
    return Deduction(received_yen, rate_ppm, allowed_yen, excess_yen, face_yen - excess_yen)
