"""Interest taken out of a loan in advance [天引き]."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from motocho.kernel.accrual import PPM
from motocho.kernel.recalculation import Brackets, bracket_ppm
from motocho.units.errors import ensure


class Deduction(NamedTuple):
    """What an advance deduction leaves as principal, in whole yen [天引きの充当]."""

    received_yen: int
    rate_ppm: int
    allowed_yen: int
    excess_yen: int
    principal_yen: int


def deduct(face_yen: int, deducted_yen: int, *, years: Fraction, brackets: Brackets) -> Deduction:
    """What exceeds the interest allowed on the sum received is principal repaid [天引きの充当].

    Units     whole yen; the bracket goes by the sum received; allowed interest is cut to yen.
    Raises    BrokenInvariant unless 0 <= deducted < face and years >= 0.
    Law       利息制限法2条.

    >>> table = Brackets([1], [9], [1_000_000], [200_000])
    >>> deduct(100_000, 18_000, years=Fraction(1), brackets=table)[2:]
    (16400, 1600, 98400)
    """
    ensure(0 <= deducted_yen < face_yen, "a deduction lies below the face", face=face_yen)
    ensure(years >= 0, "time runs forward", years=years)
    received_yen = face_yen - deducted_yen
    rate_ppm = bracket_ppm(received_yen, brackets.from_on[-1], brackets)
    allowed_yen = int(received_yen * rate_ppm * years // PPM)
    excess_yen = max(deducted_yen - allowed_yen, 0)
    return Deduction(received_yen, rate_ppm, allowed_yen, excess_yen, face_yen - excess_yen)
