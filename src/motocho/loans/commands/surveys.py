"""Surveys of what somebody can repay: made, and used once [返済能力の調査].

Screening finds what an income bears and decides; what it found is written here, beside the book, so
that no agreement and no higher limit stands without it. The database holds the same by triggers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from motocho.law.rules import Refusal
from motocho.law.tables import table
from motocho.loans import _book, _capacity, monitoring, policy
from motocho.loans._book import Key, Loan, Made
from motocho.loans._capacity import BureauSaid, IncomeShown
from motocho.loans.commands._telling import refused, tell
from motocho.units.money import yen_text


class Exceptional(Enum):
    """What may stand above a third of the income, shown by a paper [例外貸付け].

    Law       貸金業法13条の2第2項; 施行規則10条の23第1項 · LEND-011.
    """

    FAVOURABLE_REFINANCE = "favourable_refinance"
    STEPWISE_REFINANCE = "stepwise_refinance"
    URGENT_MEDICAL = "urgent_medical"
    URGENT_NEED = "urgent_need"
    SPOUSE = "spouse"
    BUSINESS = "business"
    NEW_BUSINESS = "new_business"
    BRIDGE = "bridge"


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What was looked into [調査の内容].

    Takes     the limit that is wanted; the agreement that it rises on, 0 for a new one; what the
              bureau said; the income, with the evidence that shows it where there is some; the
              exception that it stands on and its paper; `basis_ref` names the decision.
    """

    limit_yen: int
    answer: BureauSaid
    annual_yen: int
    basis_ref: str
    evidence: IncomeShown | None = None
    agreement_id: int = 0
    exceptional: tuple[Exceptional, str] | None = None


def make(cursor: Any, member_id: int, looked: Surveyed, made: Made) -> int:
    """Write a survey down; the same reference again gives the same one [返済能力の調査].

    Gives     its number.
    Lock      the member's agreements.
    Raises    RefusedError without evidence where the amounts ask for it, or by evidence that is not
              of the latest period; above a third of the income without an exception.
    Law       貸金業法13条1項から3項まで, 13条の2 · LEND-002, 003, 004, 006, 009, 011.
    """
    cursor.execute(
        "SELECT FROM loan_agreement WHERE member_id = %s ORDER BY agreement_id FOR UPDATE",
        (member_id,),
    )
    own_yen = _capacity.own_yen(cursor, member_id, looked.agreement_id)
    refused(_check(looked, own_yen, made))
    kind, proof = looked.exceptional or (None, None)
    cursor.execute(
        "INSERT INTO loan_survey (member_id, made_on, agreement_id, limit_yen, own_others_yen,"
        " answer_id, others_yen, left_out_yen, evidence_id, annual_yen, exception, proof_ref,"
        " basis_ref, channel, external_ref, booked_at, actor)"
        " VALUES (%s, %s, nullif(%s, 0), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, channel, external_ref) DO NOTHING RETURNING survey_id",
        (
            member_id, made.business_on, looked.agreement_id, looked.limit_yen, own_yen,
            looked.answer.answer_id, looked.answer.others_yen, looked.answer.left_out_yen,
            looked.evidence and looked.evidence.evidence_id, looked.annual_yen,
            kind and kind.value, proof, looked.basis_ref, made.channel, made.external_ref,
            made.booked_at, made.actor,
        ),
    )  # fmt: skip
    row = cursor.fetchone()
    if row is None:
        return _of_reference(cursor, member_id, made)
    key = Key(member_id, looked.agreement_id)
    tell(cursor, key, "surveyed", made, survey=int(row[0]), limit_yen=looked.limit_yen)
    return int(row[0])


def _of_reference(cursor: Any, member_id: int, made: Made) -> int:
    cursor.execute(
        "SELECT survey_id FROM loan_survey"
        " WHERE member_id = %s AND channel = %s AND external_ref = %s",
        (member_id, made.channel, made.external_ref),
    )
    return int(cursor.fetchone()[0])


