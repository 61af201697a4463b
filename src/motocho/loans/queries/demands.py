"""What of a loan is asked for once it is late, and what paying it would meet [催告する金額]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.kernel import revolving
from motocho.kernel.accrual import TICKS_PER_YEN
from motocho.kernel.revolving import Cure, Receipt
from motocho.loans import _book
from motocho.loans._book import Key
from motocho.loans.queries import _steps
from motocho.loans.queries._moment import at_one_moment
from motocho.loans.queries.positions import settling_yen


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for on a day, split as a payment of that day would be [催告する金額の内訳].

    Units     whole yen; the parts make the sum.
    """

    key: Key
    on: date
    due_on: date
    """The oldest due date that was missed; the day all fell due, where nothing was before."""
    is_accelerated: bool
    asked_yen: int
    costs_yen: int
    damages_yen: int
    interest_yen: int
    principal_yen: int
    last_draw_yen: int
    """The last draw; 0 where the book came in without one."""
    last_draw_on: date | None


_LAST_DRAW = """
SELECT (d.content->>'amount_yen')::bigint, d.value_on FROM loan_event d
WHERE d.member_id = %s AND d.agreement_id = %s AND d.kind = 'draw' AND d.value_on <= %s
  AND NOT EXISTS (SELECT FROM loan_event c WHERE c.member_id = d.member_id
    AND c.agreement_id = d.agreement_id AND c.cancels_no = d.event_no)
ORDER BY d.value_on DESC, d.event_no DESC LIMIT 1
"""


@at_one_moment
def asked(cursor: Any, key: Key, on: date) -> Asked | None:
    """What is asked for as a day ends; None where nothing is late [催告する金額の照会].

    Of a loan that was accelerated all of it. The split is the kernel's own of a payment of this
    very sum on the day: costs, damages, interest, principal.

    Raises    NotFoundError if the member has no such agreement, or if it was opened after the day.
    Law       貸金業法21条2項7号, 施行規則19条3項2号; 民法489条.
    """
    loan = _book.look(cursor, key)
    _steps.refuse_before_opening(loan, on)
    state = _steps.state_on(cursor, loan, on)
    if state.late_since is None:
        return None
    asked_yen = state.arrears_yen
    if state.accelerated_on is not None:
        asked_yen = settling_yen(state)
    elif loan.rules.cure is Cure.MINIMUM_AND_DAMAGES:
        damages_yen = state.damages_yen + state.damages_ticks // TICKS_PER_YEN
        asked_yen = max(asked_yen, state.costs_yen + damages_yen)
    if asked_yen == 0:
        return None
    met = revolving.apply(state, Receipt(on.toordinal(), asked_yen), loan.rules)
    cursor.execute(_LAST_DRAW, (*key, on))
    draw_yen, draw_on = cursor.fetchone() or (0, None)
    return Asked(
        key=key,
        on=on,
        due_on=date.fromordinal(state.late_since),
        is_accelerated=state.accelerated_on is not None,
        asked_yen=asked_yen,
        costs_yen=met.to_costs_yen,
        damages_yen=met.to_damages_yen,
        interest_yen=met.to_interest_yen,
        principal_yen=met.to_principal_yen,
        last_draw_yen=draw_yen,
        last_draw_on=draw_on,
    )
