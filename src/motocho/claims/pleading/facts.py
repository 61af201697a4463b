"""What the papers must know beside the figures: named texts, read and checked [書類の記載事項].

Facts are a flat list of names and texts, as a person fills them in and as a case keeps them. Each
name has a kind; a text that its kind cannot read is a fault with its place. What is empty is not a
fault here: each paper says what it needs (`kinds`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import Enum

from motocho.claims._due import FACTS as REFUNDS
from motocho.claims._due import NOTHING_PAID, Order, Refunds, read_refunds
from motocho.documents.sheet import printable
from motocho.law.court import Filer, Route
from motocho.units.days import read_date
from motocho.units.errors import Fault, FaultyInput, Language, Unread, clipped
from motocho.units.money import SignRule, read_yen
from motocho.units.text import folded


class Kind(Enum):
    """How a fact is written [種類]."""

    TEXT = "text"
    DAY = "day"
    YEN = "yen"
    COUNT = "count"
    AGENT = "agent"
    ROUTE = "route"
    ORDER = "order"
    PAYMENTS = "payments"


class Agent(Enum):
    """Who acts for the client [代理人の資格]."""

    NONE = "none"
    LAWYER = "lawyer"
    SCRIVENER = "scrivener"

    @property
    def name_ja(self) -> str:
        """The title on a paper [肩書]."""
        return {"none": "本人", "lawyer": "弁護士", "scrivener": "司法書士"}[self.value]

    @property
    def filer(self) -> Filer:
        """As whom the court knows them [提出する者]."""
        return _FILERS[self]


_FILERS = {
    Agent.NONE: Filer.PARTY_IN_PERSON,
    Agent.LAWYER: Filer.MANDATED_AGENT,
    Agent.SCRIVENER: Filer.CERTIFIED_SCRIVENER,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One fact as a person is asked for it [記載事項]."""

    key: str
    kind: Kind
    label_ja: str
    label_en: str

    def label(self, language: Language) -> str:
        """The label in a language [見出し]."""
        return self.label_ja if language is Language.JA else self.label_en


def _asked(kind: Kind, *rows: tuple[str, str, str]) -> tuple[Asked, ...]:
    return tuple(Asked(key, kind, japanese, english) for key, japanese, english in rows)


ASKED: tuple[Asked, ...] = (
    *_asked(
        Kind.TEXT,
        ("client_name", "依頼者の氏名", "Client's name"),
        ("client_kana", "依頼者のふりがな", "Client's reading"),
        ("client_postcode", "依頼者の郵便番号", "Client's postcode"),
        ("client_address", "依頼者の住所", "Client's address"),
        ("client_former_address", "依頼者の以前の住所", "Client's former address"),
        ("client_phone", "依頼者の電話番号", "Client's telephone"),
    ),
    *_asked(Kind.DAY, ("client_birth_date", "依頼者の生年月日", "Client's birth date")),
    *_asked(
        Kind.TEXT,
        ("lender_name", "相手方の商号", "Lender's name"),
        ("lender_postcode", "相手方の郵便番号", "Lender's postcode"),
        ("lender_address", "相手方の本店所在地", "Lender's registered address"),
        (
            "lender_representative",
            "相手方の代表者(例 代表取締役 甲野太郎)",
            "Lender's representative",
        ),
        ("member_number", "会員番号・契約番号", "Member or contract number"),
    ),
    *_asked(Kind.AGENT, ("agent_kind", "だれが書類を出すか", "Who sends the papers")),
    *_asked(
        Kind.TEXT,
        ("agent_name", "代理人の氏名", "Agent's name"),
        ("agent_office", "事務所の名称", "Office"),
        ("agent_registration", "登録番号・認定番号", "Registration number"),
        ("agent_postcode", "事務所の郵便番号", "Office postcode"),
        ("agent_address", "事務所の所在地", "Office address"),
        ("agent_phone", "事務所の電話番号", "Office telephone"),
        ("agent_fax", "事務所のFAX番号", "Office fax"),
        ("bank_name", "振込先の金融機関", "Bank"),
        ("branch_name", "支店", "Branch"),
        ("account_kind", "預金の種類", "Kind of account"),
        ("account_number", "口座番号", "Account number"),
        ("account_holder", "口座名義", "Account holder"),
        ("court_name", "提出する裁判所", "Court"),
        ("case_number", "事件番号", "Case number"),
        ("hearing_note", "係", "Section of the court"),
        (
            "more_exhibits",
            "ほかの書証(標目/作成者/立証趣旨。2つ目からは;で区切る)",
            "More exhibits (title/author/purpose; the next after a semicolon)",
        ),
    ),
    *_asked(
        Kind.DAY,
        ("letter_on", "書面の日付", "Date of the letter"),
        ("pay_by_on", "支払期限", "Payment due on"),
        ("filed_on", "訴えを出す日", "Day of filing"),
        ("history_on", "取引履歴の作成日", "Date of the history"),
        ("demand_on", "返還請求書を出した日", "Day the claim letter was sent"),
        ("delivered_on", "返還請求書が届いた日", "Day the claim letter arrived"),
        ("settled_on", "和解の日", "Day of the settlement"),
        ("settlement_pay_by_on", "和解金の支払日", "Settlement payable on"),
        ("plan_from_on", "分割払いの最初の日", "First day of instalments"),
    ),
    *_asked(Kind.ROUTE, ("filing_route", "提出の方法", "Way of filing")),
    *_asked(
        Kind.PAYMENTS,
        (
            "refunds",
            "相手方から受け取った返還金(日付/金額。2つ目からは;で区切る)",
            "Paid back by the lender (day/yen; the next after a semicolon)",
        ),
    ),
    *_asked(
        Kind.ORDER,
        ("refund_order", "返還金を何に充てたか", "To what the money paid back went"),
    ),
    *_asked(
        Kind.YEN,
        (
            "refund_costs_yen",
            "相手方が負担する費用の額(確定したもの)",
            "Costs the lender owes, as fixed",
        ),
        ("settlement_yen", "和解金額", "Settlement amount"),
        ("their_claim_yen", "相手方の届け出た債権額", "Amount the lender says is owed"),
        ("plan_each_yen", "毎月の支払額", "Monthly instalment"),
    ),
    *_asked(
        Kind.COUNT,
        ("plan_months", "分割の回数", "Number of instalments"),
        ("settlement_months", "和解金を分けて受け取る回数", "Instalments of the settlement"),
    ),
)
"""Every fact, in the order in which a person is asked."""

