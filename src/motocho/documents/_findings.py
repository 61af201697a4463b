"""What a document is handed in for, and what the staff may find of a page [目的と審査の結果]."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from motocho.units.errors import Fault


class Purpose(Enum):
    """What a document is to show [書類の目的]; no purpose is a proxy for a deed · DOC-009."""

    IDENTITY = "identity"
    INCOME = "income"
    ADDRESS = "address"
    OTHER = "other"


class Finding(Enum):
    """What the staff find of a page [審査の結果]; `code` has the words that the member reads."""

    ACCEPTED = "accepted"
    CUT_CORNER = "cut_corner"
    GLARE = "glare"
    BLURRED = "blurred"
    OTHER_NAME = "other_name"
    OTHER_ADDRESS = "other_address"
    EXPIRED = "expired"
    WRONG_KIND = "wrong_kind"
    MY_NUMBER = "my_number"
    """A My Number is to be seen: the page is erased at once · 番号利用法20条."""
    DOMICILE = "domicile"
    """A registered domicile [本籍] is to be seen: the page is erased at once."""
    NOT_TO_BE_HELD = "not_to_be_held"
    """A bank card, a PIN, a proxy for a deed: erased at once · 貸金業法20条, 20条の2."""

    @property
    def code(self) -> str:
        """The code of its words [文言のコード]."""
        return _CODES[self]

    @property
    def fault(self) -> Fault:
        """Its words: what is wrong, what mends it [理由]."""
        return Fault(self.code)


_CODES: Mapping[Finding, str] = {
    Finding.ACCEPTED: "UPL-020",
    Finding.CUT_CORNER: "UPL-021",
    Finding.GLARE: "UPL-022",
    Finding.BLURRED: "UPL-023",
    Finding.OTHER_NAME: "UPL-024",
    Finding.OTHER_ADDRESS: "UPL-025",
    Finding.EXPIRED: "UPL-026",
    Finding.WRONG_KIND: "UPL-027",
    Finding.MY_NUMBER: "UPL-028",
    Finding.DOMICILE: "UPL-029",
    Finding.NOT_TO_BE_HELD: "UPL-030",
}
ERASED = frozenset({Finding.MY_NUMBER, Finding.DOMICILE, Finding.NOT_TO_BE_HELD})
"""Findings after which nobody may see the page again."""
