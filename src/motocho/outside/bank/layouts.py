"""The record layouts of the Japanese Bankers Association, as one table [全銀協制定フォーマット].

A file is header (1), data (2), trailer (8), end (9) records of one fixed width, in single bytes of
JIS X 0201. Every field stands here once, with its width, its kind and its Japanese name; the reader
and the writer both follow this table, and positions are counted from the widths, never typed.
`docs/operations/bank.md` names the sources of each format and what they leave open.

>>> field = TRANSFER.data.field("amount_yen")
>>> field.title_ja, field.first, field.last
('振込金額', 81, 90)
>>> [layout.width for layout in (TRANSFER, DEBIT, NOTICE, NOTICE_WIDE, MOVEMENTS)]
[120, 120, 200, 200, 200]
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property


class Kind(Enum):
    """What a field holds [属性]: digits, set right with zeros, or text, set left with blanks."""

    NUMBER = "N"
    TEXT = "C"


class Need(Enum):
    """Whether a field must be filled [必須・任意]."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    """Digits or blanks: banks leave a number they do not use empty."""
    UNUSED = "unused"
    """Digits or blanks that nobody here needs: checked when read, zero when written."""
    FILLER = "filler"
    """ダミー: blanks when written, not looked at when read."""


class Letters(Enum):
    """Which signs banks take in a text field, beyond kana, voicing marks, A-Z and 0-9 [使用文字].

    Law       全銀協「適用業務およびレコード・フォーマット」付録1 使用文字一覧 注1–注3; where banks
              admit less than the newest text, the narrower set is written.
    """

    BRANCH = "-"
    NAME = " ()-."
    EDI = " ¥｢｣()-/."

    @property
    def kana(self) -> str:
        """The kana of the set: no small ones and no long vowel; ｦ in EDI information only."""
        return f"{'ｦ' if self is Letters.EDI else ''}ｱ-ﾟ"

    @property
    def pattern(self) -> re.Pattern[str]:
        """Texts of these signs only."""
        return _LETTER_PATTERNS[self]


_LETTER_PATTERNS = {
    letters: re.compile(f"[0-9A-Z{letters.kana}{re.escape(letters.value)}]*") for letters in Letters
}

ANY_SIGN = " -}¥‾｡-ﾟ"
"""Every printable sign of JIS X 0201, as a range: what a text field may hold when it is read."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record [項目]; `first` and `last` are byte positions, counted from 1.

    `choices` are all values a required number may have; `unconfirmed` says what the sources leave
    open about it.
    """

    name: str
    title_ja: str
    kind: Kind
    width: int
    need: Need = Need.REQUIRED
    choices: tuple[str, ...] = ()
    letters: Letters = Letters.NAME
    unconfirmed: str = ""
    first: int = 0

    @property
    def last(self) -> int:
        """Position of its last byte."""
        return self.first + self.width - 1

    @property
    def place(self) -> str:
        """The field as a message names it [項目の場所]."""
        bytes_of = str(self.first) if self.width == 1 else f"{self.first}-{self.last}"
        return f"{bytes_of} {self.title_ja}"

    @property
    def is_kept(self) -> bool:
        """Whether its text is given to the reader's caller."""
        return self.need in {Need.REQUIRED, Need.OPTIONAL} and len(self.choices) != 1

    def pattern(self, sign: str) -> str:
        """A regular expression for what may stand here, a group if it is kept [項目の書式].

        Takes     sign: what one sign of a text may be.
        """
        width = f"{{{self.width}}}"
        if self.choices:
            unused = f"|0{width}| {width}" if self.need is Need.OPTIONAL else ""
            plain = f"{'|'.join(self.choices)}{unused}"
        elif self.kind is Kind.TEXT:
            plain = f"{sign}{width}"
        else:
            plain = f"[0-9]{width}" + ("" if self.need is Need.REQUIRED else f"| {width}")
        return f"({plain})" if self.is_kept else f"(?:{plain})"


