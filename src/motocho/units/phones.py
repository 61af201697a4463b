"""Telephone numbers of Japan as people write them, and what kind each is [電話番号].

>>> read_phone("+81 3-0000-0120"), read_phone("０３（００００）０１２０")
('0300000120', '0300000120')
>>> kind_of("09012345678"), phone_text("0300000120")
(<PhoneKind.MOBILE: 'mobile'>, '03-0000-0120')
"""

from __future__ import annotations

import re
from enum import Enum

from motocho.units.errors import Unread, clipped
from motocho.units.text import folded


class PhoneKind(Enum):
    """What the first digits of a number say [電話番号の種別]."""

    LAND = "land"
    """Tied to a place [固定電話・0AB-J]."""
    TOLL_FREE = "toll_free"
    """0120, 0800 [着信課金]."""
    UNIFIED = "unified"
    """0570 [統一番号]."""
    MOBILE = "mobile"
    """060, 070, 080, 090 [携帯電話]."""
    IP = "ip"
    """050 [IP電話]."""
    OTHER = "other"


_TEN = 10
_ELEVEN = 11
_LENGTHS = {PhoneKind.MOBILE: _ELEVEN, PhoneKind.IP: _ELEVEN}
_PREFIXES = (
    ("0120", PhoneKind.TOLL_FREE),
    ("0800", PhoneKind.TOLL_FREE),
    ("0570", PhoneKind.UNIFIED),
    ("060", PhoneKind.MOBILE),
    ("070", PhoneKind.MOBILE),
    ("080", PhoneKind.MOBILE),
    ("090", PhoneKind.MOBILE),
    ("050", PhoneKind.IP),
)
_PUNCTUATION = str.maketrans("", "", " -.()/・")
_FROM_ABROAD = re.compile(r"(?:\+|00|010)81[ -]?(?:\(0\))?0?")
_NOT_DIGITS = re.compile("[^0-9]+")


def kind_of(digits: str) -> PhoneKind:
    """What kind of number it is, by its first digits [種別].

    >>> kind_of("0300000101"), kind_of("0120000000"), kind_of("110")
    (<PhoneKind.LAND: 'land'>, <PhoneKind.TOLL_FREE: 'toll_free'>, <PhoneKind.OTHER: 'other'>)
    """
    found = next((kind for prefix, kind in _PREFIXES if digits.startswith(prefix)), None)
    if found is not None:
        # 0800 is toll-free with eleven digits, and so no mobile number.
        return found
    is_land = len(digits) == _TEN and digits[0] == "0" and digits[1] != "0"
    return PhoneKind.LAND if is_land else PhoneKind.OTHER


def read_phone(text: str) -> str | Unread:
    """The digits of a number, with its leading 0 [電話番号の読取り].

    Any width, hyphens, brackets, blanks and the prefix +81 are ways of writing, not faults. Numbers
    of three digits (110) and of 10 or 11 are read.

    >>> read_phone("03-0000-01").details["count"]
    '8'
    """
    plain = _FROM_ABROAD.sub("0", folded(text), count=1) if _is_abroad(text) else folded(text)
    digits = plain.translate(_PUNCTUATION)
    if not digits:
        return Unread("PHN-001", text)
    strange = _NOT_DIGITS.search(digits)
    if strange is not None:
        return Unread("PHN-002", text, {"sign": clipped(strange[0][0])})
    if not _is_length(digits):
        return Unread("PHN-003", text, {"count": str(len(digits))})
    return digits


_SERVICE = 3


def _is_abroad(text: str) -> bool:
    return _FROM_ABROAD.match(folded(text)) is not None


def _is_length(digits: str) -> bool:
    if len(digits) == _SERVICE and digits[0] == "1":
        return True
    if digits[:4] == "0800":
        return len(digits) == _ELEVEN
    return digits[0] == "0" and len(digits) == _LENGTHS.get(kind_of(digits), _TEN)


def phone_text(digits: str) -> str:
    """A number as it is printed; area codes longer than 03 are not parted [電話番号の表記].

    >>> phone_text("0120000111"), phone_text("09012345678"), phone_text("0422000001")
    ('0120-000-111', '090-1234-5678', '0422-00-0001')
    """
    kind = kind_of(digits)
    if kind in {PhoneKind.MOBILE, PhoneKind.IP}:
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    if kind in {PhoneKind.TOLL_FREE, PhoneKind.UNIFIED}:
        return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"
    if kind is PhoneKind.LAND:
        cut = 2 if digits[1] in "36" else 4
        return f"{digits[:cut]}-{digits[cut:6]}-{digits[6:]}"
    return digits
