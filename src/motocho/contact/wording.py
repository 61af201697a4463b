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


_SURE = "必ず|絶対に?|確実に|間違いなく|100%|100パーセント"
_GRANTED = (
    "借りられ|借りることができ|お?貸し?でき|お?貸しします|ご?融資(?:でき|します|いたします)|増額(?:でき|します|いたします)"
    "|通り|通ります|承認(?:され|します)|ご?契約(?:でき|いただけ)|完済でき|下がります|安くなります"
)
PROMISES: tuple[str, ...] = (
    f"(?:{_SURE})[^。、]{{0,12}}(?:{_GRANTED})",
    "(?:審査|ご?融資|増額|ご?契約)[^。]{0,8}(?:保証します|お約束します|確約)",
    "(?:利息|手数料|遅延損害金)[^。]{0,6}(?:一切|いっさい)(?:かかりません|不要)",
    r"(?:guarantee|promise)s?\W+(?:you\W+)?(?:\w+\W+){0,3}(?:approv|loan|increase|credit)",
    r"you\W+will\W+(?:certainly|definitely|surely)\W+(?:be\W+approved|get|receive)",
)
"""What is not certain told as if it were, or a cost told away [断定的な案内]."""


def refuse_promise(text: str) -> tuple[Refusal, ...]:
    """What may not be told to who applies: each phrase; or none [断定的判断の点検] · ORG-002.

    Law       貸金業法12条の6第1号, 2号.

    >>> [one.details["phrase"] for one in refuse_promise("来月は必ず増額できます")]
    ['必ず増額でき']
    >>> refuse_promise("審査の結果によります。返済日は必ず確かめてください")
    ()
    """
    plain, folded = without_blanks(text), text.casefold()
    return tuple(
        Refusal("ORG-002", "REG-023", parse_citations("貸金業法12条の6"), {"phrase": found[0]})
        for pattern in PROMISES
        for found in re.finditer(pattern, folded if "\\W" in pattern else plain)
    )


def faults_of_wording(text: str) -> tuple[Fault, ...]:
    """The same as faults that name the phrase, for lints of templates [点検の結果]."""
    return tuple(
        Fault(one.code, excerpt=one.details["phrase"], details=one.details)
        for one in (*refuse_wording(text), *refuse_demand(text))
    )
