"""Sums of columns without a bound [合計]."""

from __future__ import annotations

from typing import Any

import numpy as np

_LOW_BITS = 32
_LOW = (1 << _LOW_BITS) - 1


def exact_sum(values: Any) -> int:
    """The sum of a 64-bit column, beyond 64 bits if need be [合計].

    Exact     halves of 32 bits are summed apart: neither sum can leave 64 bits below 2**31 values.

    >>> exact_sum(np.array([2**62] * 3)) == 3 * 2**62
    True
    """
    column = np.asarray(values, dtype=np.int64)
    return (int((column >> _LOW_BITS).sum()) << _LOW_BITS) + int((column & _LOW).sum())
