"""Names in the signs of banks: written lawfully, compared safely [口座名義カナ].

Banks write names in capital half-width kana without small ones: キャノン is ｷﾔﾉﾝ, ヨーコ ﾖ-ｺ, and
a corporate form is an abbreviation with a bracket that says where it stands: ｶ)ﾏﾙｲﾁ, ﾏﾙｲﾁ(ｶ,
ﾏﾙｲﾁ(ｶ)ﾁﾊﾞｼﾃﾝ. `account_name` writes such a name, `compared` is what two spellings of it share.

>>> account_name("ヤマダ　はなコ"), account_name("株式会社マルイチ")
('ﾔﾏﾀﾞ ﾊﾅｺ', 'ｶ)ﾏﾙｲﾁ')
>>> compared("カブシキガイシャ マルイチ") == compared("(ｶ)ﾏﾙｲﾁ") == compared("㈱マルイチ")
True
>>> compared("ﾏﾙｲﾁ(ｶ") == compared("ｶ)ﾏﾙｲﾁ")
False
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from motocho.outside.bank.layouts import Letters
from motocho.units.errors import Unread
from motocho.units.text import folded

PAYEE_WIDTH = 30
"""Signs of a payee's name in a transfer; banks ask for the first thirty of a longer one."""

# ------------------------------------------------------------------------------- kana of one byte
_HALF_KANA = {
    unicodedata.normalize("NFKC", chr(code)): chr(code)
    for code in range(ord("ｦ"), ord("ﾝ") + 1)
    if chr(code) not in "ｧｨｩｪｫｬｭｮｯｰ"
}
_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶヰヱヲ", "アイウエオツヤユヨワカケイエオ")
_MARKS = str.maketrans({"\u3099": "ﾞ", "\u309a": "ﾟ", "ー": "-", "・": " "})
_TO_HALF = str.maketrans(_HALF_KANA)
_HIRAGANA = {code: code + ord("ァ") - ord("ぁ") for code in range(ord("ぁ"), ord("ゖ") + 1)}


def half_width(text: str) -> str:
    """Text in the signs of banks as far as it has any: capitals, no small kana [全銀の字への変換].

    Why       ヲ becomes ｵ, because most banks take no ｦ in a name; ヰ and ヱ have no half width; a
              middle dot becomes a blank; kanji stay, for the caller to refuse.

    >>> half_width("キャノン・ヴィヲラ ab")
    'ｷﾔﾉﾝ ｳﾞｲｵﾗ AB'
    """
    full = folded(text).upper().translate(_HIRAGANA).translate(_LARGE)
    parted = unicodedata.normalize("NFD", full).translate(_LARGE)
    return " ".join(parted.translate(_MARKS).translate(_TO_HALF).split())


# --------------------------------------------------------------------------------- corporate forms
CORPORATE: Mapping[str, tuple[str, ...]] = {
    "ｶ": ("株式会社", "カブシキガイシヤ"),
    "ﾕ": ("有限会社", "ユウゲンガイシヤ"),
    "ﾒ": ("合名会社", "ゴウメイガイシヤ"),
    "ｼ": ("合資会社", "ゴウシガイシヤ"),
    "ﾄﾞ": ("合同会社", "ゴウドウガイシヤ"),
    "ｲ": (
        "医療法人社団", "医療法人財団", "社会医療法人", "医療法人",
        "イリヨウホウジンシヤダン", "イリヨウホウジンザイダン", "シヤカイイリヨウホウジン",
        "イリヨウホウジン",
    ),
    "ｻﾞｲ": (
        "一般財団法人", "公益財団法人", "財団法人",
        "イツパンザイダンホウジン", "コウエキザイダンホウジン", "ザイダンホウジン",
    ),
    "ｼﾔ": (
        "一般社団法人", "公益社団法人", "社団法人",
        "イツパンシヤダンホウジン", "コウエキシヤダンホウジン", "シヤダンホウジン",
    ),
    "ｼﾕｳ": ("宗教法人", "シユウキヨウホウジン"),
    "ｶﾞｸ": ("学校法人", "ガツコウホウジン"),
    "ﾌｸ": ("社会福祉法人", "シヤカイフクシホウジン"),
    "ﾎｺﾞ": ("更生保護法人", "コウセイホゴホウジン"),
    "ｿ": ("相互会社", "ソウゴガイシヤ"),
    "ﾄｸﾋ": ("特定非営利活動法人", "トクテイヒエイリカツドウホウジン"),
    "ﾄﾞｸ": ("独立行政法人", "ドクリツギヨウセイホウジン"),
    "ﾁﾄﾞｸ": ("地方独立行政法人", "チホウドクリツギヨウセイホウジン"),
    "ﾀﾞｲ": (
        "国立大学法人", "公立大学法人", "コクリツダイガクホウジン", "コウリツダイガクホウジン",
    ),
    "ﾍﾞﾝ": ("弁護士法人", "ベンゴシホウジン"),
    "ｼﾎｳ": ("司法書士法人", "シホウシヨシホウジン"),
    "ｷﾞﾖ": ("行政書士法人", "ギヨウセイシヨシホウジン"),
    "ｾﾞｲ": ("税理士法人", "ゼイリシホウジン"),
    "ﾛｳﾑ": ("社会保険労務士法人", "シヤカイホケンロウムシホウジン"),
    "ﾉｳ": ("農事組合法人", "ノウジクミアイホウジン"),
    "ｶﾝﾘ": ("管理組合法人", "カンリクミアイホウジン"),
    "ﾁﾕｳ": (
        "有限責任中間法人", "無限責任中間法人",
        "ユウゲンセキニンチユウカンホウジン", "ムゲンセキニンチユウカンホウジン",
    ),
    "ｴｲ": ("営業所", "エイギヨウシヨ"),
    "ｼﾕﾂ": ("出張所", "シユツチヨウシヨ"),
}  # fmt: skip
"""Abbreviation: the words it stands for [法人略語・営業所略語], in kanji and in kana of banks.

Law       全銀協 カナ略語, as banks publish it: `docs/operations/bank.md` names two of them.
"""
_SHORT_KANJI = {
    "ｶ": "株", "ﾕ": "有", "ﾒ": "名", "ｼ": "資", "ﾄﾞ": "同", "ｲ": "医", "ｻﾞｲ": "財", "ｼﾔ": "社",
    "ｼﾕｳ": "宗", "ｶﾞｸ": "学", "ﾌｸ": "福",
}  # fmt: skip


