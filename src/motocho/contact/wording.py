"""Wording that a lender may not use, wherever words go out to people [広告・勧誘・取立ての表現].

>>> [one.details["phrase"] for one in refuse_wording("審査なしですぐに増額")]
['審査なし']
>>> refuse_wording("審査があります。返済の計画を立ててから借りてください")
()
>>> [one.rule_id for one in refuse_demand("ご家族やカードで借りてはどうですか。明日会社に行きます")]
['COLL-007', 'COLL-011']
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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


_OTHERS = "ご?家族|ご?親族|親御|ご?両親|お母さ?|お父さ?|母|父|奥さ?|ご主人|ご?兄弟|ご?友人|知人"
_LENDERS = "他社|他店|ほか|別の会社|カード|キャッシング|消費者金融|銀行"
_PLACES = "会社|勤務先|お?勤め先|職場|ご?実家|ご?近所|学校"
_NIGHT = "(?:夜中|深夜|早朝|毎日)[^。]{0,8}電話します"
DEMANDS: Mapping[str, tuple[str, str]] = {
    "COLL-007": (
        "貸金業法21条1項6号",
        f"(?:{_OTHERS}|{_LENDERS})[^。]{{0,12}}借り(?:て|る|れば|入れ)",
    ),
    "COLL-008": (
        "貸金業法21条1項7号",
        f"(?:{_OTHERS})[^。]{{0,10}}(?:払って|お支払いください|お支払いいただ|立て替え|肩代わり)",
    ),
    "COLL-011": (
        "貸金業法21条1項10号",
        f"(?:{_PLACES})[^。]{{0,10}}(?:行きます|伺います|参ります|連絡します|電話します|話します)|{_NIGHT}",
    ),
}
"""To borrow elsewhere, to let somebody else pay, an act that is announced [取立ての表現]."""


def refuse_demand(text: str) -> tuple[Refusal, ...]:
    """What may not be said to who owes: each phrase with its rule; empty for none [取立ての点検].

    Law       貸金業法21条1項6号, 7号, 10号 · COLL-007, COLL-008, COLL-011.
    """
    plain = without_blanks(text)
    return tuple(
        Refusal(rule_id, "DIR-022", parse_citations(cited), {"phrase": found[0]})
        for rule_id, (cited, pattern) in DEMANDS.items()
        for found in re.finditer(pattern, plain)
    )


def faults_of_wording(text: str) -> tuple[Fault, ...]:
    """The same as faults that name the phrase, for lints of templates [点検の結果]."""
    return tuple(
        Fault(one.code, excerpt=one.details["phrase"], details=one.details)
        for one in (*refuse_wording(text), *refuse_demand(text))
    )
