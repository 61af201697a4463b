"""Text as people type it: one width, one dash, one blank; numbers in digits and kanji [文字].

Every reader starts here, so that a cell typed on a phone, printed by a lender or scanned from paper
means the same before anything is judged. Folding loses nothing a reader needs, and joins nothing
that stood apart: blanks between words stay, marks such as ① or ² never become digits of a number.

>>> folded("Ｈ１３－１－５　"), folded("センター")
('H13-1-5', 'センター')
>>> kanji_number("1億2,000万"), kanji_number("五万五千")
(120000000, 55000)
>>> read_digits("１２３４ ５６７８", MEMBER_NUMBER)
'12345678'
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from motocho.units.errors import Unread, clipped

LONGEST_NUMBER = 40
"""Characters of the longest number that is looked at; no amount, date or rate needs as many."""

# Voicing marks of their own width belong to the kana before them: カ゛ is ガ.
_VOICING = str.maketrans("゛゜", "\u3099\u309a")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―⁃−─━˗➖⸺⸻", "-"))

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")

# NFKC would make 102 of 10², and 1500 of ①500: such signs are notes beside a number.
_MARKED_DIGITS = re.compile("([⁰¹²³⁴-⁹₀-₉①-⒛⓪㉑-㉟㊱-㊿])")

_KANA = "ぁ-ゖ\u3099\u309aゝゞァ-ヺヽヾㇰ-ㇿ"
_LONG_VOWEL_AS_MINUS = re.compile(f"(?<![{_KANA}ー])ー+")
_MINUS_AS_LONG_VOWEL = re.compile(f"(?<=[{_KANA}])-+")


def folded(text: str) -> str:
    """`text` in one width, with one kind of dash and single blanks [表記の統一].

    Why       a long-vowel mark is a minus only where no kana stands before it; wave dashes mean
              "from … to" and stay what they are.

    >>> folded("　ー１，０００　円 ")
    '-1,000 円'
    >>> folded("10²")
    '10²'
    """
    return " ".join((text if text.isascii() else _in_one_width(text)).split())


def _in_one_width(text: str) -> str:
    # split() puts what the pattern caught on the odd places: those stay as they are.
    parts = _MARKED_DIGITS.split(_INVISIBLE.sub("", text).translate(_VOICING))
    parts[::2] = [unicodedata.normalize("NFKC", part) for part in parts[::2]]
    dashed = "".join(parts).translate(_DASHES)
    return _LONG_VOWEL_AS_MINUS.sub(lambda found: "-" * len(found[0]), dashed)


def without_blanks(text: str) -> str:
    """`text` folded, with every blank taken out [空白なし].

    >>> without_blanks("５ 万 円")
    '5万円'
    """
    return _composed("".join(folded("".join(text.split())).split()))


def _composed(text: str) -> str:
    """`text` with its marks joined to the letters that a blank had parted them from."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


# A blank there is kept: two neighbouring cells must not become one number.
_LOOSE_BLANK = re.compile("(?<![0-9〇一二三四五六七八九]) | (?![0-9〇一二三四五六七八九])")


def close_set(text: str) -> str:
    """`text` folded, with no blank left but one that parts two numbers [詰め書き].

    >>> close_set("¥ 50,000 -"), close_set("10000 20000")
    ('¥50,000-', '10000 20000')
    """
    return _composed(_LOOSE_BLANK.sub("", folded(text)))


def display_width(text: str) -> int:
    """How many columns of a terminal a text takes [表示幅].

    >>> display_width("元帳 12")
    7
    """
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def half_widths(text: str) -> int:
    """The width of a text on paper and in a printed list, counted in figures [半角換算の幅].

    Why       kanji and kana take two, and so do signs such as ▲, which a terminal shows narrow.

    >>> half_widths("1,234"), half_widths("▲1,234円")
    (5, 9)
    """
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def name_key(text: str) -> str:
    """What two spellings of one name have in common, for comparing and searching [氏名の照合キー].

    Why       banks write ｾﾝﾀ- for センター; variant forms of one kanji differ by an invisible sign.
              Hiragana and katakana stay apart, small and large kana too: those are other names.

    >>> name_key("ﾔﾏﾀﾞ　ﾊﾅｺ") == name_key("ヤマダハナコ")
    True
    >>> name_key("ｾﾝﾀ-"), name_key("Yamada TARO")
    ('センター', 'yamadataro')
    """
    plain = without_blanks(_VARIATION.sub("", text)).casefold()
    return _MINUS_AS_LONG_VOWEL.sub(lambda found: "ー" * len(found[0]), plain)


# ------------------------------------------------------------------------------------ kanji numbers
_TWELVE_DIGITS = re.compile(r"(?<![0-9])[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")
_LONG_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def holds_my_number(text: str) -> bool:
    """Whether a text holds twelve digits that can be a My Number [個人番号の有無].

    Law       番号利用法20条: who may not ask for one may not collect it. Its check digit:
              番号利用法施行令8条; 平成26年総務省令85号5条.

    >>> holds_my_number("番号は１２３４ ５６７８ ９０１８です"), holds_my_number("1234 5678 9012")
    (True, False)
    """
    return any(_is_my_number(found[0]) for found in _TWELVE_DIGITS.finditer(folded(text)))