def _one_of(words: Iterable[str]) -> str:
    """A pattern of any of the words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_WORDS = {half_width(word): short for short, words in CORPORATE.items() for word in words}
_BRACKETED = {short: short for short in CORPORATE} | {
    kanji: short for short, kanji in _SHORT_KANJI.items()
}
_KANJI_WORD = re.compile(_one_of(word for word in _WORDS if "一" <= word[0] <= "龠"))
_KANA_WORDS = _one_of(word for word in _WORDS if word[0] >= "ｦ")
_KANA_WORD = re.compile(f"^({_KANA_WORDS}) ?(?=.)|(?<=.) ?({_KANA_WORDS})$")
_ANY_WORD = re.compile(f"{_KANA_WORD.pattern}|{_KANJI_WORD.pattern}")
_SHORT = re.compile(f"^\\(?({_one_of(_BRACKETED)})\\) ?|\\(({_one_of(_BRACKETED)})(?:\\)|$)")


def _abbreviated(name: str) -> str:
    """The name with its corporate form in the bracket of its place: head, middle or end."""
    name = _KANJI_WORD.sub(lambda found: f"({_WORDS[found[0]]})", name)
    name = _KANA_WORD.sub(lambda found: f"({_WORDS[found[1] or found[2]]})", name)
    return _SHORT.sub(_in_its_place, " ".join(name.split())).strip()


def _in_its_place(found: re.Match[str]) -> str:
    short = _BRACKETED[found[1] or found[2]]
    if found.start() == 0:
        return f"{short})"
    return f"({short}" if found.end() == len(found.string.rstrip()) else f"({short})"


# ------------------------------------------------------------------------------- the two functions
def account_name(text: str) -> str | Unread:
    """A name as a bank takes it for an account holder [口座名義の作成].

    Takes     kana of any width, capitals or not; a corporate form in kanji, as ㈱ or in brackets.
    Gives     signs of `Letters.NAME` only, or what stands in the way: a kanji, an empty name.
    Why       a sign that has no place is never dropped: a name that differs by a sign is returned
              by the receiving bank.

    >>> account_name("マルイチ（株）千葉支店").seen
    'マルイチ（株）千葉支店'
    >>> account_name("マルイチ(カ)チバシテン"), account_name("スズキ　ヨーコ")
    ('ﾏﾙｲﾁ(ｶ)ﾁﾊﾞｼﾃﾝ', 'ｽｽﾞｷ ﾖ-ｺ')
    """
    name = _abbreviated(half_width(text))
    if not name:
        return Unread("BNK-044", text)
    strange = next((sign for sign in name if not Letters.NAME.pattern.fullmatch(sign)), None)
    if strange is not None:
        return Unread("BNK-042", text, {"title": "口座名義", "sign": strange})
    return name


def payee_name(text: str) -> str | Unread:
    """The first thirty signs of a name, as transfers carry it [受取人名].

    Why       banks ask for the head of a longer name, uncut before that; a voicing mark is a sign.

    >>> len(payee_name("ア" * 40))
    30
    """
    name = account_name(text)
    return name if isinstance(name, Unread) else name[:PAYEE_WIDTH].rstrip()


_IGNORED = str.maketrans("", "", " .'")
_PLAIN = re.compile("[0-9A-Zｱ-ﾟ().-]*(?: [0-9A-Zｱ-ﾟ().-]+)*")
"""A name that is in the signs of banks already, as in every file of a bank."""


@lru_cache(maxsize=1 << 17)
def compared(text: str) -> str:
    """What all spellings of one name share, for comparing names of payers [名義の照合キー].

    Gives     half-width capitals without blanks and points; empty for an empty name.
    Why       blanks, points, small kana, long vowels and the words for corporate forms are written
              in many ways; a voicing mark, or a form before instead of after, makes another name.

    >>> compared("ｷﾕｳﾖ ｲﾁﾛｳ") == compared("キュウヨ　イチロウ")
    True
    >>> compared("ﾀﾅｶ ﾀﾛｳ") == compared("ﾀﾅｶ ｼﾞﾛｳ")
    False
    """
    name = text if _PLAIN.fullmatch(text) else half_width(text)
    if "(" in name or ")" in name or _ANY_WORD.search(name):
        name = _abbreviated(name)
    return name.translate(_IGNORED)
