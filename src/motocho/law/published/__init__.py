"""What is published about claims: what came back, how long it took, at what fee [公表された目安].

Each entry is what one page says, with its address and the day it was read. They are advertisements
more often than statistics, so nothing here is averaged, ranked or advised.

>>> [each.text_ja for each in published(Subject.RETURN_SHARE, lender_id="aiful") if each.lender_id]
['40%~60%']
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache

from motocho.law._reading import Item, data_text, read_items
from motocho.law.lenders import lender_by_id
from motocho.law.tables import Standing
from motocho.units.money import rate_text

FILE = "published.yaml"


class Subject(Enum):
    """What the figures are about; shares are in ppm [項目]."""

    RETURN_SHARE = "return_share"
    DURATION_MONTHS = "duration_months"
    STAGE_DAYS = "stage_days"
    FEE_SHARE = "fee_share"


class Way(Enum):
    """How it was claimed [手続]."""

    TALKS = "talks"
    SUIT = "suit"
    ANY = "any"


class Who(Enum):
    """Who claimed [請求する人]."""

    ALONE = "alone"
    REPRESENTED = "represented"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Published:
    """What one page says [公表例]; `low` or `high` is None where the page names no such end."""

    entry_id: str
    subject: Subject
    lender_id: str | None
    way: Way
    who: Who
    low: int | None
    high: int | None
    says: str
    title: str
    url: str
    read_on: date
    standing: Standing

    @property
    def text_ja(self) -> str:
        """The range in Japanese [範囲]."""
        return self._range("か月", "日", "から", "まで", "~")

    @property
    def text_en(self) -> str:
        """The range in English [範囲の英語]."""
        return self._range(" months", " days", " and more", " at most", "–")

    def _range(self, months: str, days: str, *words: str) -> str:
        more, most, dash = words
        after = {Subject.DURATION_MONTHS: months, Subject.STAGE_DAYS: days}.get(self.subject, "")

        def text(value: int) -> str:
            return f"{value}" if after else rate_text(value).replace(".0%", "%")

        if self.low is None or self.high is None:
            return f"{text(self.low or self.high or 0)}{after}{most if self.low is None else more}"
        if self.low == self.high:
            return f"{text(self.low)}{after}"
        return f"{text(self.low)}{dash}{text(self.high)}{after}"


def published(subject: Subject, *, lender_id: str | None = None) -> tuple[Published, ...]:
    """What is published of a subject: of this lender and of all lenders [公表例の検索]."""
    return tuple(
        each
        for each in everything()
        if each.subject is subject and each.lender_id in {None, lender_id}
    )


@cache
def everything() -> tuple[Published, ...]:
    """All entries, in the order of the file [公表例の一覧].

    Raises    BadTable if the file cannot be trusted; NotFoundError for an unknown lender.
    """
    return read_published(data_text(FILE), FILE)


def read_published(text: str, file: str) -> tuple[Published, ...]:
    """Entries from the text of their file, every check made [公表例の検査].

    Raises    BadTable, naming file, line and remedy; NotFoundError for an unknown lender.
    """
    items = read_items(text, file).sequence()
    found = tuple(_entry(item) for item in items)
    seen: set[str] = set()
    for item, entry in zip(items, found, strict=True):
        if entry.entry_id in seen:
            item.refuse("LAW-028")
        seen.add(entry.entry_id)
        if entry.lender_id is not None:
            lender_by_id(entry.lender_id)
        if entry.low is None and entry.high is None:
            item.refuse("LAW-012", missing="low, high")
    return found


KEYS = {
    "id", "subject", "lender", "route", "who", "low", "high", "says", "title", "url", "read_on",
    "status",
}  # fmt: skip


def _entry(item: Item) -> Published:
    keys = item.mapping(required=KEYS, optional=set())
    lender, low, high = keys["lender"], keys["low"], keys["high"]
    return Published(
        entry_id=keys["id"].text(),
        subject=keys["subject"].one_of(Subject),
        lender_id=None if lender.is_null else lender.text(),
        way=keys["route"].one_of(Way),
        who=keys["who"].one_of(Who),
        low=None if low.is_null else low.whole(),
        high=None if high.is_null else high.whole(),
        says=keys["says"].text(),
        title=keys["title"].text(),
        url=keys["url"].text(),
        read_on=keys["read_on"].day(),
        standing=keys["status"].one_of(Standing),
    )
