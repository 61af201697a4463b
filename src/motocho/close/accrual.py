"""Accrued interest of the whole book by product and stage [未収利息]: a report, never postings.

What members owe beside principal at the end of a business day: interest and damages of earlier rows
that are unpaid, and those of the row that is running, each agreement cut to whole yen. One pass
over columns; agreements that a formula of one stretch does not hold for are given to the kernel
itself, and so is every agreement where numpy is not installed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from importlib.util import find_spec
from typing import Any, NamedTuple

from motocho.kernel.accrual import TICKS_PER_YEN
from motocho.kernel.revolving import DamagesBase, Rules
from motocho.kernel.schedule import DuePlan, HolidayRule, last_day_to_pay
from motocho.loans import standing
from motocho.loans.commands import Key, Made
from motocho.loans.standing import Columns, Lateness, Seen, lateness_after, lateness_of


class Accrued(NamedTuple):
    """What agreements of one product and stage owe [未収利息]."""

    agreements: int = 0
    principal_yen: int = 0
    interest_yen: int = 0
    damages_yen: int = 0

    def plus(self, other: Accrued) -> Accrued:
        """The sum of both [合計]."""
        return Accrued(*(one + more for one, more in zip(self, other, strict=True)))


Report = dict[tuple[str, Lateness], Accrued]
HAS_COLUMNS = find_spec("numpy") is not None
"""Whether the pass over columns can be made here."""


def report(cursor: Any, made: Made) -> int:
    """Make the report of a business day [未収利息の集計]; gives the number of agreements."""
    cursor.execute("SELECT member_id, agreement_id FROM close_parked WHERE freed_on IS NULL")
    found = of_book(cursor, made.business_on, {Key(*row) for row in cursor.fetchall()})
    for (product_id, stage), sums in found.items():
        cursor.execute(
            "INSERT INTO close_accrual VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (made.business_on, product_id, stage.value, *sums),
        )
    return sum(sums.agreements for sums in found.values())


def kept(cursor: Any, business_on: date) -> Report:
    """The report of a closed day [未収利息表]."""
    cursor.execute(
        "SELECT product_id, stage, agreements, principal_yen, interest_yen, damages_yen"
        " FROM close_accrual WHERE business_on = %s ORDER BY 1, 2",
        (business_on,),
    )
    return {
        (row[0], Lateness(row[1])): Accrued(*(int(one) for one in row[2:]))
        for row in cursor.fetchall()
    }


def of_book(cursor: Any, on: date, aside: Collection[Key] = frozenset()) -> Report:
    """What all agreements owe beside principal at the end of a day [未収利息].

    Takes     a day on or after the last booked one; agreements that were set aside, which the
              kernel may not be able to count: of them the principal alone.
    """
    rules, found, odd = standing.rules_of_products(cursor), Report(), list[Key]()
    for part in standing.columns_of_book(cursor):
        places = _add_part(found, part, rules, on.toordinal())
        odd += [part.keys[place] for place in places if part.keys[place] not in aside]
        for place in places:
            if part.keys[place] in aside:
                group = (part.product[place][0], Lateness.UNCOUNTED)
                own = Accrued(1, part.principal_yen[place])
                found[group] = found.get(group, Accrued()).plus(own)
    for start in range(0, len(odd), standing.PART):
        some = odd[start : start + standing.PART]
        _add_seen(found, standing.see(cursor, some), on.toordinal())
    return {group: sums for group, sums in sorted(found.items(), key=str) if sums.agreements}


def _add_seen(found: Report, agreements: Iterable[Seen], on: int) -> None:
    """Agreements one by one, as the kernel counts."""
    for seen in agreements:
        state = seen.on(on)
        interest_yen = state.interest_yen + state.interest_ticks // TICKS_PER_YEN
        damages_yen = state.damages_yen + state.damages_ticks // TICKS_PER_YEN
        if state.principal_yen or interest_yen or damages_yen:
            group = (seen.product.product_id, lateness_of(state, seen.rules))
            own = Accrued(1, state.principal_yen, interest_yen, damages_yen)
            found[group] = found.get(group, Accrued()).plus(own)


def _add_part(
    found: Report, part: Columns, rules: dict[tuple[str, int], Rules], on: int
) -> list[int]:
    """The agreements of a part in one stretch; gives the places of those that are none."""
    if not HAS_COLUMNS:
        return list(range(len(part.keys)))
    from motocho.close import _pass  # noqa: PLC0415  # numpy may not be there

    settings: dict[str, list[int]] = {
        "rest_below_yen": [rules[one].rest_below_yen for one in part.product],
        "by_instalment": [
            int(rules[one].damages_base is DamagesBase.INSTALMENT) for one in part.product
        ],
    }
    columns = _pass.Loans(
        *(_pass.column(settings.get(name) or getattr(part, name)) for name in _pass.Loans._fields)
    )
    owed = _pass.accrue(columns, on)
    names = sorted({product_id for product_id, _ in rules})
    numbers = {product_id: number for number, product_id in enumerate(names)}
    stages = _stages(part, rules, on)
    groups = [
        numbers[product[0]] * len(Lateness) + place
        for product, place in zip(part.product, stages, strict=True)
    ]
    sums = _pass.sums_of_groups(_pass.column(groups), len(numbers) * len(Lateness), owed)
    for product_id, number in numbers.items():
        for place, stage in enumerate(Lateness):
            own = Accrued(*(int(column[number * len(Lateness) + place]) for column in sums))
            found[product_id, stage] = found.get((product_id, stage), Accrued()).plus(own)
    return owed.odd


def _stages(part: Columns, rules: dict[tuple[str, int], Rules], on: int) -> list[int]:
    """The place of each agreement's stage among all [延滞段階]."""
    places = {stage: place for place, stage in enumerate(Lateness)}
    found = [0] * len(part.keys)
    last_days: dict[tuple[int, int], int] = {}
    for place, since in enumerate(part.late_since):
        if since == 0:
            continue
        if part.accelerated_on[place]:
            found[place] = places[Lateness.ACCELERATED]
            continue
        known = (since, part.as_written[place])
        if known not in last_days:
            closed = rules[part.product[place]].closed
            last_days[known] = last_day_to_pay(_PLANS[known[1]], since, closed)
        found[place] = places[lateness_after(max(0, on - last_days[known]))]
    return found


_PLANS = (
    DuePlan(holiday_rule=HolidayRule.NEXT_BUSINESS_DAY),
    DuePlan(holiday_rule=HolidayRule.AS_WRITTEN),
)
