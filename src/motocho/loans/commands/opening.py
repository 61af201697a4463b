"""Agreements are opened, and draws stopped and allowed again [契約・利用停止]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from motocho.kernel import revolving
from motocho.kernel.schedule import Scheme
from motocho.law.interest import ceiling_ppm
from motocho.loans import _book, _rows, policy, products
from motocho.loans._book import Done, Key, Made
from motocho.loans.commands import surveys
from motocho.loans.commands._telling import refused, tell
from motocho.loans.policy import Facts, Status, Stop


@dataclass(frozen=True, slots=True)
class Opening:
    """A contract to be opened [契約の内容]."""

    product_id: str
    limit_yen: int
    scheme: Scheme
    day_of_month: int = 0
    """For MONTHLY."""
    survey_id: int | None = None
    """The survey of what the member can repay."""


def open_agreement(cursor: Any, member_id: int, opening: Opening, made: Made) -> Done:
    """A new agreement of a member [極度方式基本契約].

    Lock      the member's row, then the member's agreements.
    Raises    RefusedError for a limit or plan outside the product, a rate above the ceiling, or
              without a survey that covers the limit.
    Law       利息制限法1条; 貸金業法13条1項 · LEND-001. Interest-free days are the first
              contract's alone (LEDG-003).
    """
    cursor.execute(
        "SELECT count(a.agreement_id) FROM people_member m"
        " LEFT JOIN loan_agreement a USING (member_id)"
        " WHERE m.member_id = %s GROUP BY m.member_id",
        (member_id,),
    )
    is_first = cursor.fetchone() == (0,)
    on = made.business_on
    repeat = _opened_before(cursor, member_id, made)
    if repeat is not None:
        return repeat
    product = products.on_day(cursor, opening.product_id, on)
    plan = product.plan(opening.scheme, opening.day_of_month)
    free = (0, 0)
    if is_first and product.free_days:
        free = (on.toordinal() + 1, on.toordinal() + product.free_days)
    terms = products.terms_of(product, opening.limit_yen, plan, free)
    ceiling = ceiling_ppm(1, on)
    state = revolving.open_loan(on.toordinal(), terms)
    facts = Facts(product, Status.OPEN, frozenset(), state, ceiling, 0)
    refused(policy.check_limit(facts, opening.limit_yen))
    refused(policy.check_plan_change(facts, plan))
    refused(policy.check_rate(terms.rate_ppm, ceiling_ppm(opening.limit_yen, on)))
    surveyed = surveys.check(cursor, Key(member_id, 0), opening.limit_yen, opening.survey_id)
    refused(surveyed)
    cursor.execute(
        "INSERT INTO loan_agreement (member_id, product_id, product_version, opened_on, status,"
        " ceiling_ppm, limit_yen, event_no, terms_no, state)"
        " VALUES (%s, %s, %s, %s, 'open', %s, %s, 1, 0, %s) RETURNING agreement_id",
        (
            member_id, product.product_id, product.version, on, ceiling, opening.limit_yen,
            _rows.state_text(state),
        ),
    )  # fmt: skip
    key = Key(member_id, cursor.fetchone()[0])
    cursor.execute(
        "INSERT INTO loan_terms (member_id, agreement_id, terms_no, content)"
        " VALUES (%s, %s, 0, %s)",
        (*key, _rows.terms_text(terms)),
    )
    _book.add_opening(cursor, key, on, made)
    surveys.use(cursor, key, 1, opening.survey_id)
    tell(cursor, key, "loan_opened", made, limit_yen=opening.limit_yen)
    step = revolving.Step(revolving.NewTerms(on.toordinal(), terms), state)
    return Done(key, 1, step, None, is_repeat=False)


def _opened_before(cursor: Any, member_id: int, made: Made) -> Done | None:
    cursor.execute(
        "SELECT agreement_id FROM loan_event WHERE member_id = %s AND channel = %s"
        " AND external_ref = %s AND kind = 'opening'",
        (member_id, made.channel, made.external_ref),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    loan = _book.lock(cursor, Key(member_id, row[0]))
    event = revolving.NewTerms(loan.opened_on.toordinal(), loan.state.terms)
    return Done(loan.key, 1, revolving.Step(event, loan.state), None, is_repeat=True)


def suspend(cursor: Any, key: Key, stop: Stop, made: Made) -> None:
    """Stop draws, with the reason [利用停止].

    Lock      the member's agreements.
    """
    loan = _book.lock(cursor, key)
    if stop not in loan.stops:
        _book.set_stops(cursor, loan, loan.stops | {stop})
        tell(cursor, key, "suspended", made, stop=stop.value)


def lift(cursor: Any, key: Key, stop: Stop, made: Made) -> None:
    """Take one reason away; draws begin again when none is left [利用停止の解除].

    Raises    RefusedError for a death: that is not taken back; for what monitoring stopped: what is
              recorded lifts that (`commands.record_bureau_answer`, `record_income`).
    """
    loan = _book.lock(cursor, key)
    refused(policy.check_lifting(stop))
    if stop in loan.stops:
        _book.set_stops(cursor, loan, loan.stops - {stop})
        tell(cursor, key, "lifted", made, stop=stop.value)


def record_death(cursor: Any, member_id: int, made: Made) -> int:
    """The member has died: no agreement lends any more [死亡]; gives how many were stopped.

    Law       民法896条 · LEDG-026.
    """
    cursor.execute(
        "SELECT agreement_id FROM loan_agreement WHERE member_id = %s ORDER BY agreement_id",
        (member_id,),
    )
    agreements = [row[0] for row in cursor.fetchall()]
    for agreement_id in agreements:
        suspend(cursor, Key(member_id, agreement_id), Stop.DECEASED, made)
    return len(agreements)