@dataclass(frozen=True)
class Record:
    """One kind of record: its fields in order [レコード]."""

    title_ja: str
    fields: tuple[Field, ...]

    @property
    def mark(self) -> str:
        """The digit that begins it: 1, 2, 8 or 9 [データ区分]."""
        return self.fields[0].choices[0]

    @property
    def width(self) -> int:
        """Bytes of the record, without a line break."""
        return sum(each.width for each in self.fields)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The whole record, one group a field that is kept."""
        return re.compile("".join(each.pattern(f"[{ANY_SIGN}]") for each in self.fields))

    @cached_property
    def quick_pattern(self) -> re.Pattern[str]:
        """The same for text in which every sign is known to be one."""
        return re.compile("".join(each.pattern(".") for each in self.fields))

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Where each kept field stands among the groups."""
        kept = [each.name for each in self.fields if each.is_kept]
        return {name: place for place, name in enumerate(kept)}

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The named fields."""
        return {each.name: each for each in self.fields if each.name}

    def field(self, name: str) -> Field:
        """The field of this name [項目の検索]."""
        return self.by_name[name]


@dataclass(frozen=True)
class Layout:
    """One format: what the file is for, its width, its four kinds of record [フォーマット]."""

    code: str
    title_ja: str
    title_en: str
    header: Record
    data: Record
    trailer: Record
    end: Record
    records: Mapping[str, Record] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        records = {each.mark: each for each in (self.header, self.data, self.trailer, self.end)}
        object.__setattr__(self, "records", records)

    @property
    def width(self) -> int:
        """Bytes of each record, without a line break: 120 or 200."""
        return self.header.width


def _n(name: str, title_ja: str, width: int, *choices: str) -> Field:
    return Field(name, title_ja, Kind.NUMBER, width, choices=choices)


def _optional_n(name: str, title_ja: str, width: int, unconfirmed: str = "") -> Field:
    return Field(name, title_ja, Kind.NUMBER, width, Need.OPTIONAL, unconfirmed=unconfirmed)


def _unused_n(name: str, title_ja: str, width: int, unconfirmed: str = "") -> Field:
    return Field(name, title_ja, Kind.NUMBER, width, Need.UNUSED, unconfirmed=unconfirmed)


def _c(name: str, title_ja: str, width: int, letters: Letters = Letters.NAME) -> Field:
    return Field(name, title_ja, Kind.TEXT, width, Need.OPTIONAL, letters=letters)


def _filler(width: int) -> Field:
    return Field("", "ダミー", Kind.TEXT, width, Need.FILLER)


def _record(title_ja: str, mark: str, *fields: Field) -> Record:
    placed, first = [], 1
    for each in (_n("mark", "データ区分", 1, mark), *fields):
        placed.append(replace(each, first=first))
        first += each.width
    return Record(title_ja, tuple(placed))


def _bank(bank: str, branch: str) -> tuple[Field, ...]:
    """Bank and branch, each with its number and its name."""
    return (
        _n("bank_code", f"{bank}番号", 4),
        _c("bank_name", f"{bank}名", 15, Letters.BRANCH),
        _n("branch_code", f"{branch}番号", 3),
        _c("branch_name", f"{branch}名", 15, Letters.BRANCH),
    )


_CODES = _n("encoding", "コード区分", 1, "0", "1")
_NOVELTY = replace(_n("novelty", "新規コード", 1, "0", "1", "2"), need=Need.OPTIONAL)
_PLAIN_END_120 = _record("エンドレコード", "9", _filler(119))
_PLAIN_END_200 = _record("エンドレコード", "9", _filler(199))

# ------------------------------------------------------------------------------- 21 総合振込
TRANSFER = Layout(
    code="21",
    title_ja="総合振込",
    title_en="bulk transfer",
    header=_record(
        "ヘッダーレコード",
        "1",
        _n("kind", "種別コード", 2, "21"),
        _CODES,
        _n("originator_code", "振込依頼人コード", 10),
        _c("originator_name", "振込依頼人名", 40),
        _n("on", "振込指定日", 4),
        *_bank("仕向銀行", "仕向支店"),
        replace(_n("account_type", "預金種目(依頼人)", 1, "1", "2", "9"), need=Need.OPTIONAL),
        _optional_n("account_number", "口座番号(依頼人)", 7),
        _filler(17),
    ),
    data=_record(
        "データレコード",
        "2",
        *_bank("被仕向銀行", "被仕向支店"),
        _unused_n("clearing_house", "手形交換所番号", 4, "統一番号、0または空白。使われない"),
        _n("account_type", "預金種目", 1, "1", "2", "4", "9"),
        _n("account_number", "口座番号", 7),
        _c("name", "受取人名", 30),
        _n("amount_yen", "振込金額", 10),
        _NOVELTY,
        Field(
            "reference",
            "顧客コード1・2またはEDI情報",
            Kind.TEXT,
            20,
            Need.OPTIONAL,
            letters=Letters.EDI,
            unconfirmed="N(10)を二つ、識別表示がYならC(20)。銀行によりCとする",
        ),
        _unused_n("method", "振込指定区分", 1, "7電信、8文書、または使われない"),
        Field("identification", "識別表示", Kind.TEXT, 1, Need.OPTIONAL, choices=("Y", " ")),
        _filler(7),
    ),
    trailer=_record(
        "トレーラレコード",
        "8",
        _n("count", "合計件数", 6),
        _n("sum_yen", "合計金額", 12),
        _filler(101),
    ),
    end=_PLAIN_END_120,
)

# --------------------------------------------------------------------------- 91 預金口座振替
DEBIT = Layout(
    code="91",
    title_ja="預金口座振替",
    title_en="direct debit",
    header=_record(
        "ヘッダーレコード",
        "1",
        _n("kind", "種別コード", 2, "91"),
        _CODES,
        _n("originator_code", "委託者コード", 10),
        _c("originator_name", "委託者名", 40),
        _n("on", "引落日", 4),
        *_bank("取引銀行", "取引支店"),
        _n("account_type", "預金種目(委託者)", 1, "1", "2", "9"),
        _n("account_number", "口座番号(委託者)", 7),
        _filler(17),
    ),
    data=_record(
        "データレコード",
        "2",
        *_bank("引落銀行", "引落支店"),
        _filler(4),
        _n("account_type", "預金種目", 1, "1", "2", "3", "9"),
        _n("account_number", "口座番号", 7),
        _c("name", "預金者名", 30),
        _n("amount_yen", "引落金額", 10),
        _NOVELTY,
        _n("reference", "顧客番号", 20),
        _n("result", "振替結果コード", 1, "0", "1", "2", "3", "4", "8", "9"),
        _filler(8),
    ),
    trailer=_record(
        "トレーラレコード",
        "8",
        _n("count", "合計件数", 6),
        _n("sum_yen", "合計金額", 12),
        _n("done_count", "振替済件数", 6),
        _n("done_yen", "振替済金額", 12),
        _n("failed_count", "振替不能件数", 6),
        _n("failed_yen", "振替不能金額", 12),
        _filler(65),
    ),
    end=_PLAIN_END_120,
)

# ------------------------------------------------------------------------- 01 振込入金通知
_NOTICE_HEADER = _record(
    "ヘッダーレコード",
    "1",
    _n("kind", "種別コード", 2, "01"),
    _CODES,
    _n("made_on", "作成日", 6),
    _n("from_on", "勘定日(自)", 6),
    _n("to_on", "勘定日(至)", 6),
    _n("bank_code", "銀行コード", 4),
    _c("bank_name", "銀行名", 15, Letters.BRANCH),
    _n("branch_code", "支店コード", 3),
    _c("branch_name", "支店名", 15, Letters.BRANCH),
    _n("account_type", "預金種目", 1, "1", "2", "4"),
    _n("account_number", "口座番号", 7),
    _c("account_name", "口座名", 40),
    _filler(93),
)
_NOTICE_TRAILER = _record(
    "トレーラレコード",
    "8",
    _n("count", "振込合計件数", 6),
    _n("sum_yen", "振込合計金額", 12),
    _optional_n("cancelled_count", "取消合計件数", 6, "振込合計が取消分を含むかは確認できない"),
    _optional_n("cancelled_yen", "取消合計金額", 12),
    _filler(163),
)
_NOTICE_START = (
    _optional_n("number", "照会番号", 6),
    _n("booked_on", "勘定日", 6),
    _n("value_on", "起算日", 6),
    _n("amount_yen", "金額", 10),
    _optional_n("cheques_yen", "うち他店券金額", 10),
    _optional_n("payer_code", "振込依頼人コード", 10),
    _c("payer_name", "振込依頼人名", 48),
    _c("bank_name", "仕向銀行名", 15, Letters.BRANCH),
    _c("branch_name", "仕向店名", 15, Letters.BRANCH),
    _optional_n("cancelled", "取消区分", 1),
)
_EDI = _c("edi", "EDI情報", 20, Letters.EDI)

NOTICE = Layout(
    code="01",
    title_ja="振込入金通知",
    title_en="notice of incoming transfers",
    header=_NOTICE_HEADER,
    data=_record("データレコード", "2", *_NOTICE_START, _EDI, _filler(52)),
    trailer=_NOTICE_TRAILER,
    end=_PLAIN_END_200,
)
NOTICE_WIDE = replace(
    NOTICE,
    title_ja="振込入金通知(フォーマットB)",
    data=_record(
        "データレコード",
        "2",
        *_NOTICE_START,
        _n("wide_yen", "金額(2)", 12),
        _n("wide_cheques_yen", "うち他店券金額(2)", 12),
        _EDI,
        _filler(28),
    ),
)
"""Format B: an amount of more than ten digits stands in a second field, and the first is zero."""

# ----------------------------------------------------------------------- 03 入出金取引明細
MOVEMENTS = Layout(
    code="03",
    title_ja="入出金取引明細",
    title_en="account movements",
    header=_record(
        "ヘッダーレコード",
        "1",
        _n("kind", "種別コード", 2, "03"),
        _CODES,
        _n("made_on", "作成日", 6),
        _n("from_on", "勘定日(自)", 6),
        _n("to_on", "勘定日(至)", 6),
        _n("bank_code", "銀行コード", 4),
        _c("bank_name", "銀行名", 15, Letters.BRANCH),
        _n("branch_code", "支店コード", 3),
        _c("branch_name", "支店名", 15, Letters.BRANCH),
        _unused_n("reserved", "ダミー", 3),
        _n("account_type", "預金種目", 1, "1", "2", "4"),
        _n("account_number", "口座番号", 10),
        _c("account_name", "口座名", 40),
        _optional_n("sign", "貸越区分", 1),
        _unused_n("book", "通帳・証書区分", 1),
        _optional_n("balance_yen", "取引前残高", 14),
        _filler(71),
    ),
    data=_record(
        "データレコード",
        "2",
        _optional_n("number", "照会番号", 8),
        _n("booked_on", "勘定日", 6),
        _n("value_on", "預入・払出日", 6),
        _n("direction", "入払区分", 1, "1", "2"),
        _optional_n("nature", "取引区分", 2),
        _n("amount_yen", "取引金額", 12),
        _optional_n("cheques_yen", "うち他店券金額", 12),
        _unused_n("presented_on", "交換呈示日", 6),
        _unused_n("dishonoured_on", "不渡返還日", 6),
        _unused_n("bill_kind", "手形・小切手区分", 1),
        _unused_n("bill_number", "手形・小切手番号", 7),
        _unused_n("branch_code", "僚店番号", 3),
        _optional_n("payer_code", "振込依頼人コード", 10),
        _c("payer_name", "振込依頼人名または契約者番号", 48),
        _c("bank_name", "仕向銀行名", 15, Letters.BRANCH),
        _c("branch_name", "仕向店名", 15, Letters.BRANCH),
        _c("note", "摘要内容", 20),
        Field(
            "edi",
            "EDI情報",
            Kind.TEXT,
            20,
            Need.OPTIONAL,
            letters=Letters.EDI,
            unconfirmed="この欄のない古い版ではダミー",
        ),
        _filler(1),
    ),
    trailer=_record(
        "トレーラレコード",
        "8",
        _n("in_count", "入金件数", 6),
        _n("in_yen", "入金額合計", 13),
        _n("out_count", "出金件数", 6),
        _n("out_yen", "出金額合計", 13),
        _optional_n("sign", "貸越区分", 1),
        _optional_n("balance_yen", "取引後残高", 14),
        _n("count", "データレコード件数", 7),
        _filler(139),
    ),
    end=_record(
        "エンドレコード",
        "9",
        _optional_n("total_count", "レコード総件数", 10, "どのレコードを数えるかは確認できない"),
        _optional_n("accounts", "口座数", 5),
        _filler(184),
    ),
)
"""For ordinary, current and savings deposits; time deposits (5, 6, 7) have other data records."""
