"""Terms change: limit, rate, due dates, reliefs [条件変更]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from motocho.kernel import revolving
from motocho.kernel.revolving import Arrangement
from motocho.kernel.schedule import DuePlan
from motocho.law.interest import ceiling_ppm
from motocho.loans import _book, policy
from motocho.loans._book import Done, Key, Made
from motocho.loans.commands import restoring, surveys
from motocho.loans.commands._telling import refused, tell
from motocho.loans.commands.restoring import PutBack
from motocho.loans.policy import Consent
from motocho.loans.queries.forecasts import arrears_asked, interest_only_months


@dataclass(frozen=True, slots=True)
class Raise:
    """What a higher limit stands on [増額の根拠]: the member's agreement, the survey."""

    consent: Consent
    survey_id: int | None


def change_limit(
    cursor: Any, key: Key, limit_yen: int, made: Made, agreed: Raise | PutBack | None = None
) -> Done:
    """A new limit, and the rate that goes with it if that is lower [限度額の変更].

    A limit of 1,000,000 yen or more carries a rate of 15 % at most in the same transaction; a lower
    limit does not bring a higher rate back.

    Raises    RefusedError for a limit outside the product, or a raise without consent or without a
              survey that covers it; one that puts back what a cut took needs none (10条の19).
    Law       利息制限法1条; 貸金業法13条5項 · LEND-001.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    facts = loan.facts(made.business_on)
    refused(policy.check_limit(facts, limit_yen))
    before = loan.state.terms
    if limit_yen > before.limit_yen:
        if agreed is None:
            refused(policy.refusal("RATE-013", "LON-024"))
        if isinstance(agreed, PutBack):
            refused(restoring.check(cursor, loan, limit_yen, agreed, made))
        else:
            survey_id = None if agreed is None else agreed.survey_id
            refused(surveys.check(cursor, key, limit_yen, survey_id))
    rate = min(before.rate_ppm, loan.product.rate_ppm(limit_yen))
    after = before._replace(limit_yen=limit_yen, rate_ppm=rate)
    event = revolving.NewTerms(made.business_on.toordinal(), after)
    _, done = _book.happen(cursor, loan, event, made)
    if limit_yen > before.limit_yen and agreed is not None:
        if isinstance(agreed, PutBack):
            restoring.keep_put_back(cursor, key, done.event_no, agreed)
        else:
            surveys.use(cursor, key, done.event_no, agreed.survey_id)
    tell(cursor, key, "limit_changed", made, limit_yen=limit_yen, event=done.event_no)
    return done


def cut_unreached(cursor: Any, key: Key, limit_yen: int, proof_ref: str, made: Made) -> Done:
    """Cut a limit because nobody can be reached, so that it can be put back [連絡不能による減額].

    Takes     what shows that nobody could be reached.
    Raises    RefusedError where the member does not stand as not reached, or another reason stands.
    Law       施行規則10条の19.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    refused(restoring.check_cut(loan, limit_yen))
    done = change_limit(cursor, key, limit_yen, made)
    restoring.keep_cut(cursor, loan, (done.event_no, limit_yen), proof_ref, made)
    return done


def change_rate(
    cursor: Any, key: Key, rate_ppm: int, made: Made, consent: Consent | None = None
) -> Done:
    """A new rate from today on [利率の変更] · RATE-001, 002, 013.

    Raises    RefusedError above the ceiling, or for a raise without consent.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    refused(policy.check_standing(loan.status))
    before = loan.state.terms
    after = before._replace(rate_ppm=rate_ppm)
    largest = loan.product.rate_ppm(before.limit_yen)
    lawful = min(loan.ceiling_ppm, ceiling_ppm(max(loan.state.principal_yen, 1), made.business_on))
    refused(policy.check_rate(rate_ppm, max(0, min(lawful, largest))))
    refused(policy.check_rate_change(before, after, consent))
    event = revolving.NewTerms(made.business_on.toordinal(), after)
    _, done = _book.happen(cursor, loan, event, made)
    tell(cursor, key, "rate_changed", made, event=done.event_no)
    return done


def change_plan(cursor: Any, key: Key, plan: DuePlan, made: Made) -> Done:
    """Another way of due dates [返済期日の変更] · LEDG-027.

    Raises    RefusedError while overdue, or for a scheme that the product lacks.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    facts = loan.facts(made.business_on)
    refused(policy.check_plan_change(facts, plan))
    on = made.business_on.toordinal()
    due_on = policy.due_after_change(facts.state, plan, on)
    after = loan.state.terms._replace(plan=plan)
    _, done = _book.happen(cursor, loan, revolving.NewTerms(on, after, due_on), made)
    tell(cursor, key, "plan_changed", made, event=done.event_no)
    return done


def arrange(cursor: Any, key: Key, wanted: Arrangement | None, made: Made) -> Done:
    """Agree a relief, or end one: an interest-only month, less, instalments [返済の取決め].

    On an overdue agreement an interest-only month asks for the interest at once, in place of the
    arrears; the principal is unchanged. Never back-dated.

    Raises    RefusedError as LEDG-015 says.
    """
    loan = _book.begin(cursor, key, made)
    if isinstance(loan, Done):
        return loan
    facts = loan.facts(made.business_on)
    on = made.business_on.toordinal()
    arrears = None if wanted is None else arrears_asked(facts.state, wanted)
    event = revolving.NewArrangement(on, wanted, arrears_yen=arrears)
    refused(
        policy.check_arrangement(facts, event, interest_only_months(cursor, loan, made.business_on))
    )
    _, done = _book.happen(cursor, loan, event, made)
    tell(cursor, key, "arranged", made, event=done.event_no)
    return done