def _is_my_number(shown: str) -> bool:
    digits = [int(one) for one in shown if one.isdigit()]
    rest = sum(digit * weight for digit, weight in zip(digits, _LONG_WEIGHTS, strict=False)) % 11
    return digits[-1] == (0 if rest <= 1 else 11 - rest)


_MYRIAD = 10_000
_FORMAL_SIGNS = str.maketrans("○◯零壱弐参伍拾佰阡仟萬", "〇〇〇一二三五十百千千万")
_KANJI_DIGITS = "〇一二三四五六七八九"
_TO_DIGITS = str.maketrans(_KANJI_DIGITS, "0123456789")

_GROUPS = re.compile("(?:([^兆億万]+)兆)?(?:([^兆億万]+)億)?(?:([^兆億万]+)万)?([^兆億万]+)?")
_GROUP_DIGITS = re.compile(f"[0-9,]+|[{_KANJI_DIGITS},]+")
_SEPARATED = re.compile("[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_GROUP_UNITS = re.compile("(?:([1-9]?)千)?(?:([1-9]?)百)?(?:([1-9]?)十)?([1-9]?)")
_UNIT_VALUES = (1_000, 100, 10, 1)
_GROUP_WIDTH = 4


def kanji_number(text: str) -> int | None:
    """The number that kanji, digits, or both together write; None if it is none [漢数字].

    Why       kanji digits and other digits are never joined in one run: a 一 inside digits is more
              often a dash that was read wrong.

    >>> kanji_number("二〇〇一"), kanji_number("百二十"), kanji_number("5万5千")
    (2001, 120, 55000)
    >>> kanji_number("5万0539"), kanji_number("万"), kanji_number("1一5")
    (50539, None, None)
    """
    plain = close_set(text).translate(_FORMAL_SIGNS)
    found = _GROUPS.fullmatch(plain) if 0 < len(plain) <= LONGEST_NUMBER else None
    if found is None:
        return None
    number = 0
    leading = True
    for group in found.groups():
        value = 0 if group is None else _group_value(group)
        if value is None or not (leading or _fits_below(group)):
            return None
        number = number * _MYRIAD + value
        leading = leading and group is None
    return number


def _group_value(group: str) -> int | None:
    """The value of what stands between two of 兆, 億, 万."""
    digits = group.translate(_TO_DIGITS)
    if _GROUP_DIGITS.fullmatch(group):
        return int(digits.replace(",", "")) if _SEPARATED.fullmatch(digits) else None
    found = _GROUP_UNITS.fullmatch(digits)
    if found is None:
        return None
    *counts, ones = found.groups()
    tens = sum(
        int(count or 1) * value
        for count, value in zip(counts, _UNIT_VALUES, strict=False)
        if count is not None
    )
    return tens + int(ones or 0)


def _fits_below(group: str | None) -> bool:
    """Whether a group may follow 兆, 億, 万: under 10,000; padded to four digits or not at all."""
    digits = (group or "").translate(_TO_DIGITS).replace(",", "")
    padded = digits.startswith("0") and len(digits) > 1
    return (
        len(digits) == _GROUP_WIDTH
        if padded
        else len(digits) <= _GROUP_WIDTH or not digits.isdigit()
    )


# ----------------------------------------------------------------------- numbers of a fixed length
@dataclass(frozen=True, slots=True)
class FixedNumber:
    """A number with a fixed count of digits, and its names in messages [けた数の決まった番号]."""

    length: int
    name_ja: str
    name_en: str


MEMBER_NUMBER = FixedNumber(length=8, name_ja="会員番号", name_en="Member number")
POSTCODE = FixedNumber(length=7, name_ja="郵便番号", name_en="Postcode")

_GROUPING = str.maketrans("", "", " -〒")
_LOOKALIKES = str.maketrans("OoQDlI|", "0000111")
_NOT_DIGITS = re.compile("[^0-9]+")


def read_digits(text: str, number: FixedNumber) -> str | Unread:
    """The digits of a member number, a postcode and the like, leading zeros kept [番号の読取り].

    Blanks, hyphens and 〒 are ways of writing, not faults. Never for secrets: a fault repeats what
    was typed.

    >>> read_digits("〒100−0001", POSTCODE)
    '1000001'
    >>> read_digits("1234567", MEMBER_NUMBER).details["count"]
    '7'
    """
    if text.isascii() and text.isdigit() and len(text) == number.length:
        return text
    plain = folded(text).translate(_GROUPING)
    names = {"name": number.name_ja, "name_en": number.name_en, "length": str(number.length)}
    if not plain:
        return Unread("NUM-001", text, names)
    strange = _NOT_DIGITS.search(plain)
    if strange is not None:
        proposed = _meant_digits(plain, number.length)
        return Unread("NUM-003", text, {**names, "sign": clipped(strange[0][0])}, proposed)
    if len(plain) != number.length:
        return Unread("NUM-002", text, {**names, "count": str(len(plain))})
    return plain


def _meant_digits(plain: str, length: int) -> str | None:
    """The digits alone, or with letters that look like digits, where their count is right."""
    for candidate in (_NOT_DIGITS.sub("", plain), plain.translate(_LOOKALIKES)):
        if len(candidate) == length and not _NOT_DIGITS.search(candidate):
            return candidate
    return None
