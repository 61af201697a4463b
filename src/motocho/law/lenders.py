"""Lenders by every name they had, and who took over what [貸金業者].

A 取引履歴 or an old card bears a name of its day. The directory says whose name it was and what
became of that company. Taking over claims is not taking over the duty to return overpayments: each
succession says which of the two is known, and on what source.

>>> [lender.lender_id for lender in find_lenders("ポケットバンク")]
['sanyo_shinpan']
>>> find_lenders("ＳＭＢＣコンシューマーファイナンス（株）")[0].name_on(date(2011, 1, 1))
'プロミス株式会社'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache

from motocho.law._reading import Item, data_text, read_items
from motocho.law.tables import Standing
from motocho.units.errors import Fault, NotFoundError, clipped

FILE = "lenders.yaml"
COMPANY_FORMS = re.compile(r"株式会社|合同会社|有限会社|\((?:株|同|有)\)|[\s・]")

YEAR_OR_MONTH = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2]))?")


class NameKind(Enum):
    """Whether a name is the company's own or a brand [名称の種類]."""

    COMPANY = "company"
    BRAND = "brand"


class SuccessionKind(Enum):
    """How one company's business came to another [承継の種類]."""

    MERGED_INTO = "merged_into"
    BUSINESS_TRANSFERRED = "business_transferred"
    CLAIMS_TRANSFERRED = "claims_transferred"
    CONTRACTS_SWITCHED = "contracts_switched"


class Duty(Enum):
    """Whether the duty to return overpayments went with it [返還債務の承継]."""

    CARRIED = "carried"
    NOT_CARRIED = "not_carried"
    DISPUTED = "disputed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LenderName:
    """A name and the days it was borne, both included; None where the day is not known [名称].

    `from_text` is the first day as it was published: where that is a year or a month alone,
    `from_on` is the first day of it.
    """

    name: str
    kind: NameKind
    from_on: date | None
    from_text: str
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Succession:
    """What became of a lender's business [承継]; `on` None where only the fact is known."""

    kind: SuccessionKind
    to: str
    on: date | None
    duty: Duty
    source: str
    standing: Standing
    note: str


class Business(Enum):
    """What the company does; banks kept to the ceiling [業態]."""

    MONEY_LENDER = "money_lender"
    CARD = "card"
    BANK = "bank"


class Now(Enum):
    """Whether what was read is still so [現在・過去]."""

    PAST = "past"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class AboveCeiling:
    """Until when new contracts were made above the ceiling, and at most at which rate [利率の変更].

    `until_on` is the last such day. Contracts of before were lowered later, or never.
    """

    until_on: date
    highest_ppm: int | None
    source: str
    standing: Standing
    note: str


@dataclass(frozen=True, slots=True)
class Address:
    """A head office as published, and the day of the paper in which it was seen [本店所在地]."""

    address: str
    phone: str
    seen_on: date
    now: Now
    source: str
    standing: Standing
    note: str


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration number as published, and when it was seen [登録番号]."""

    number: str
    seen_on: date
    source: str
    standing: Standing
    note: str


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A loan of a bank that this lender guarantees [保証]: a claim may touch it."""

    to: str
    product: str
    source: str
    standing: Standing
    note: str


@dataclass(frozen=True, slots=True)
class Discharge:
    """The day from which the debt was cut off in an insolvency [免責・失権]."""

    on: date
    source: str
    standing: Standing
    note: str


