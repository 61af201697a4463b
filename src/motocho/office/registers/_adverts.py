"""Advertisements: checked by rules before anybody may agree, with their days [広告の管理簿].

    refused = check_advert(words, directory, (first_on, last_on))     pure; empty if it may run
    advert = propose_advert(cursor, Draft(…), directory, actor, at)
    decide_advert(cursor, advert.advert_id, Decision(…), at)           by somebody else
    running(cursor, on)

A text shows the numbers that are filed with the authority and no other: both read the directory.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.db import IntegrityError, transaction

from motocho.contact import wording
from motocho.contact.directory import Directory
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.ledger.chart import HOUSE
from motocho.office.registers._clocks import refusal
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError, StateConflict
from motocho.units.text import folded, without_blanks

_PHONE = re.compile(r"(?<![\d.,-])0\d{1,4}[-(]?\d{1,4}[-)]?\d{3,4}(?![\d-])")
_REACHED = re.compile(r"https?://|www\.|[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|パーセント)")
_ITEMS: dict[str, str] = {
    "rate": r"(?:実質年率|年率|利率|annual rate)",
    "repayment": r"(?:返済方式|返済の方式|method of repayment)",
    "term": r"(?:返済期間|term of repayment)",
    "payments": r"(?:返済回数|number of payments)",
    "damages": r"(?:遅延損害金|賠償額|late charges?)",
    "security": r"(?:担保|security)",
}
"""What must stand in every text, by how it is said · 貸金業法15条1項; 施行規則12条1項1号."""


class Medium(Enum):
    """Where it runs [広告媒体]."""

    SITE = "site"
    SEARCH = "search"
    BANNER = "banner"
    LEAFLET = "leaflet"
    MAIL = "mail"
    BROADCAST = "broadcast"
    OTHER = "other"


def check_advert(words: str, known: Directory, days: tuple[date, date]) -> tuple[Refusal, ...]:
    """Why a text may not run on some days; pure, empty if it may [広告の点検] · ADV-001, 004, 005.

    Takes     the directory of numbers that are filed; the first and the last day.
    Law       貸金業法15条1項, 2項, 16条; 施行規則12条1項, 2項 (rates to one decimal at least), 5項.
    """
    text = folded(words)
    plain = without_blanks(text)
    found = [
        *_missing(plain, known),
        *_rates(text),
        *_numbers(text, known, days),
        *wording.refuse_wording(words),
        *wording.refuse_promise(words),
    ]
    return tuple(found)


def _missing(plain: str, known: Directory) -> list[Refusal]:
    law = "貸金業法15条1項、貸金業法施行規則12条1項"
    lacking = [
        name
        for name, sign in _ITEMS.items()
        if not re.search(sign.replace(" ", ""), plain, re.IGNORECASE)
    ]
    names = {without_blanks(folded(one)) for one in (known.lender.name_ja, known.lender.name_en)}
    if not any(one in plain for one in names):
        lacking.append("name")
    if without_blanks(folded(known.lender.registration)) not in plain:
        lacking.append("registration")
    if known.lender.dispute_phone.replace("-", "") not in plain.replace("-", ""):
        lacking.append("dispute_body")
    if not lacking:
        return []
    return [refusal("ADV-004", "REG-024", law, items=", ".join(lacking))]


def _rates(text: str) -> list[Refusal]:
    law = "貸金業法施行規則12条2項、11条4項"
    bare = [one for one in _PERCENT.findall(text) if "." not in one]
    return [refusal("ADV-004", "REG-025", law, rate=f"{one}%") for one in bare]


def _numbers(text: str, known: Directory, days: tuple[date, date]) -> list[Refusal]:
    shown = [re.sub(r"\D", "", one) for one in _PHONE.findall(text)]
    dispute = known.lender.dispute_phone.replace("-", "")
    ours = [one for one in dict.fromkeys(shown) if one != dispute]
    refused = [
        next((each for each in (known.refuse_shown(one, on) for on in days) if each), None)
        for one in ours
    ]
    found = [one for one in refused if one is not None]
    is_reachable = len(found) < len(ours)
    if _REACHED.search(text) and not is_reachable:
        found.append(refusal("ADV-001", "REG-026", "貸金業法施行規則12条1項3号"))
    return found


# ----------------------------------------------------------------------------------- the register
@dataclass(frozen=True, slots=True)
class Draft:
    """A text that somebody wants to run [広告の案]; once for its form."""

    medium: Medium
    title: str
    words: str
    from_on: date
    until_on: date
    form_ref: str


@dataclass(frozen=True, slots=True)
class Advert:
    """An advertisement in the register [広告]."""

    advert_id: int
    medium: Medium
    title: str
    words: str
    from_on: date
    until_on: date
    asked_by: str
    decided_by: str | None
    is_agreed: bool | None
    stopped_on: date | None

    def runs_on(self, on: date) -> bool:
        """Whether it may be seen on a day [掲出中か]."""
        last_on = self.until_on if self.stopped_on is None else min(self.until_on, self.stopped_on)
        return bool(self.is_agreed) and self.from_on <= on <= last_on


@dataclass(frozen=True, slots=True)
class Decision:
    """What the second person says [判断]."""

    actor: str
    is_agreed: bool


_ADVERT = (
    "advert_id, medium, title, words, from_on, until_on, asked_by, decided_by, is_agreed,"
    " stopped_on"
)


def propose_advert(cursor: Any, draft: Draft, known: Directory, actor: str, at: datetime) -> Advert:
    """Put a text into the register, for somebody else to agree [広告の申請] · ADV-001, 004, 005.

    Raises    RefusedError with everything that may not run so; InputError for days or words that
              are none.
    """
    refused = check_advert(draft.words, known, (draft.from_on, draft.until_on))
    if refused:
        raise RefusedError(*(one.fault() for one in refused))
    digest = hashlib.sha256(draft.words.encode()).digest()
    try:
        with transaction.atomic():
            cursor.execute(
                "INSERT INTO office_advert (medium, title, words, digest, from_on, until_on,"
                " asked_by, asked_at, form_ref) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (form_ref) DO NOTHING",
                (
                    draft.medium.value, draft.title.strip(), draft.words, digest, draft.from_on,
                    draft.until_on, actor, at, draft.form_ref,
                ),
            )  # fmt: skip
            is_new = cursor.rowcount == 1
    except IntegrityError:
        raise InputError(Fault("REG-027")) from None
    cursor.execute(f"SELECT {_ADVERT} FROM office_advert WHERE form_ref = %s", (draft.form_ref,))  # noqa: S608
    found = _advert(cursor.fetchone())
    if is_new:
        _tell(cursor, found, "advert_asked", actor, at)
    return found


def decide_advert(cursor: Any, advert_id: int, said: Decision, at: datetime) -> Advert:
    """The second person agrees, or does not; once [広告の承認].

    Raises    StateConflict for who asked, a second time, or once its first day is over.
    """
    try:
        with transaction.atomic():
            cursor.execute(
                "UPDATE office_advert SET decided_by = %s, decided_at = %s, is_agreed = %s"
                " WHERE advert_id = %s AND decided_at IS NULL",
                (said.actor, at, said.is_agreed, advert_id),
            )
            is_done = cursor.rowcount == 1
    except IntegrityError:
        is_done = False
    if not is_done:
        raise StateConflict(Fault("REG-028"))
    found = advert(cursor, advert_id)
    if said.is_agreed:
        _tell(cursor, found, "advert_agreed", said.actor, at)
    else:
        _tell(cursor, found, "advert_refused", said.actor, at)
    return found


def stop_advert(cursor: Any, advert_id: int, on: date, actor: str, at: datetime) -> Advert:
    """Take an advertisement down, once [広告の中止].

    Raises    StateConflict for one that does not run, or was stopped.
    """
    try:
        with transaction.atomic():
            cursor.execute(
                "UPDATE office_advert SET stopped_on = %s, stopped_by = %s"
                " WHERE advert_id = %s AND stopped_on IS NULL",
                (on, actor, advert_id),
            )
            is_done = cursor.rowcount == 1
    except IntegrityError:
        is_done = False
    if not is_done:
        raise StateConflict(Fault("REG-028"))
    found = advert(cursor, advert_id)
    _tell(cursor, found, "advert_stopped", actor, at)
    return found


def _tell(cursor: Any, of: Advert, kind: str, actor: str, at: datetime) -> None:
    journal.write(cursor, [Happening(HOUSE, kind, actor, at, {"advert": of.advert_id})])


def advert(cursor: Any, advert_id: int) -> Advert:
    """An advertisement by its number [広告の照会].

    Raises    NotFoundError if there is none.
    """
    cursor.execute(f"SELECT {_ADVERT} FROM office_advert WHERE advert_id = %s", (advert_id,))  # noqa: S608
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("REG-029"))
    return _advert(row)


def adverts(cursor: Any) -> list[Advert]:
    """Every advertisement, those to be decided first, then the newest [広告の一覧]."""
    cursor.execute(
        f"SELECT {_ADVERT} FROM office_advert"  # noqa: S608
        " ORDER BY decided_at IS NOT NULL, from_on DESC, advert_id DESC"
    )
    return [_advert(row) for row in cursor.fetchall()]


def _advert(row: tuple[Any, ...]) -> Advert:
    number, medium, *rest = row
    return Advert(int(number), Medium(medium), *rest)
