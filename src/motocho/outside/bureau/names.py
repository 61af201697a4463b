"""Names in the signs of a bureau, and what two spellings of one name share [氏名カナの統一].

Readings go as half-width kana. Systems differ in small kana, long vowels and blanks, so a name is
compared by a key without them; who has the same key is not yet the same person (`matching` asks
for more).

>>> half_kana("キョウコ　タナカ"), name_key("ｷﾖｳｺ ﾀﾅｶ") == name_key("キョウコ タナカ")
('ｷｮｳｺ ﾀﾅｶ', True)
"""

from __future__ import annotations

import re
import unicodedata

from motocho.units.errors import Unread
from motocho.units.text import folded

_HALF = {
    unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(ord("ｦ"), ord("ﾝ") + 1)
}
_MARKS = {"\u3099": "ﾞ", "\u309a": "ﾟ", "・": " ", "-": "ｰ"}
_TO_HALF = str.maketrans({**_HALF, **_MARKS})
_HIRAGANA = {code: code + ord("ァ") - ord("ぁ") for code in range(ord("ぁ"), ord("ゖ") + 1)}
_NO_HALF = str.maketrans("ヰヱヮヵヶ", "イエワカケ")
_LETTERS = re.compile("[ｦ-ﾟA-Z ]+")
_LARGE = str.maketrans("ｧｨｩｪｫｬｭｮｯ", "ｱｲｳｴｵﾔﾕﾖﾂ")
_IGNORED = str.maketrans("", "", " ｰ")


def half_kana(text: str) -> str | Unread:
    """A reading in half-width kana, capitals and single blanks [半角カナの作成].

    Takes     kana of any width, hiragana too.
    Gives     the reading, or what stands in the way: a kanji, a digit, nothing at all.

    >>> half_kana("ゔぃおら"), half_kana("佐藤").code
    ('ｳﾞｨｵﾗ', 'BUR-001')
    """
    full = folded(text).upper().translate(_HIRAGANA).translate(_NO_HALF)
    made = " ".join(unicodedata.normalize("NFD", full).translate(_TO_HALF).split())
    return made if _LETTERS.fullmatch(made) else Unread("BUR-001", text)


def name_key(kana: str) -> str:
    """What all spellings of one reading share [カナの照合キー].

    >>> name_key("ｻﾄｳ ﾕｰｺ") == name_key("サトウユウコ")
    False
    >>> name_key("ｻﾄｰ ﾊﾅｺ") == name_key("ｻﾄ ﾊﾅｺ")
    True
    """
    made = half_kana(kana)
    return "" if isinstance(made, Unread) else made.translate(_LARGE).translate(_IGNORED)
