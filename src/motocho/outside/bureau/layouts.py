"""The records of our own form of a bureau's files, as one table [授受ファイルのレコード].

No bureau publishes its format: this one is ours, and whoever is a member of a bureau puts the
bureau's in its place. Every field stands here once; the fixed form counts its bytes from the
widths, the form of JSON lines names it. `docs/operations/bureau.md` shows the same table.

>>> [layout.width for layout in LAYOUTS] == [WIDTH] * len(LAYOUTS)
True
>>> REPORT.field("balance_yen").place
'557-567 残高の合計'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

WIDTH = 600
"""Bytes of every record of the fixed form, without its end of line."""


class Sort(Enum):
    """What a field holds [属性]."""

    CODE = "code"
    """Letters and digits of one byte, set left."""
    NUMBER = "number"
    """A whole number from 0, set right with zeros; of JSON, a number."""
    DAY = "day"
    """YYYYMMDD, or blanks; of JSON, an ISO date or null."""
    FLAG = "flag"
    """0 or 1; of JSON, true or false."""
    CHOICE = "choice"
    """One sign that stands for a word; of JSON, the word."""
    KANA = "kana"
    """Half-width kana, capitals, blanks."""
    TEXT = "text"
    """Shift_JIS, cut to its bytes, a sign that it lacks as 〓; of JSON, the whole text."""
    FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record [項目]; `first` and `last` are bytes, counted from 1."""

    name: str
    title_ja: str
    sort: Sort
    width: int
    choices: Mapping[str, str] = field(default_factory=dict)
    """Of a CHOICE: sign → word."""
    is_needed: bool = True
    """Of a DAY or CODE: whether it may not be blank."""
    first: int = 0

    @property
    def last(self) -> int:
        """Position of its last byte."""
        return self.first + self.width - 1

    @property
    def place(self) -> str:
        """The field as a message names it [項目の場所]."""
        return f"{self.first}-{self.last} {self.title_ja}"


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of record [レコード]: `sign` begins it in the fixed form, `name` in JSON."""

    sign: str
    name: str
    title_ja: str
    fields: tuple[Field, ...]

    @property
    def width(self) -> int:
        """Bytes of the record [レコード長]."""
        return self.fields[-1].last

    def field(self, name: str) -> Field:
        """A field by its name [項目の検索]."""
        return next(one for one in self.fields if one.name == name)


def _layout(sign: str, name: str, title_ja: str, fields: tuple[Field, ...]) -> Layout:
    """A layout with its positions counted, filled up to the common width."""
    first, placed = 2, list[Field]()
    for one in fields:
        placed.append(replace(one, first=first))
        first += one.width
    placed.append(Field("filler", "予備", Sort.FILLER, WIDTH + 1 - first, first=first))
    return Layout(sign, name, title_ja, tuple(placed))


def _code(name: str, title_ja: str, width: int) -> Field:
    return Field(name, title_ja, Sort.CODE, width)


def _maybe(name: str, title_ja: str, width: int) -> Field:
    return Field(name, title_ja, Sort.CODE, width, is_needed=False)


def _number(name: str, title_ja: str, width: int) -> Field:
    return Field(name, title_ja, Sort.NUMBER, width)


def _yen(name: str, title_ja: str) -> Field:
    return Field(name, title_ja, Sort.NUMBER, 11)


def _day(name: str, title_ja: str) -> Field:
    return Field(name, title_ja, Sort.DAY, 8)


def _maybe_day(name: str, title_ja: str) -> Field:
    return Field(name, title_ja, Sort.DAY, 8, is_needed=False)


def _flag(name: str, title_ja: str) -> Field:
    return Field(name, title_ja, Sort.FLAG, 1)


def _choice(name: str, title_ja: str, *words: str) -> Field:
    signs = "123456789"
    return Field(name, title_ja, Sort.CHOICE, 1, dict(zip(signs, words, strict=False)))


_EXCEPTED = _choice("excepted", "除外・例外の別", "neither", "excluded", "exception")
PERSON = (
    Field("kana", "氏名カナ", Sort.KANA, 60),
    Field("name", "氏名", Sort.TEXT, 60),
    _day("born_on", "生年月日"),
    _maybe("phone_1", "電話番号1", 11),
    _maybe("phone_2", "電話番号2", 11),
    _maybe("phone_3", "電話番号3", 11),
    Field("address", "住所", Sort.TEXT, 200),
    Field("employer", "勤務先", Sort.TEXT, 80),
    _maybe("licence_number", "運転免許証等の番号", 12),
    _maybe("document_number", "本人確認書類の番号", 20),
)
"""施行規則30条の13第1項 in its order."""
HEADER = _layout("1", "header", "ヘッダー", (
    _choice("kind", "ファイルの種類", "inquiries", "answers", "reports", "receipts"),
    _code("company_code", "会員コード", 8),
    _code("bureau_id", "機関コード", 12),
    _number("file_no", "通番", 10),
    _day("made_on", "作成日"),
))  # fmt: skip
INQUIRY = _layout("2", "inquiry", "照会", (
    _code("inquiry_ref", "照会番号", 24),
    _choice("purpose", "照会の目的", "new_contract", "increase", "monitoring"),
    _flag("is_repeat", "再回答の求め"),
    *PERSON,
))  # fmt: skip
ANSWER = _layout("3", "answer", "回答", (
    _code("inquiry_ref", "照会番号", 24),
    _code("bureau_ref", "回答番号", 24),
    _day("answered_on", "回答日"),
    _number("version", "版", 4),
    _number("found", "該当者の数", 4),
))  # fmt: skip
FOUND = _layout("4", "found", "該当者", (
    _code("inquiry_ref", "照会番号", 24),
    _number("asked_lately", "6か月以内の申込み照会の件数", 4),
    *PERSON,
))  # fmt: skip
LOAN = _layout("5", "loan", "登録契約", (
    _code("inquiry_ref", "照会番号", 24),
    _code("lender_code", "登録元", 8),
    _choice("kind", "登録元の業態", "money_lender", "bank", "shopping", "guarantor", "other"),
    _day("contracted_on", "契約年月日"),
    _yen("amount_yen", "貸付けの金額"),
    _yen("limit_yen", "極度額"),
    _yen("balance_yen", "残高"),
    _flag("is_late", "遅延の有無"),
    _maybe_day("long_delay_on", "異動発生日"),
    _EXCEPTED,
    _day("as_of_on", "残高の日"),
    _flag("is_disputed", "調査中"),
))  # fmt: skip
EXCLUSION = _layout("6", "self_exclusion", "貸付自粛", (
    _code("inquiry_ref", "照会番号", 24),
    _day("first_on", "初日"),
    _day("last_on", "末日"),
    _choice("declarer", "申告者", "self", "family"),
))  # fmt: skip
REPORT = _layout("7", "report", "登録", (
    _code("report_ref", "登録番号", 24),
    _code("account_ref", "契約番号", 24),
    _number("seq_no", "契約ごとの通番", 6),
    _choice("kind", "登録の種類", "loan", "balance", "person", "end", "correction"),
    _day("as_of_on", "基準日"),
    *PERSON,
    _day("contracted_on", "契約年月日"),
    _yen("amount_yen", "貸付けの金額"),
    _yen("balance_yen", "残高の合計"),
    _flag("is_late", "遅延の有無"),
    _maybe_day("late_since", "遅延の始まり"),
    _choice("trouble", "異動の別", "none", "long_delay", "adjusted", "written_off", "assigned"),
    _maybe_day("trouble_on", "異動発生日"),
    _choice("ending", "終了の別", "open", "paid", "assigned"),
    _maybe_day("ended_on", "終了日"),
    _EXCEPTED,
))  # fmt: skip
RECEIPT = _layout("8", "receipt", "受付結果", (
    _code("report_ref", "登録番号", 24),
    _maybe("reason", "受け付けない理由", 8),
))  # fmt: skip
TRAILER = _layout("9", "trailer", "トレーラー", (
    _number("count", "件数", 10),
    _number("sum_yen", "残高の総和", 16),
    _code("checksum", "検査符号", 8),
))  # fmt: skip
LAYOUTS = (HEADER, INQUIRY, ANSWER, FOUND, LOAN, EXCLUSION, REPORT, RECEIPT, TRAILER)
OF_KIND: Mapping[str, tuple[Layout, ...]] = {
    "inquiries": (INQUIRY,),
    "answers": (ANSWER, FOUND, LOAN, EXCLUSION),
    "reports": (REPORT,),
    "receipts": (RECEIPT,),
}
"""Which records a file of each kind may hold."""
