"""Papers that show who somebody is: which count, for what, on which day; pure [本人確認書類].

>>> [counts_as(Paper.HEALTH_INSURANCE_CARD, date(2025, 12, day)).value for day in (1, 2)]
['pair', 'not_accepted']
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.law.tables import table
from motocho.loans.monitoring import a_month_after
from motocho.units.text import holds_my_number, without_blanks


class Paper(Enum):
    """A kind of paper [書類の種類]; the words of `identity.papers`."""

    DRIVING_LICENCE = "driving_licence"
    DRIVING_HISTORY = "driving_history"
    """運転経歴証明書."""
    RESIDENCE_CARD = "residence_card"
    SPECIAL_PERMANENT = "special_permanent"
    MY_NUMBER_CARD = "my_number_card"
    PASSPORT = "passport"
    DISABILITY_HANDBOOK = "disability_handbook"
    HEALTH_INSURANCE_CARD = "health_insurance_card"
    ELIGIBILITY_CERTIFICATE = "eligibility_certificate"
    """資格確認書."""
    CHILD_ALLOWANCE = "child_allowance"
    MATERNITY_HANDBOOK = "maternity_handbook"
    SEAL_CERTIFICATE = "seal_certificate"
    FAMILY_REGISTER = "family_register"
    """戸籍の謄本・抄本, with the 附票."""
    RESIDENT_RECORD = "resident_record"
    """住民票の写し・記載事項証明書."""


class CountsAs(Enum):
    """What a paper counts for [書類の区分] · 施行規則7条1号."""

    PHOTO = "photo"
    """イ: enough by itself."""
    PAIR = "pair"
    """ハ: with a second paper, or with post that is not forwarded."""
    PAPER = "paper"
    """ニ: the same."""
    NOT_ACCEPTED = "not_accepted"


TERMED = frozenset(
    {
        Paper.DRIVING_LICENCE, Paper.RESIDENCE_CARD, Paper.SPECIAL_PERMANENT,
        Paper.MY_NUMBER_CARD, Paper.PASSPORT,
    }
)  # fmt: skip
"""Papers that always have a last day."""
CARDS = frozenset({Paper.DRIVING_HISTORY, Paper.DISABILITY_HANDBOOK})
"""イ without a last day on some: valid as they are (7条ただし書: 有効なもの)."""
TWELVE_DIGITS = frozenset({Paper.DRIVING_LICENCE, Paper.DRIVING_HISTORY})
"""Papers whose own number has twelve digits: one in eleven reads as an individual number."""
CHIPPED = frozenset(
    {
        Paper.DRIVING_LICENCE, Paper.DRIVING_HISTORY, Paper.RESIDENCE_CARD,
        Paper.SPECIAL_PERMANENT, Paper.MY_NUMBER_CARD,
    }
)  # fmt: skip
"""Papers whose chip holds name, address, birthday and a picture."""


class Side(Enum):
    """What of a card was shown [面]."""

    FRONT = "front"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper as somebody showed it [提示・送付された書類].

    `number` tells it apart (a licence's number); `address` is as it stands on it, empty where it
    has none; `issued_on` for papers without a last day.
    """

    paper: Paper
    name: str
    born_on: date
    address: str
    number: str = ""
    issued_on: date | None = None
    expires_on: date | None = None
    side: Side = Side.FRONT


class Supplement(Enum):
    """A second paper that shows where somebody lives now [補完書類] · 施行規則6条2項."""

    TAX = "tax"
    """国税・地方税の領収証書, 納税証明書."""
    SOCIAL_INSURANCE = "social_insurance"
    ELECTRICITY = "electricity"
    GAS = "gas"
    WATER = "water"
    OFFICIAL = "official"
    """Another paper of an authority with name and address."""
    MOBILE_PHONE = "mobile_phone"
    """No 公共料金: never counts."""


NEVER = frozenset({Supplement.MOBILE_PHONE})


@dataclass(frozen=True, slots=True)
class Second:
    """A supplement as it was shown [補完書類の提示]: its day of receipt or issue."""

    kind: Supplement
    name: str
    address: str
    on: date