BY_KEY: Mapping[str, Asked] = {asked.key: asked for asked in ASKED}


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a case, read [記載事項]."""

    texts: Mapping[str, str]
    """Every fact that is not empty, as it was written."""
    days: Mapping[str, date]
    numbers: Mapping[str, int]
    refunds: Refunds = NOTHING_PAID

    def text(self, key: str) -> str:
        """A text; empty where none was given [文字]."""
        return self.texts.get(key, "")

    def day(self, key: str) -> date | None:
        """A day; None where none was given [日付]."""
        return self.days.get(key)

    def number(self, key: str) -> int | None:
        """An amount or count; None where none was given [数]."""
        return self.numbers.get(key)

    @property
    def agent(self) -> Agent:
        """Who sends the papers [提出する者]."""
        return Agent(self.texts.get("agent_kind", Agent.NONE.value))

    @property
    def route(self) -> Route | None:
        """How the papers reach the court; None where it was not said [提出方法]."""
        said = self.texts.get("filing_route")
        return None if said is None else Route(said)

    def missing(self, keys: Iterable[str]) -> tuple[Asked, ...]:
        """Which of these facts are not there [足りない項目]."""
        return tuple(BY_KEY[key] for key in dict.fromkeys(keys) if key not in self.texts)


def read(stated: Mapping[str, object], *, file: str | None = None) -> Facts:
    """Facts from names and texts [記載事項の読み取り].

    Takes     names of `ASKED`; others are faults with the nearest name proposed.
    Raises    FaultyInput with every fault.
    """
    facts, faults = look(stated, file=file)
    if faults:
        raise FaultyInput(*faults)
    return facts


def look(stated: Mapping[str, object], *, file: str | None = None) -> tuple[Facts, list[Fault]]:
    """Facts as far as they can be read, and every fault [途中の読み取り]."""
    texts: dict[str, str] = {}
    days: dict[str, date] = {}
    numbers: dict[str, int] = {}
    faults: list[Fault] = []
    for key, value in stated.items():
        asked = BY_KEY.get(key)
        if asked is None:
            faults.append(_unknown(key))
            continue
        text = " ".join(printable(str(value)).split()) if value is not None else ""
        if not text:
            continue
        seen = _value(asked, text)
        if isinstance(seen, Fault):
            faults.append(seen)
            continue
        texts[key] = seen if isinstance(seen, str) else text
        if isinstance(seen, date):
            days[key] = seen
        elif isinstance(seen, int):
            numbers[key] = seen
    refunds = read_refunds({name: texts.get(name, "") for name in REFUNDS}, [])
    return Facts(texts, days, numbers, refunds), [fault.within(file) for fault in faults]


def _value(asked: Asked, text: str) -> str | int | date | Fault:
    if asked.kind is Kind.DAY:
        day = read_date(text)
        return day.at(column=asked.key) if isinstance(day, Unread) else day.on
    if asked.kind is Kind.YEN:
        amount = read_yen(text, sign=SignRule.NONE)
        return amount.at(column=asked.key) if isinstance(amount, Unread) else amount
    if asked.kind is Kind.COUNT:
        plain = folded(text).removesuffix("回")
        if plain.isascii() and plain.isdigit() and 0 < int(plain) <= MOST_INSTALMENTS:
            return int(plain)
        details = {
            "most": str(MOST_INSTALMENTS),
            "label": asked.label_ja,
            "label_en": asked.label_en,
        }
        return Fault("PLD-002", column=asked.key, excerpt=clipped(text), details=details)
    if asked.kind is Kind.PAYMENTS:
        faults: list[Fault] = []
        read_refunds({asked.key: text}, faults)
        return faults[0] if faults else text
    return _choice(asked, text)


MOST_INSTALMENTS = 120


def _choice(asked: Asked, text: str) -> str | Fault:
    known: dict[Kind, list[str]] = {
        Kind.AGENT: [one.value for one in Agent],
        Kind.ROUTE: [one.value for one in Route],
        Kind.ORDER: [one.value for one in Order],
    }
    if asked.kind not in known or text in known[asked.kind]:
        return text
    details = {
        "known": ", ".join(known[asked.kind]),
        "label": asked.label_ja,
        "label_en": asked.label_en,
    }
    return Fault("PLD-003", column=asked.key, excerpt=clipped(text), details=details)


def _unknown(key: str) -> Fault:
    nearest = get_close_matches(key, BY_KEY, n=1)
    return Fault(
        "PLD-001",
        column=clipped(key),
        excerpt=clipped(key),
        proposed=nearest[0] if nearest else None,
    )