def _check(looked: Surveyed, own_others_yen: int, made: Made) -> Refusal | None:
    own_yen = looked.limit_yen + own_others_yen
    total_yen = own_yen + looked.answer.others_yen
    whole_yen = total_yen + looked.answer.left_out_yen
    asks = table("lending.income_evidence").at(made.business_on)
    if looked.evidence is None:
        for amount_yen, rule_id, number, law in (
            (own_yen, "LEND-003", "own_above_yen", "貸金業法13条3項"),
            (whole_yen, "LEND-004", "total_above_yen", "貸金業法13条3項"),
        ):
            if amount_yen > asks.number(number):
                above, sum_text = yen_text(asks.number(number)), yen_text(amount_yen)
                return policy.refusal(rule_id, "LON-072", law, above=above, total=sum_text)
    elif not looked.evidence.income.is_latest(made.business_on):
        law = "貸金業法13条3項、貸金業法施行規則10条の17第2項"
        return policy.refusal("LEND-006", "LON-077", law, issued=str(looked.evidence.issued_on))
    parts = monitoring.law_on(made.business_on).number("parts_of_income")
    if looked.exceptional is None and parts * total_yen > looked.annual_yen:
        third, sum_text = yen_text(looked.annual_yen // parts), yen_text(total_yen)
        return policy.refusal("LEND-009", "SCR-014", "貸金業法13条の2", third=third, total=sum_text)
    return None


# ------------------------------------------------------------------------------------------- using
def check(cursor: Any, key: Key, limit_yen: int, survey_id: int | None) -> Refusal | None:
    """Whether a survey covers a limit now [調査の確認] · LEND-001.

    Takes     the agreement, with number 0 where it is not opened yet.
    Lock      the member's surveys: two agreements opened at once would not see each other.
    Law       貸金業法13条1項, 5項.
    """
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('loan_survey ' || %s::bigint, 0))",
        (key.member_id,),
    )
    cursor.execute(
        "SELECT FROM loan_survey s WHERE s.member_id = %s AND s.survey_id = %s"
        " AND s.limit_yen >= %s AND coalesce(s.agreement_id, 0) = %s"
        " AND s.own_others_yen >= loan_own_others_yen(s.member_id, %s)"
        " AND NOT EXISTS (SELECT FROM loan_survey_use u"
        "   WHERE u.member_id = s.member_id AND u.survey_id = s.survey_id)",
        (key.member_id, survey_id, limit_yen, key.agreement_id, key.agreement_id),
    )
    if cursor.fetchone() is not None:
        return None
    return policy.refusal("LEND-001", "LON-073", "貸金業法13条1項、5項", limit=yen_text(limit_yen))


def use(cursor: Any, key: Key, event_no: int, survey_id: int | None) -> None:
    """Write which opening or rise a survey was made for [調査の使用]."""
    cursor.execute(
        "INSERT INTO loan_survey_use (member_id, survey_id, agreement_id, event_no)"
        " VALUES (%s, %s, %s, %s)",
        (key.member_id, survey_id, key.agreement_id, event_no),
    )


def check_undone(cursor: Any, before: Loan, event_no: int, made: Made) -> Refusal | None:
    """Whether an event may be undone although the limit rises by it [減額の取消] · LEND-001.

    A cut that was booked wrongly is undone on its own business day; later a limit rises by a survey
    alone.
    """
    after = _book.look(cursor, before.key)
    limit_yen = after.state.terms.limit_yen
    if limit_yen <= before.state.terms.limit_yen:
        return None
    cursor.execute(
        "SELECT business_on FROM loan_event"
        " WHERE member_id = %s AND agreement_id = %s AND event_no = %s",
        (*before.key, event_no),
    )
    if cursor.fetchone() == (made.business_on,):
        return None
    return policy.refusal("LEND-001", "LON-073", "貸金業法13条5項", limit=yen_text(limit_yen))
