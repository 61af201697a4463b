"""What is seen of an agreement on a day [契約の見え方]."""

from __future__ import annotations

from datetime import date
from typing import Any

from motocho.loans import _book, policy
from motocho.loans.commands import Key
from motocho.simulation._deeds import Sight


def sight_of(cursor: Any, key: Key, on: date) -> Sight:
    """An agreement as its member and the lender see it on a day [契約の参照]."""
    loan = _book.look(cursor, key)
    facts = loan.facts(on)
    return Sight(
        key=key,
        on=on.toordinal(),
        product=facts.product,
        status=facts.status,
        stops=facts.stops,
        state=facts.state,
        rules=loan.rules,
        available_yen=policy.available_yen(facts),
    )
