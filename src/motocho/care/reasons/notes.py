"""Notes of calls: pieces of text by name, and what may never be written down [通話メモ].

A note says what was agreed and what is to be done. A PIN, a My Number, a card's number and words on
health, origin, faith or crime are refused wherever they stand (PRIV-001, PRIV-002): who is ill is
left alone by a hold, and why is nobody's business.

>>> [one.code for one in scanned("暗証番号は７３０５だそうです")]
['RSN-011']
>>> scanned("給料日の25日に2,000円を支払うとのこと")
()
>>> refusal_in("ありがとうございます。でも、今のところ増額の必要はありません。")
<HoldKind.NOT_NOW: 'not_now'>
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from motocho.contact.guard import HoldKind
from motocho.units.errors import Fault, clipped
from motocho.units.text import folded, holds_my_number, without_blanks

LONGEST_NOTE = 1_000
_DIGIT = "[0-9〇一二三四五六七八九]"
_PIN_WORDS = "暗証番号|暗証|パスワード|パスコード|ピン番号|ピンコード|ピン|pin|password|passcode"
_PIN = re.compile(
    f"(?:{_PIN_WORDS})[^0-9。\\n]{{0,12}}?{_DIGIT}(?:[-・,、]?{_DIGIT}){{3}}(?!{_DIGIT})"
    f"|(?<!{_DIGIT}){_DIGIT}(?:[-・,、]?{_DIGIT}){{3}}(?:番)?(?:が|は|という|を|の)?(?:{_PIN_WORDS})"
)
_CARD = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){13,15}(?![0-9])")
_TWELVE = re.compile(r"(?<![0-9])[0-9]{4}(?:[ .・/-]?[0-9]{4}){2}(?![ -]?[0-9])")
_HEALTH = (
    "うつ病|うつ状態|うつ気味|抑うつ|鬱|躁|統合失調|精神科|心療内科|精神障|発達障害|適応障害|パニック障害|不眠症"
    "|認知症|アルツハイマー|知的障|身体障|障害者手帳|障害年金|介護認定|要介護"
    "|癌|腫瘍|白血病|(?<![ぁ-ん])がん(?=[でのとがをに、。 ]|$|検診|治療|患者)"
    "|(?<![ァ-ヴー])ガン(?=[でのとがをに、。 ]|$|治療|患者)"
    "|糖尿病|透析|心筋梗塞|脳梗塞|脳卒中|心臓病|肝炎|腎不全|難病|持病|病名|既往症|診断名|後遺症"
    "|入院|退院|通院|手術|抗がん|服薬|投薬|妊娠|流産|不妊|中絶|感染症|コロナ陽性|hiv|エイズ"
    "|依存症|アルコール依存|薬物|自殺|自傷|病気|depress|cancer|pregnan|surgery|hospital|dementia|disabilit"
)
_ORIGIN = (
    "本籍|国籍|門地|同和|被差別|人種|民族|在日|宗教|信仰|信者|教会に|学会員|政党|党員|支持政党|労働組合|組合員"
    "|前科|前歴|逮捕|服役|刑務所|執行猶予|犯罪歴|暴力団|性的指向|同性愛|トランスジェンダー"
    "|religio|criminalrecord"
)
_SENSITIVE = re.compile(f"(?:{_HEALTH}|{_ORIGIN})", re.IGNORECASE)


def scanned(text: str) -> tuple[Fault, ...]:
    """Everything for which a text may not be kept; empty if there is nothing [メモの点検].

    Law       番号利用法20条; 貸金業法施行規則10条の4 · PRIV-001, PRIV-002.
    """
    if len(text) > LONGEST_NOTE:
        details = {"longest": f"{LONGEST_NOTE:,}", "count": f"{len(text):,}"}
        return (Fault("RSN-010", details=details),)
    return tuple(_faults(text))


def _faults(text: str) -> Iterator[Fault]:
    plain = folded(text)
    packed = without_blanks(text).casefold()
    if _PIN.search(packed):
        yield Fault("RSN-011")
    if holds_my_number(plain) or holds_my_number(packed) or _TWELVE.search(plain):
        yield Fault("RSN-012")
    if any(_passes(found[0]) for found in _CARD.finditer(plain)):
        yield Fault("RSN-013")
    for found in dict.fromkeys(one[0] for one in _SENSITIVE.finditer(packed)):
        yield Fault("RSN-014", excerpt=clipped(found))


def _passes(shown: str) -> bool:
    """Whether digits pass the check of card numbers (Luhn), as one in ten of others does too."""
    digits = [int(one) for one in shown if one.isdigit()]
    doubled = [2 * one for one in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(one - 9 if one > 9 else one for one in doubled)) % 10 == 0


# --------------------------------------------------------------------------------- pieces of text
_MODULE = re.compile("::([a-z_]+)")


def expanded(text: str, modules: Mapping[str, str]) -> str | Fault:
    """A note with its modules opened, or a fault for one that is unknown [定型文の展開].

    >>> expanded("::absent 夕方にもう一度", {"absent": "ご不在。"})
    'ご不在。 夕方にもう一度'
    """
    plain = text.replace("：", ":")
    unknown = [one for one in _MODULE.findall(plain) if one not in modules]
    if unknown:
        return Fault("RSN-015", excerpt=unknown[0], details={"known": ", ".join(sorted(modules))})
    return _MODULE.sub(lambda found: modules[found[1]], plain)


# ------------------------------------------------------------------------- a request in own words
_REQUEST = re.compile(
    "(?:請求|債権|契約|借入|残高)の?(?:内容|明細|詳細|根拠)[^。]{0,10}(?:書面|文書|紙)"
    "|(?:書面|文書)(?:で|にして|を)[^。]{0,8}(?:ほし|欲し|くださ|下さ|出して|送って|求め|請求|希望)"
    "|(?:会社|業者|担当者?|あなた)の?(?:名前|氏名|名)[^。]{0,10}(?:教えて|言って|書面|明らか|名乗)"
)
"""Who asks for what must be told in writing · COLL-016."""


def request_in(said: str) -> str | None:
    """The words by which somebody asks for names or a claim in writing; None if none [請求の言葉].

    Law       貸金業法21条3項 · COLL-016.

    >>> request_in("請求の内容を書面でください")
    '請求の内容を書面'
    """
    found = _REQUEST.search(without_blanks(said))
    return None if found is None else found[0]


# ------------------------------------------------------------------------- refusals in own words
_THINGS = "増額|案内|電話|連絡|勧誘|営業|セールス|申込み?|お金|借入れ?|キャッシング|カード|ローン"
_NONE = "ない|無い|なし|無し|なさ|なく|なかっ|ありませ|ございませ"
_FEELS = "(?:(?:い)?ない|ませ|(?:い|お)(?:ない|りませ|ませ))"
_NEED = f"必要性?(?:が|は|も|を|とは)?(?:{_NONE}|(?:感じ|とし)(?:ない|ませ|て{_FEELS}))"
_NO = (
    f"いらな|いらん|いりませ|要らな|要らん|要りませ|不要|{_NEED}|結構|けっこう|間に合"
    f"|興味(?:が|は|も)?(?:{_NONE})|見送"
)
_STOP = "しないで|こないで|来ないで|かけないで|しなくて"
_NEVER = re.compile(
    "(?:今後|これから|もう)(?:は)?(?:一切|二度と|絶対に?|ずっと|全部)"
    f"|(?:一切|二度と|絶対に)[^。]{{0,10}}(?:{_NO}|しない|やめ|かけて|来ない)"
    f"|(?:今後|これから|もう)(?:は)?(?:{_THINGS}|かけて)[^。]{{0,6}}(?:{_STOP}|やめて)"
    f"|(?:{_THINGS})[^。]{{0,8}}(?:ずっと|永久に)(?:いらな|不要|やめ)"
    "|never(?:call|contact)|(?:donot|don['’]?t)(?:ever)?(?:call|contact)(?:me)?(?:again|anymore)"
)
_NOT_NOW = re.compile(
    "(?:今|いま|現在|当面|当分|しばらく|さしあたり|とりあえず)"
    f"[^。]{{0,16}}(?:{_NO}|いいです|大丈夫|考えて(?:い|お)?(?:な|りませ|ませ))"
    f"|(?:{_THINGS}|かけて)[^。]{{0,10}}(?:{_NO}|やめて|控えて|遠慮|{_STOP})"
    "|必要に(?:なったら|なれば|なりましたら)|また(?:今度|の機会)"
    "|notnow|notinterested|nothank(?:s|you)|stopcalling|(?:donot|don['’]?t)(?:need|want|call|contact)"
)
_UNCLEAR = re.compile(
    f"結構です|けっこうです|いりません|いらない|いらん|要りません|要らない|要らん|不要です|{_NEED}"
    f"|間に合って|興味(?:が|は|も)?(?:{_NONE})|お断り|断ります|遠慮し|遠慮させ|見送"
    "|やめておき|やめときます|やめてください|やめてほしい|迷惑|いいです"
)
STRENGTH: tuple[HoldKind, ...] = (HoldKind.UNCLEAR, HoldKind.NOT_NOW, HoldKind.NEVER)
"""From the weakest to the strongest refusal."""


def refusal_in(said: str) -> HoldKind | None:
    """What refusal of offers somebody's own words are; None if they are none [断りの言葉].

    Where words could be two things it is the stronger one: a block too long harms nobody.

    Law       貸金業法16条4項; 自主規制基本規則67条 · SOLI-001, SOLI-002, SOLI-003, SOLI-009.

    >>> refusal_in("今後一切の連絡をしないで"), refusal_in("営業の電話は不要です")
    (<HoldKind.NEVER: 'never'>, <HoldKind.NOT_NOW: 'not_now'>)
    >>> refusal_in("結構です"), refusal_in("申し込みたいです")
    (<HoldKind.UNCLEAR: 'unclear'>, None)
    """
    plain = without_blanks(said).casefold()
    if _NEVER.search(plain):
        return HoldKind.NEVER
    if _NOT_NOW.search(plain):
        return HoldKind.NOT_NOW
    return HoldKind.UNCLEAR if _UNCLEAR.search(plain) else None


def stronger(*kinds: HoldKind | None) -> HoldKind | None:
    """The strongest of some refusals [より強い断り]."""
    known = [one for one in kinds if one is not None]
    return max(known, key=STRENGTH.index, default=None)
