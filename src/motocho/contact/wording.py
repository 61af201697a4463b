"""Wording that a lender may not use, wherever text goes out to people [広告・勧誘の表現].

>>> [one.details["phrase"] for one in refuse_wording("審査なしですぐに増額")]
['審査なし']
>>> refuse_wording("審査があります。返済の計画を立ててから借りてください")
()
"""

from __future__ import annotations

import re

from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.units.errors import Fault
from motocho.units.text import without_blanks

PHRASES: tuple[str, ...] = (
    "審査なし", "無審査", "審査不要", "審査が甘い", "審査激甘", "誰でも借り", "だれでも借り",
    "必ず借り", "即日必ず", "絶対に通", "ブラックOK", "他社で断られた", "他店で断られた",
    "他社の借入がある方も", "おまとめで楽", "年金受給者歓迎", "年金で返", "生活保護でも",
    "無職でも", "専業主婦歓迎", "どこよりも低金利",
    "業界最低金利", "日本一低", "今だけ", "急いで", "おめでとうございます", "借り放題",
    "no credit check", "guaranteed approval", "everyone is approved", "lowest rate in",
)  # fmt: skip
"""No review, easy loans, aims at those who cannot repay or at pensioners, best-product lures."""


def refuse_wording(text: str) -> tuple[Refusal, ...]:
    """A refusal for each unlawful phrase of a text; empty if there is none (ADV-005) [表現の点検].

    Law       貸金業法16条1項, 2項.
    """
    plain = without_blanks(text).casefold()
    return tuple(
        Refusal("ADV-005", "DIR-020", parse_citations("貸金業法16条"), {"phrase": phrase})
        for phrase in PHRASES
        if re.search(re.escape(without_blanks(phrase).casefold()), plain)
    )


def faults_of_wording(text: str) -> tuple[Fault, ...]:
    """The same as faults that name the phrase, for lints of templates [点検の結果]."""
    return tuple(
        Fault(one.code, excerpt=one.details["phrase"], details=one.details)
        for one in refuse_wording(text)
    )
