"""Interest of many loans up to a day, as columns: the kernel's sum in one pass [経過利息].

A loan whose days are one stretch bears amount x rate x days, which columns can be asked for at
once. Everything is 64-bit integers; what does not fit, or is not one stretch, is named, and the
caller asks the kernel (`revolving.advance`), whose yen these are. numpy is imported nowhere else in
this room: import this module where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from motocho.kernel.accrual import LEAP_YEAR_DAYS, TICKS_PER_YEN, calendar_year, new_year

Column: TypeAlias = npt.NDArray[np.int64]
MOST_TICKS = (1 << 63) - 1


class Loans(NamedTuple):
    """Loans as their states stand [貸付の現況].

    Shapes    one entry a loan; days are ordinals, 0 for none. `wakes` is the day after the last day
              to pay; `by_instalment` is 1 where damages run on the overdue principal alone.
    """

    on: Column
    principal_yen: Column
    interest_yen: Column
    damages_yen: Column
    interest_ticks: Column
    damages_ticks: Column
    rate_ppm: Column
    damages_ppm: Column
    free_from: Column
    free_to: Column
    late_since: Column
    overdue_principal_yen: Column
    accelerated_on: Column
    wakes: Column
    rest_below_yen: Column
    by_instalment: Column


class Owed(NamedTuple):
    """What loans owe at the end of a day, each cut to whole yen [元利金].

    `counts` is 1 for a loan that owes anything. `odd` are the places of loans that the pass cannot
    count; their entries are 0.
    """

    counts: Column
    principal_yen: Column
    interest_yen: Column
    damages_yen: Column
    odd: list[int]


def column(values: Sequence[Any]) -> Column:
    """Values as a 64-bit column [列]."""
    return np.asarray(values, dtype=np.int64)


def accrue(loans: Loans, until: int) -> Owed:
    """Interest and damages of loans up to a day [経過利息].

    Exact     as `revolving.advance`: ticks of each day by its own year, one cut at the end.
    """
    elapsed = _weights(loans.on, until)
    bears = loans.principal_yen >= loans.rest_below_yen
    by_instalment = (loans.by_instalment != 0) & (loans.accelerated_on == 0)
    late_yen = np.where(by_instalment, loans.overdue_principal_yen, loans.principal_yen)
    late_yen = np.where((loans.late_since != 0) & bears, late_yen, 0)
    agreed_yen = np.where(bears, loans.principal_yen - late_yen, 0)
    yearly = loans.principal_yen * np.maximum(loans.rate_ppm, loans.damages_ppm)
    room = MOST_TICKS - np.maximum(loans.interest_ticks, loans.damages_ticks)
    fits = (loans.wakes == 0) | (loans.wakes > until)
    fits &= (loans.on <= until) & (elapsed <= room // np.maximum(yearly, 1))
    charged = elapsed - _free(loans, until)
    interest_ticks = loans.interest_ticks + agreed_yen * loans.rate_ppm * charged
    damages_ticks = loans.damages_ticks + late_yen * loans.damages_ppm * elapsed
    interest = loans.interest_yen + interest_ticks // TICKS_PER_YEN
    damages = loans.damages_yen + damages_ticks // TICKS_PER_YEN
    counted = fits & ((loans.principal_yen + interest + damages) != 0)
    principal, interest, damages = (
        np.where(counted, one, 0) for one in (loans.principal_yen, interest, damages)
    )
    odd = np.flatnonzero(~fits).tolist()
    return Owed(counted.astype(np.int64), principal, interest, damages, odd)


def _free(loans: Loans, until: int) -> Column:
    """The weight of the interest-free days of each loan."""
    before_first = np.maximum(loans.on, loans.free_from - 1)
    last = np.minimum(until, loans.free_to)
    is_free = before_first < last
    nothing = np.full_like(loans.on, until)
    first = _weights(np.where(is_free, before_first, nothing), until)
    rest = _weights(np.where(is_free, last, nothing), until)
    free: Column = first - rest
    return free


def _weights(after: Column, until: int) -> Column:
    """The weight of the days after one, up to another; 0 for none (`accrual.weight_of`)."""
    base = int(after.min(initial=until))
    daily = np.full(until - base, LEAP_YEAR_DAYS, dtype=np.int64)
    year, first = calendar_year(base + 1)
    while first <= until:
        following = new_year(year + 1)
        if following - first == LEAP_YEAR_DAYS:
            daily[max(0, first - base - 1) : max(0, following - base - 1)] -= 1
        year, first = year + 1, following
    passed = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(daily)))
    weights: Column = passed[-1] - passed[np.minimum(after, until) - base]
    return weights


def sums_of_groups(groups: Column, count: int, owed: Owed) -> list[list[int]]:
    """The sums of counts, principal, interest and damages over each group [区分別の合計]."""
    sums = []
    for values in owed[:4]:
        added = np.zeros(count, dtype=np.int64)
        np.add.at(added, groups, values)
        sums.append([int(one) for one in added])
    return sums
