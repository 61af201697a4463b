"""From what bureau and book say to the facts of a decision, and on to its survey [審査の資料].

Nothing is concluded here: what is known is put where a decision looks for it, with its source.
"""

from __future__ import annotations

from datetime import date

from motocho.loans.commands import Exceptional, Surveyed
from motocho.loans.queries import BureauSaid, IncomeShown
from motocho.outside.bureau import Declarer, Excepted, Found, LenderKind, Loan
from motocho.outside.bureau import SelfExclusion as Declared
from motocho.screening.capacity import (
    BureauAnswer,
    Filed,
    Lent,
    OtherBalance,
    SelfExclusion,
    Strain,
    Urgency,
)
from motocho.screening.decision import Decision
from motocho.units.errors import ensure

_LENT = {
    LenderKind.MONEY_LENDER: Lent.MONEY_LENDER,
    LenderKind.BANK: Lent.BANK,
    LenderKind.SHOPPING: Lent.SHOPPING,
    LenderKind.GUARANTOR: Lent.GUARANTEE,
    LenderKind.OTHER: Lent.OTHER,
}
_FILED = {Declarer.SELF: Filed.PERSON, Declarer.FAMILY: Filed.OTHER}
_THIRD = "LEND-009"
_ABROAD = "_abroad"


def bureau_answer(
    answer_ref: str, answered_on: date, found: Found | None, own_code: str
) -> BureauAnswer:
    """What a designated bureau told, as a decision looks at it [信用情報の回答].

    Takes     the answer's reference and day; whom it found, None where it holds nobody; our own
              code, whose contracts are in our book and are left out.
    Why       an exception of 10条の23 counts as urgent: a bureau says that it is one, not which,
              and the sum of urgent loans must not be taken for smaller than it is.
    """
    loans = [] if found is None else [one for one in found.loans if one.lender_code != own_code]
    strain = Strain(
        is_late=any(one.is_late for one in loans),
        long_delays=sum(one.long_delay_on is not None for one in loans),
        asked_lately=0 if found is None else found.asked_lately,
        is_disputed=any(one.is_disputed for one in loans),
    )
    return BureauAnswer(
        answer_ref,
        answered_on,
        is_designated=True,
        others=tuple(_balance(one) for one in loans),
        self_exclusions=tuple(_excluded(one) for one in (found.exclusions if found else ())),
        strain=strain,
    )


def _balance(loan: Loan) -> OtherBalance:
    is_exception = loan.excepted is Excepted.EXCEPTION
    return OtherBalance(
        loan.lender_code,
        loan.balance_yen,
        _LENT[loan.kind],
        is_excluded=loan.excepted is Excepted.EXCLUDED,
        urgency=Urgency.URGENT if is_exception else Urgency.ORDINARY,
    )


def _excluded(one: Declared) -> SelfExclusion:
    return SelfExclusion(one.first_on, one.last_on, filed=_FILED[one.declarer])


def surveyed(
    decision: Decision, said: BureauSaid, basis_ref: str, evidence: IncomeShown | None = None
) -> Surveyed:
    """What the book keeps of a decision as its survey, before it is agreed to [調査の内容].

    Takes     a decision with an offer; the bureau's answer as the book has it; the decision's own
              reference; the evidence as the book has it, where a paper showed the income.
    """
    ensure(decision.offer is not None, "no survey without an offer", verdict=decision.verdict)
    limit_yen = 0 if decision.offer is None else decision.offer.limit_yen
    income_yen = decision.income.value
    asked = decision.facts.asked
    return Surveyed(
        limit_yen,
        said,
        income_yen if isinstance(income_yen, int) else 0,
        basis_ref,
        evidence,
        int(asked.contract_id) if asked.contract_id is not None else 0,
        _exceptional(decision),
    )


def _exceptional(decision: Decision) -> tuple[Exceptional, str] | None:
    """The exception that the third was passed by, with where its papers are."""
    by = next((one.subject for one in decision.findings if one.rule_id == _THIRD), "")
    by = by.removesuffix(_ABROAD)
    known = {one.value: one for one in Exceptional}
    if by not in known:
        return None
    claimed = getattr(decision.facts.special, by)
    return known[by], str(claimed.source)
