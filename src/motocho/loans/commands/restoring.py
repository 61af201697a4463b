"""Limits that were cut because nobody could be reached, and put back [連絡不能による減額と復元].

Such a rise alone needs no survey (施行規則10条の19): the cut was for no other reason, the member
was reached, and the limit is at most what it was. The database holds the same by a trigger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from motocho.law.rules import Refusal
from motocho.loans import policy
from motocho.loans._book import Key, Loan, Made
from motocho.loans.policy import Consent, Stop

_LAW = "貸金業法13条5項、貸金業法施行規則10条の19"


class UnreachedCut(NamedTuple):
    """A cut because nobody could be reached [連絡不能による減額]."""

    event_no: int
    before_yen: int
    after_yen: int
    cut_on: date
    proof_ref: str
    is_put_back: bool


@dataclass(frozen=True, slots=True)
class PutBack:
    """What puts a limit back [復元の根拠]: the wish, and when and by what somebody was reached."""

    consent: Consent
    reached_on: date
    reached_ref: str


def newest_cut(cursor: Any, key: Key) -> UnreachedCut | None:
    """The newest cut of an agreement for that reason; None if there was none [直近の減額]."""
    cursor.execute(
        "SELECT c.event_no, c.before_yen, c.after_yen, c.cut_on, c.proof_ref,"
        " p.event_no IS NOT NULL FROM loan_unreached_cut c LEFT JOIN loan_put_back p"
        " ON (p.member_id, p.agreement_id, p.cut_no) = (c.member_id, c.agreement_id, c.event_no)"
        " WHERE c.member_id = %s AND c.agreement_id = %s ORDER BY c.event_no DESC LIMIT 1",
        key,
    )
    row = cursor.fetchone()
    return None if row is None else UnreachedCut(*row)


def check_cut(loan: Loan, limit_yen: int) -> Refusal | None:
    """Whether a limit is cut for that reason alone [減額の理由の確認].

    The member stands as not reached (`Stop.UNREACHABLE`), and nothing is over a third: a cut for a
    fallen capacity is another one, after which only a survey raises the limit.
    """
    is_lower = limit_yen < loan.state.terms.limit_yen
    is_for_that = Stop.UNREACHABLE in loan.stops and Stop.OVER_ONE_THIRD not in loan.stops
    return None if is_lower and is_for_that else policy.refusal("LEND-002", "LON-078", _LAW)


def check(cursor: Any, loan: Loan, limit_yen: int, by: PutBack, made: Made) -> Refusal | None:
    """Whether a limit may be put back without a survey [復元の可否] · LEND-002.

    Law       貸金業法13条5項; 施行規則10条の19.
    """
    cut = newest_cut(cursor, loan.key)
    is_whole = (
        cut is not None
        and not cut.is_put_back
        and cut.after_yen == loan.state.terms.limit_yen
        and limit_yen <= cut.before_yen
        and cut.cut_on <= by.reached_on <= made.business_on
        and not {Stop.UNREACHABLE, Stop.OVER_ONE_THIRD} & loan.stops
    )
    return None if is_whole else policy.refusal("LEND-002", "SCR-119", _LAW)


def keep_cut(cursor: Any, before: Loan, after: tuple[int, int], proof_ref: str, made: Made) -> None:
    """Write down which event cut the limit, and why [減額の記録]; `after` is its number and yen."""
    event_no, after_yen = after
    cursor.execute(
        "INSERT INTO loan_unreached_cut (member_id, agreement_id, event_no, before_yen, after_yen,"
        " cut_on, proof_ref) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            *before.key, event_no, before.state.terms.limit_yen, after_yen, made.business_on,
            proof_ref,
        ),
    )  # fmt: skip


def keep_put_back(cursor: Any, key: Key, event_no: int, by: PutBack) -> None:
    """Write down which event put the limit back, by which cut [復元の記録]."""
    cut = newest_cut(cursor, key)
    cursor.execute(
        "INSERT INTO loan_put_back (member_id, agreement_id, event_no, cut_no, reached_on,"
        " reached_ref) VALUES (%s, %s, %s, %s, %s, %s)",
        (*key, event_no, cut and cut.event_no, by.reached_on, by.reached_ref),
    )