@dataclass(frozen=True, slots=True)
class Lender:
    """One company that lent, with its names and what became of it [貸金業者].

    Who represents it is not kept: the certificate of the day says it [代表者事項証明書].
    """

    lender_id: str
    names: tuple[LenderName, ...]
    successions: tuple[Succession, ...]
    source: str
    standing: Standing
    note: str
    business: Business = Business.MONEY_LENDER
    above_ceiling: AboveCeiling | None = None
    addresses: tuple[Address, ...] = ()
    registrations: tuple[Registration, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    discharged: Discharge | None = None

    def names_like(self, name: str) -> tuple[LenderName, ...]:
        """Its names that are this one, forms and widths aside [一致する名称]."""
        return tuple(each for each in self.names if _plain(each.name) == _plain(name))

    @property
    def name(self) -> str:
        """The newest name of the company itself [商号]."""
        return [each for each in self.names if each.kind is NameKind.COMPANY][-1].name

    @property
    def address(self) -> Address | None:
        """The newest head office that was read [現在の本店]."""
        return self.addresses[-1] if self.addresses else None

    def name_on(self, on: date) -> str:
        """The company's own name on a day, the newest where days are not known [当時の商号].

        >>> find_lenders("クラヴィス")[0].name_on(date(2006, 1, 1))
        '株式会社クオークローン'
        """
        own = [each for each in self.names if each.kind is NameKind.COMPANY]
        borne = [
            each
            for each in own
            if (each.from_on is None or each.from_on <= on)
            and (each.until_on is None or on <= each.until_on)
        ]
        # Names stand oldest first, so of those that may have been borne the last one is the newest.
        return (borne or own)[-1].name


def find_lenders(name: str) -> tuple[Lender, ...]:
    """All lenders that ever bore this name; more than one where it was shared [名称による検索].

    Why       forms such as 株式会社, widths and blanks do not matter.

    >>> sorted(lender.lender_id for lender in find_lenders("ライフ"))
    ['life', 'sunlife']
    """
    wanted = _plain(name)
    return tuple(
        lender
        for lender in directory()
        if wanted and any(_plain(each.name) == wanted for each in lender.names)
    )


def lender_by_id(lender_id: str) -> Lender:
    """The lender of this id [識別子による検索].

    Raises    NotFoundError if there is none.
    """
    for lender in directory():
        if lender.lender_id == lender_id:
            return lender
    details = {"lender_id": clipped(lender_id)}
    raise NotFoundError(Fault("LAW-044", excerpt=clipped(lender_id), details=details))


@cache
def directory() -> tuple[Lender, ...]:
    """All lenders, in the order of the file [貸金業者の一覧].

    Raises    BadTable if the file cannot be trusted, or a succession leads nowhere.
    """
    return read_lenders(data_text(FILE), FILE)


def read_lenders(text: str, file: str) -> tuple[Lender, ...]:
    """Lenders from the text of their file, every check made [貸金業者データの検査].

    Raises    BadTable, naming file, line and remedy, for the first thing that is wrong.
    """
    items = read_items(text, file).sequence()
    lenders = tuple(_lender(item) for item in items)
    known = {lender.lender_id for lender in lenders}
    for item, lender in zip(items, lenders, strict=True):
        for succession in lender.successions:
            if succession.to not in known:
                item.refuse("LAW-016", known=", ".join(sorted(known)))
        for guarantee in lender.guarantees:
            if guarantee.to not in known:
                item.refuse("LAW-016", known=", ".join(sorted(known)))
    return lenders


def _lender(item: Item) -> Lender:
    optional = {
        "successions", "note", "business", "above_ceiling", "addresses", "registrations",
        "guarantees", "discharged",
    }  # fmt: skip
    keys = item.mapping(required={"id", "names", "source", "status"}, optional=optional)
    successions = keys["successions"].sequence() if "successions" in keys else ()
    above, discharged = keys.get("above_ceiling"), keys.get("discharged")
    return Lender(
        lender_id=keys["id"].text(),
        names=tuple(_name(entry) for entry in keys["names"].sequence()),
        successions=tuple(_succession(entry) for entry in successions),
        source=keys["source"].text(),
        standing=keys["status"].one_of(Standing),
        note=_note(keys),
        business=keys["business"].one_of(Business) if "business" in keys else Business.MONEY_LENDER,
        above_ceiling=None if above is None or above.is_null else _above_ceiling(above),
        addresses=tuple(_address(entry) for entry in _entries(keys, "addresses")),
        registrations=tuple(_registration(entry) for entry in _entries(keys, "registrations")),
        guarantees=tuple(_guarantee(entry) for entry in _entries(keys, "guarantees")),
        discharged=None if discharged is None else _discharge(discharged),
    )


def _entries(keys: Mapping[str, Item], name: str) -> tuple[Item, ...]:
    return keys[name].sequence() if name in keys else ()


def _note(keys: Mapping[str, Item]) -> str:
    return keys["note"].text() if "note" in keys else ""


def _above_ceiling(item: Item) -> AboveCeiling:
    required = {"until", "highest_ppm", "source", "status"}
    keys = item.mapping(required=required, optional={"note"})
    highest = keys["highest_ppm"]
    return AboveCeiling(
        until_on=keys["until"].day(),
        highest_ppm=None if highest.is_null else highest.whole(),
        source=keys["source"].text(),
        standing=keys["status"].one_of(Standing),
        note=_note(keys),
    )


def _address(item: Item) -> Address:
    required = {"address", "phone", "seen_on", "now", "source", "status"}
    keys = item.mapping(required=required, optional={"note"})
    return Address(
        address=keys["address"].text(),
        phone=keys["phone"].text(),
        seen_on=keys["seen_on"].day(),
        now=keys["now"].one_of(Now),
        source=keys["source"].text(),
        standing=keys["status"].one_of(Standing),
        note=_note(keys),
    )


def _registration(item: Item) -> Registration:
    keys = item.mapping(required={"number", "seen_on", "source", "status"}, optional={"note"})
    return Registration(
        number=keys["number"].text(),
        seen_on=keys["seen_on"].day(),
        source=keys["source"].text(),
        standing=keys["status"].one_of(Standing),
        note=_note(keys),
    )


def _guarantee(item: Item) -> Guarantee:
    keys = item.mapping(required={"to", "product", "source", "status"}, optional={"note"})
    return Guarantee(
        to=keys["to"].text(),
        product=keys["product"].text(),
        source=keys["source"].text(),
        standing=keys["status"].one_of(Standing),
        note=_note(keys),
    )


def _discharge(item: Item) -> Discharge:
    keys = item.mapping(required={"on", "source", "status"}, optional={"note"})
    return Discharge(
        on=keys["on"].day(),
        source=keys["source"].text(),
        standing=keys["status"].one_of(Standing),
        note=_note(keys),
    )


def _name(item: Item) -> LenderName:
    keys = item.mapping(required={"name", "kind", "from", "until"}, optional=set())
    from_text = "" if keys["from"].is_null else str(keys["from"].node.value)
    return LenderName(
        name=keys["name"].text(),
        kind=keys["kind"].one_of(NameKind),
        from_on=_first_day(keys["from"]),
        from_text=from_text,
        until_on=keys["until"].day_or_open(),
    )


def _first_day(item: Item) -> date | None:
    """A day, or the first day of a year or a month that alone was published."""
    published = str(item.node.value)
    if item.is_null:
        return None
    if YEAR_OR_MONTH.fullmatch(published):
        year, _, month = published.partition("-")
        return date(int(year), int(month or 1), 1)
    return item.day()


def _succession(item: Item) -> Succession:
    required = {"kind", "to", "day", "duty", "source", "status"}
    keys = item.mapping(required=required, optional={"note"})
    return Succession(
        kind=keys["kind"].one_of(SuccessionKind),
        to=keys["to"].text(),
        on=keys["day"].day_or_open(),
        duty=keys["duty"].one_of(Duty),
        source=keys["source"].text(),
        standing=keys["status"].one_of(Standing),
        note=keys["note"].text() if "note" in keys else "",
    )


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name)
    return COMPANY_FORMS.sub("", folded).casefold()
