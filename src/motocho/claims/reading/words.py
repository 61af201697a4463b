"""The words of lenders' histories: what columns are called, and what kinds of row there are [用語].

Two tables of words, as data, and the little it takes to look one up. A lender's 出金 and 入金 are
from the lender's till: 出金 is lent, 入金 is paid.

>>> role_of("ご融資額(円)").role, role_of("返済後残高").role, role_of("次回返済日").role
(<Role.BORROW: '借入'>, <Role.BALANCE: '残高'>, <Role.UNREAD: '読まない列'>)
>>> kind_of("ATM出金"), kind_of("貸付金の返済"), kind_of("限度額変更")
(<Kind.LENT: '借入'>, <Kind.PAID: '返済'>, <Kind.NO_MONEY: '金額のない行'>)
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from motocho.units.text import without_blanks


class Role(Enum):
    """What a column holds [列の役目]; the value is how messages call it."""

    DATE = "日付"
    YEAR = "年"
    MONTH = "月"
    DAY = "日"
    BORROW = "借入"
    REPAY = "返済"
    AMOUNT = "金額"
    BALANCE = "残高"
    RATE = "利率"
    INTEREST = "利息"
    PRINCIPAL_PART = "元金充当"
    INTEREST_PART = "利息充当"
    DAMAGES_PART = "損害金充当"
    OTHER_PART = "その他充当"
    KIND = "種別"
    NOTE = "備考"
    CONTRACT = "契約"
    SHOPPING = "立替金"
    NUMBER = "番号"
    UNREAD = "読まない列"

    @property
    def name_en(self) -> str:
        """The role in English [列の役目の英名]."""
        return self.name.lower().replace("_", " ")


class Heading(NamedTuple):
    """The role that a heading names, and how plainly: 0 is plainest [見出し]."""

    role: Role
    rank: int


class Kind(Enum):
    """What a word says of its row [行の種別]; the value is how messages call it."""

    LENT = "借入"
    PAID = "返済"
    OPENING = "冒頭残高"
    CARRIED = "繰越"
    CARRIED_ON = "次頁繰越"
    CLOSING = "計算日"
    SUBTOTAL = "小計"
    TOTAL = "合計"
    RATE_CHANGE = "利率変更"
    NO_MONEY = "金額のない行"
    SHOPPING = "立替金"
    CHARGE = "利息・手数料"


# ----------------------------------------------------------------------------------------- headings
_PAREN = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】|〔[^〕]*〕|<[^>]*>|※.*")
_HEAD = re.compile("^(?:ご|お|御|当行|当社)+")
_TAIL = re.compile("(?:欄|[:*]|円)+$")

_LENT_HEADS = "借入|貸付|融資|貸出|出金|引出し?|キャッシング"
_PAID_HEADS = "返済|入金|弁済|支払い?|払込み?|回収|受入|受領"
_SUM_TAILS = "(?:元金|金)?(?:額|金額)?"

# The first pattern that fits the whole heading gives its role. More special ones come first.
_HEADINGS: tuple[tuple[Role, int, tuple[str, ...]], ...] = (
    # what looks like an amount, a day or a rate and is none
    (
        Role.UNREAD,
        0,
        (
            ".*(?:次回|約定返済|約定日|期日|請求|最低|予定|作成|最終|契約(?:年月)?日).*",
            ".*(?:限度額?|極度額?|利用枠|可能額|可能枠|利用可能).*",
            ".*(?:引き?直し?|過払|制限利率|法定利率|上限利率|計算後).*",
            ".*(?:損害金|遅延|延滞).*率",
            "無利息.*|.*(?:未収|未払).*|利息残高?|損害金残高?",
            "(?:取引|返済)?前(?:回|月)?残高",
            "(?:利息|経過|計算|利用|遅延|延滞)?(?:日数|期間|計算期間)|days",
            ".*手数料.*|fees?|.*(?:店舗?|店名|支店|店番|端末|担当|場所|提携先|機番|号機)",
            "チャネル|channel|atm|.*方法|.*コード|(?:会員|顧客|カード|口座)(?:番号|no\\.?)",
        ),
    ),
    (Role.SHOPPING, 0, (".*(?:ショッピング|立替|非貸付|物販|割賦|買物|リボ払).*",)),
    # days
    (
        Role.DATE,
        0,
        (
            "(?:取引|利用|取扱い?|処理|受付)?(?:年月日|日付|日時|月日)",
            "(?:取引|利用|取扱い?|処理|受付|発生)日|日付け|(?:transaction|trade|value)?date",
        ),
    ),
    (
        Role.DATE,
        1,
        ("(?:計上|記帳|勘定|起算|入出金|精算|異動|貸付入金|借入・?返済)(?:年月)?日付?",),
    ),
    (Role.DATE, 2, (f"(?:{_LENT_HEADS}|{_PAID_HEADS})(?:年月)?日付?",)),
    (Role.YEAR, 0, ("年|year|元号年|和暦年|西暦年?",)),
    (Role.MONTH, 0, ("月|month",)),
    (Role.DAY, 0, ("日|day",)),
    # balances
    (Role.BALANCE, 0, ("残元[金本]|元[金本]残高?|貸付金?(?:元金)?残高|principalbalance",)),
    (
        Role.BALANCE,
        1,
        ("(?:取引後|返済後|借入後|業者)?残高|balance|残高(?:元金|金額)|残額|残金|残",),
    ),
    (
        Role.BALANCE,
        2,
        (
            "(?!.*利息).*残(?:高|債|額|元金|元本)|(?:outstanding|closing|loan)?(?:balance|principal)",
        ),
    ),
    # rates and the parts of a payment
    (
        Role.RATE,
        0,
        ("(?:約定|契約|貸付|適用|借入|融資)(?:利率|年率|年利率?|金利)|(?:interest|contract)?rate",),
    ),
    (Role.RATE, 1, ("利率|年率|金利|年利率?|利率年率?",)),
    (Role.RATE, 2, ("実質(?:年率|金利|利率)",)),
    (
        Role.PRINCIPAL_PART,
        0,
        ("(?:内|うち)?元[金本](?:充当|内訳|入金|返済|分)?額?|(?:充当|返済|入金)元[金本]額?",),
    ),
    (Role.DAMAGES_PART, 0, (".*(?:損害金|延滞利息|遅延利息|延滞金).*",)),
    (
        Role.INTEREST_PART,
        0,
        ("(?:内|うち)?利息(?:充当|内訳|入金|返済|分)額?|(?:充当|返済|入金|内|うち)利息額?",),
    ),
    (Role.INTEREST, 0, ("(?:約定|発生|計算|経過|貸付)?利[息子](?:額|金額)?|interest",)),
    (Role.OTHER_PART, 0, ("その他(?:充当|内訳)?額?",)),
    # amounts
    (
        Role.AMOUNT,
        0,
        (
            f"(?:{_LENT_HEADS}).*(?:{_PAID_HEADS}){_SUM_TAILS}|入出金(?:額|金額)?",
            "(?:取引|入出金|貸借|精算)?(?:金額|額)|amount|amountyen|yen",
        ),
    ),
    (
        Role.BORROW,
        0,
        (
            f"(?:新規|追加|現金|振込|atm|カード)?(?:借入|貸付|融資){_SUM_TAILS}",
            "borrow(?:ed|ing)?s?|advances?|loans?|lent|draw(?:n|down)?s?|loanamount",
        ),
    ),
    (Role.BORROW, 1, (f"(?:{_LENT_HEADS}){_SUM_TAILS}|キャッシング利用額?",)),
    (Role.BORROW, 2, ("利用(?:額|金額)|借方(?:金額)?|withdrawals?|debits?",)),
    (
        Role.REPAY,
        0,
        (
            f"(?:現金|振込|atm)?(?:返済|入金|弁済){_SUM_TAILS}|(?:返済|入金)元利(?:金|合計)?額?",
            "repa(?:y|id)s?|repayments?",
        ),
    ),
    (Role.REPAY, 1, (f"(?:{_PAID_HEADS}){_SUM_TAILS}|payments?|paid|receipts?|充当合計額?",)),
    (Role.REPAY, 2, ("預(?:り|入れ?|け入れ)(?:額|金額)?|貸方(?:金額)?|deposits?|credits?",)),
    # words
    (
        Role.KIND,
        0,
        ("(?:取引|処理|入出金|貸借|明細)?(?:種別|区分|種類)|kind|type|transactiontype",),
    ),
    (
        Role.KIND,
        1,
        (
            "取引(?:内容|名|項目)?|(?:利用|明細)?内容|項目|科目|明細|貸借|transaction|[貸出][/・]入|入[/・]出",
        ),
    ),
    (
        Role.NOTE,
        0,
        ("備考|摘要|notes?|memos?|remarks?|メモ|コメント|description|特記事項?|記事|補足",),
    ),
    (
        Role.CONTRACT,
        0,
        ("契約(?:番号|no\\.?|id)?|contracts?|contract(?:no\\.?|id|number)|(?:貸付|債権)番号",),
    ),
    (Role.NUMBER, 0, ("no\\.?|№|#|番号|項番|連番|行|row|line|seq|回数?|頁|ページ|件数|通番",)),
)
_PATTERNS = tuple(
    (Heading(role, rank), re.compile("|".join(patterns))) for role, rank, patterns in _HEADINGS
)
_LONGEST_HEADING = 24
# One column for both, as its head says in brackets: 借入(返済は▲).
_BOTH_WAYS = re.compile(
    f"(?:.*(?:{_LENT_HEADS}).*[(▲△+-].*(?:{_PAID_HEADS}).*"
    f"|.*(?:{_PAID_HEADS}).*[(▲△+-].*(?:{_LENT_HEADS}).*)(?<![日率法])"
)


def heading_key(text: str) -> str:
    """A heading without width, blanks, politeness, units and remarks in brackets [見出しの照合]."""
    plain = without_blanks(text).casefold()
    bare = _PAREN.sub("", plain)
    return _TAIL.sub("", _HEAD.sub("", bare or plain))


@lru_cache(maxsize=2048)
def role_of(text: str) -> Heading | None:
    """The role that a heading names; None for words that are no heading known here [列の役目]."""
    if len(text) > 2 * _LONGEST_HEADING:
        return None
    plain = without_blanks(text).casefold()
    if _BOTH_WAYS.fullmatch(plain):
        return Heading(Role.AMOUNT, 0)
    key = heading_key(text)
    if not key or len(key) > _LONGEST_HEADING:
        return None
    return next((heading for heading, pattern in _PATTERNS if pattern.fullmatch(key)), None)


_CORE_WORDS = re.compile(
    "日付|取引日|年月日|借入|貸付|融資|返済|入金|出金|残高|残元金|利率|摘要|備考|金額"
)


def heading_words(text: str) -> int:
    """How many words of headings a text holds [見出しの語数]."""
    return len(_CORE_WORDS.findall(text))


# -------------------------------------------------------------------------------------------- kinds
_LENT_WORDS = re.compile(
    "貸付け?|借入れ?|借り?増し?|融資|出金|貸出し?|引出し?|キャッシング|(?:カード|atm)?利用|新規貸|追加貸"
    "|borrow|advance|loan|lent|draw"
)
_PAID_WORDS = re.compile(
    "返済|入金|弁済|完済|支払い?|払込み?|回収|引落し?|引き落とし|口座振替|自動振替|口振|集金|受領|受入|天引き?"
    "|repa(?:y|id)|payment|paid|deposit"
)
_SINGLE_SIGNS = {
    "貸": Kind.LENT,
    "借": Kind.LENT,
    "出": Kind.LENT,
    "融": Kind.LENT,
    "返": Kind.PAID,
    "入": Kind.PAID,
    "弁": Kind.PAID,
    "済": Kind.PAID,
}
_CASH = re.compile("(?<!非)(?:キャッシング|融資|貸付|借入)")
_SHOPPING = re.compile(
    "ショッピング|立替|買物|物販|割賦|加盟店|非貸付|^(?:分割|リボ|ボーナス|[1一2二]回)(?:払い?)?$"
)
_SUBTOTAL = re.compile("(?:小|中|頁|ページ|月|年|期)(?:合)?計|subtotal|頁小計|当頁計")
_TOTAL = re.compile("(?:総?合|総|累)計(?:額|金額)?|計|total|grandtotal|差引(?:合計|計)?")
_CARRIED_ON = re.compile(
    "次(?:頁|ページ|回|期|月|葉)(?:へ|に)?繰(?:り?)?越し?.*|次(?:頁|ページ)へ続く"
)
_CARRIED = re.compile(
    "(?:前(?:頁|ページ|回|期|月|年|葉)(?:より|から)?)?繰り?越し?(?:残高|金|額|残)?"
    "|前(?:頁|ページ|葉)残高?"
)
_OPENING = re.compile("(?:冒頭|開始|期首|当初|初回|開示時)(?:の)?残高|opening(?:balance)?")
_CLOSING = re.compile("計算日|基準日|closing|締日|現在残高")
_RATE_CHANGE = re.compile(
    "(?:利率|金利|年率|約定利率)(?:の)?(?:変更|改定|引き?下げ|引き?上げ|見直し)"
)
_NO_MONEY = re.compile(
    "契約|解約|限度額|極度額|増額|減額|増枠|減枠|督促|催告|書面|通知|住所|氏名|勤務先|変更|発行|再発行|停止|再開"
    "|電話|交渉|受任|介入|訪問|送付|登録|届出|更新|審査|照会|残高確認|残高証明|予約|案内|約束|和解|入会|退会|申込"
    "|contract|termination|reminder|limitchange"
)
_STOPPED = re.compile("変更|停止|再開|予定|方法")
_CHARGE = re.compile("利息|利子|損害金|手数料|年会費|費用|印紙代|interest|fee")
_LIMIT_ALONE = re.compile("限度額|極度額|増額|減額|増枠|減枠|利率|予定|約定日")
_CANCELLED = re.compile("取り?消し?|訂正|組戻|赤伝|赤黒|戻入|void|cancel|reversal|correction")
_CORRECTED = re.compile("訂正|correction")
_REMARKS = re.compile(r"\([^)]*\)|（[^）]*）|\[[^\]]*\]")


def _key(text: str) -> str:
    return without_blanks(text).casefold()


@lru_cache(maxsize=4096)
def kind_of(text: str) -> Kind | None:
    """What a word of a row says of it; None where it says nothing known here [行の種別].

    Why       of two words the later one rules (貸付金の返済 is a payment), and what stands in
              brackets only where nothing else speaks.
    """
    key = _key(text)
    if not key:
        return None
    if key in _SINGLE_SIGNS:
        return _SINGLE_SIGNS[key]
    for pattern, kind in (
        (_CARRIED_ON, Kind.CARRIED_ON),
        (_CARRIED, Kind.CARRIED),
        (_OPENING, Kind.OPENING),
        (_CLOSING, Kind.CLOSING),
    ):
        if pattern.fullmatch(key.strip("*※■◆【】<>()-")):
            return kind
    if is_total(text):
        return is_total(text)
    if _SHOPPING.search(key) and not _CASH.search(key):
        return Kind.SHOPPING
    if _RATE_CHANGE.search(key):
        return Kind.RATE_CHANGE
    if _LIMIT_ALONE.search(key):
        return Kind.NO_MONEY
    return _moving(_REMARKS.sub("", key)) or _moving(key) or _still(key)


def _moving(key: str) -> Kind | None:
    """Lent or paid, by the later of two words."""
    lent = max((found.end() for found in _LENT_WORDS.finditer(key)), default=0)
    paid = max((found.end() for found in _PAID_WORDS.finditer(key)), default=0)
    if lent == paid or _STOPPED.search(key):
        return None
    return Kind.LENT if lent > paid else Kind.PAID


def _still(key: str) -> Kind | None:
    if _NO_MONEY.search(key):
        return Kind.NO_MONEY
    return Kind.CHARGE if _CHARGE.search(key) else None


def is_total(text: str) -> Kind | None:
    """Whether a word heads a row of sums: SUBTOTAL, TOTAL, or None [合計行]."""
    key = _key(text).strip("*※■◆【】<>()-:")
    if _SUBTOTAL.fullmatch(key):
        return Kind.SUBTOTAL
    return Kind.TOTAL if _TOTAL.fullmatch(key) else None


def is_cancelled(text: str) -> bool:
    """Whether a word marks a row as taken back or corrected [取消・訂正]."""
    return _CANCELLED.search(_key(text)) is not None


def is_corrected(text: str) -> bool:
    """Whether a word marks a row as a correction, which may put the right amount [訂正]."""
    return _CORRECTED.search(_key(text)) is not None


def no_money_label(text: str) -> str:
    """The word by which a row without money is counted: 契約, 督促 … [金額のない行の呼び名]."""
    found = _NO_MONEY.search(_key(text))
    return found[0] if found else without_blanks(text)[:8]
