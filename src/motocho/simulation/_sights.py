"""What is seen of agreements on a day [契約の見え方]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from motocho.loans import policy, standing
from motocho.loans.commands import Key
from motocho.loans.policy import Facts
from motocho.loans.standing import Seen
from motocho.simulation._deeds import Sight


def sights_of(
    cursor: Any, keys: Iterable[Key], on: date, held: Mapping[Key, int]
) -> dict[Key, Sight]:
    """Agreements as their members and the lender see them on a day [契約の参照].

    Takes     the draws that are under way.
    """
    seen = standing.see(cursor, sorted(keys))
    return {one.key: _sight(one, on.toordinal(), held.get(one.key, 0)) for one in seen}


def _sight(seen: Seen, day: int, held_yen: int) -> Sight:
    facts = Facts(
        product=seen.product,
        status=seen.status,
        stops=seen.stops,
        state=seen.on(day),
        ceiling_ppm=seen.ceiling_ppm,
        held_yen=held_yen,
        shown_limit_yen=seen.limit_yen,
    )
    return Sight(
        key=seen.key,
        on=day,
        product=seen.product,
        status=seen.status,
        stops=seen.stops,
        state=facts.state,
        rules=seen.rules,
        available_yen=policy.available_yen(facts),
    )
