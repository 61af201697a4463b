"""What is known of a member beyond the agreements: the bureau's answer, the evidence [返済能力]."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from motocho.law.lending import PaperKind, Shown
from motocho.loans.monitoring import Burden, Income

UNKNOWN = "unknown"
"""The kind of a paper of which nobody noted what it is [種類の記録なし]."""


class BureauSaid(NamedTuple):
    """What a bureau answered of a member [信用情報]."""

    answer_id: int
    inquired_on: date
    others_yen: int
    """Owed to other money lenders, without what stands outside the third (施行規則10条の21)."""
    left_out_yen: int = 0
    """Owed on loans that stand outside it: evidence is asked for by both (貸金業法13条3項2号)."""


class IncomeShown(NamedTuple):
    """An income that a paper shows [収入証明書の年収]."""

    evidence_id: int
    issued_on: date
    annual_yen: int
    kind: str = UNKNOWN
    shows_until: date | None = None

    @property
    def income(self) -> Income:
        """What it says of the income, and of which paper [年収]."""
        until_on = self.shows_until
        is_known = self.kind != UNKNOWN and until_on is not None
        shown = Shown(PaperKind(self.kind), until_on) if is_known and until_on else None
        return Income(self.issued_on, self.annual_yen, shown)


def newest_answer(cursor: Any, member_id: int) -> BureauSaid | None:
    """The newest answer of a bureau; None if none was asked [直近の信用情報]."""
    cursor.execute(
        "SELECT answer_id, inquired_on, others_yen, left_out_yen FROM loan_bureau_answer"
        " WHERE member_id = %s ORDER BY inquired_on DESC, answer_id DESC LIMIT 1",
        (member_id,),
    )
    row = cursor.fetchone()
    return None if row is None else BureauSaid(*row)


def newest_income(cursor: Any, member_id: int) -> IncomeShown | None:
    """The newest income that a paper shows; None if none does [直近の収入証明書]."""
    cursor.execute(
        "SELECT evidence_id, issued_on, annual_yen, kind, shows_until FROM loan_income_evidence"
        " WHERE member_id = %s ORDER BY issued_on DESC, evidence_id DESC LIMIT 1",
        (member_id,),
    )
    row = cursor.fetchone()
    return None if row is None else IncomeShown(*row)


def burden(cursor: Any, member_id: int, own_limits_yen: int) -> Burden:
    """Own limits beside what others are owed, as a bureau last told [合算額]; 0 if never asked."""
    found = newest_answer(cursor, member_id)
    others = (0, 0) if found is None else (found.others_yen, found.left_out_yen)
    return Burden(own_limits_yen, *others)


def income(cursor: Any, member_id: int) -> Income | None:
    """The income of the newest evidence; None where none was shown [年収]."""
    found = newest_income(cursor, member_id)
    return None if found is None else found.income


def own_yen(cursor: Any, member_id: int, except_agreement_id: int = 0) -> int:
    """What could be owed on a member's agreements with us, but one [自社の合計額].

    Each open one at its limit, or at the lower one that is shown; one that was written off at what
    is owed.

    Law       貸金業法13条3項1号; 13条の2第2項.
    """
    cursor.execute("SELECT loan_own_others_yen(%s, %s)", (member_id, except_agreement_id))
    return int(cursor.fetchone()[0])
