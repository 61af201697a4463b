"""Ceilings looked at again, when the past turns out to have been another one [制限利率の再点検].

A draw steps the ceiling down by the principal that is known then. A receipt that is reversed later
was none: the principal was higher all along, and a draw may have passed a threshold unseen.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from motocho.kernel.revolving import Draw, NewTerms, Terms
from motocho.law.interest import ceiling_ppm
from motocho.loans import _book
from motocho.loans._book import Key, Loan, Made


def step_down(cursor: Any, member_id: int, since: date, made: Made) -> int:
    """Lower the rate from each draw that reached a lower ceiling, as is known now [利率の是正].

    Takes     the day from which principals may be higher than they were thought to be.
    Gives     how many times a rate was lowered.
    Caller holds the locks of the member's agreements.
    Law       利息制限法1条, 5条; 最三小判平成22年4月20日 · RATE-001…003. Own loans are added as
              each day ended, which is never in the lender's favour.
    """
    cursor.execute(
        "SELECT agreement_id FROM loan_agreement WHERE member_id = %s ORDER BY agreement_id",
        (member_id,),
    )
    loans = [_book.look(cursor, Key(member_id, row[0])) for row in cursor.fetchall()]
    count = 0
    for loan in loans:
        others = [other for other in loans if other is not loan]
        lowest, lower = _seen_now(cursor, loan, others, since)
        after = _book.set_ceiling(cursor, loan, lowest) if lowest < loan.ceiling_ppm else loan
        for on, terms in lower.items():
            ref = f"{made.external_ref} ceiling {loan.key.agreement_id} {on}"
            named = replace(made, external_ref=ref)
            after, _ = _book.happen(cursor, after, NewTerms(on, terms), named)
        count += len(lower)
    return count


def _seen_now(
    cursor: Any, loan: Loan, others: list[Loan], since: date
) -> tuple[int, dict[int, Terms]]:
    """The lowest ceiling that any draw reached; and lower terms by the day they hold from."""
    lowest = ceiling_ppm(1, loan.opened_on)
    capped: int | None = None
    lower: dict[int, Terms] = {}
    for kept in _book.events(cursor, loan.key):
        event, state = kept.event, kept.step.state
        if not isinstance(event, Draw | NewTerms):
            continue
        if isinstance(event, NewTerms):
            capped = None
        else:
            on = date.fromordinal(event.on)
            among = others if on >= since else []
            owed = sum(_book.state_on(cursor, other, on).principal_yen for other in among)
            lowest = min(lowest, ceiling_ppm(state.principal_yen + owed, on))
        if (state.terms.rate_ppm if capped is None else capped) > lowest:
            lower[event.on] = state.terms._replace(rate_ppm=lowest)
            capped = lowest
    return lowest, lower