def counts_as(paper: Paper, on: date) -> CountsAs:
    """What a paper counts for on a day [書類の区分] · KYC-004.

    Raises    LawGap before 2016-01-01.
    """
    return CountsAs(table("identity.papers").at(on).word(paper.value))


def oldest_on(on: date) -> date:
    """The oldest day of issue of a paper without a last day [発行日の下限] · KYC-005.

    >>> oldest_on(date(2026, 8, 31)).isoformat(), oldest_on(date(2026, 11, 23)).isoformat()
    ('2026-02-28', '2026-05-23')
    """
    return a_month_after(on, -table("identity.periods").at(on).number("issued_within"))


def check(shown: Shown, on: date) -> tuple[Refusal, ...]:
    """Everything that stands against a paper on a day [書類の確認] · KYC-004, 005, PRIV-001.

    Law       犯収法施行規則7条; 番号利用法20条: of an individual number card the front alone.
    """
    return tuple(_against(shown, on))


def _against(shown: Shown, on: date) -> Iterator[Refusal]:
    named = {"paper": shown.paper.value}
    is_back = shown.paper is Paper.MY_NUMBER_CARD and shown.side is Side.BACK
    is_card_s = holds_my_number(shown.number) and shown.paper not in TWELVE_DIGITS
    if is_back or is_card_s:
        yield refusal("PRIV-001", "IDV-005", "番号利用法20条", **named)
    if counts_as(shown.paper, on) is CountsAs.NOT_ACCEPTED:
        yield refusal("KYC-004", "IDV-001", "犯収法施行規則7条1号", **named)
        return
    if shown.paper is Paper.PASSPORT and _lacks_address(shown):
        yield refusal("KYC-004", "IDV-002", "犯収法施行規則7条1号", **named)
    if shown.expires_on is not None:
        if shown.expires_on < on:
            told = {**named, "on": shown.expires_on.isoformat()}
            yield refusal("KYC-005", "IDV-003", "犯収法施行規則7条", **told)
    elif shown.paper in TERMED:
        yield refusal("KYC-005", "IDV-003", "犯収法施行規則7条", **named, on="-")
    elif shown.paper not in CARDS:
        first = oldest_on(on)
        if shown.issued_on is None or not first <= shown.issued_on <= on:
            told = {**named, "first_on": first.isoformat()}
            yield refusal("KYC-005", "IDV-004", "犯収法施行規則7条", **told)


def _lacks_address(shown: Shown) -> bool:
    if not shown.address:
        return True
    made_on = shown.issued_on
    if made_on is None:
        return False
    return table("identity.passport_address").at(made_on).word() == "lacks_address"


def check_address(shown: Shown, address: str, second: Second | None, on: date) -> Refusal | None:
    """Whether the address of today is shown [現住所の確認] · KYC-006.

    Takes     the address as it was declared, and a supplement where there is one.
    Law       犯収法施行規則6条2項: within six months, by its receipt or issue.
    """
    if same(shown.address, address):
        return None
    first = a_month_after(on, -table("identity.periods").at(on).number("supplement_within"))
    is_good = (
        second is not None
        and second.kind not in NEVER
        and first <= second.on <= on
        and same(second.name, shown.name)
        and same(second.address, address)
    )
    if is_good:
        return None
    return refusal("KYC-006", "IDV-006", "犯収法施行規則6条2項", first_on=first.isoformat())


def same(one: str, other: str) -> bool:
    """Whether two spellings of a name or an address are one, but for width and blanks [表記の一致].

    >>> same("東京都千代田区１−１", "東京都 千代田区1-1"), same("東京都1-1", "東京都1-2")
    (True, False)
    """
    return bool(one) and without_blanks(one) == without_blanks(other)


def refusal(rule_id: str, code: str, law: str, **details: str) -> Refusal:
    """A refusal with its article [拒否]."""
    return Refusal(rule_id, code, parse_citations(law), details)
