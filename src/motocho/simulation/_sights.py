"""What is seen of agreements on a day [契約の見え方]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from motocho.loans import policy, queries
from motocho.loans.commands import Key
from motocho.simulation._deeds import Sight


def sights_of(cursor: Any, keys: Iterable[Key], on: date) -> dict[Key, Sight]:
    """Agreements as their members and the lender see them on a day [契約の参照]."""
    found = {}
    for key, (facts, rules) in queries.facts(cursor, keys, on).items():
        found[key] = Sight(
            key=key,
            on=on.toordinal(),
            product=facts.product,
            status=facts.status,
            stops=facts.stops,
            state=facts.state,
            rules=rules,
            available_yen=policy.available_yen(facts),
        )
    return found
