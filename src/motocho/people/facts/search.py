"""Members found by whatever somebody says of them [会員の検索].

    found = search.find(cursor, search.read("ｻﾄｳ はなこ"), asker, at)

One box: a number, a name, its reading, a phone or its last digits, an e-mail address, in any width.
The database compares; whole phones and addresses never leave it. A search is a row of the journal
that says what kind of thing was sought and how many were found, never the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.ledger.chart import HOUSE
from motocho.outside.clock import JAPAN
from motocho.people import access
from motocho.people.access import Staff
from motocho.people.facts.values import LONGEST_TEXT
from motocho.units import phones
from motocho.units.errors import Unread
from motocho.units.text import MEMBER_NUMBER, folded, read_digits

MOST = 20
"""So many are listed; who finds more is asked to say more."""
LAST_DIGITS = 4


class By(Enum):
    """What was sought [検索の手がかり]."""

    NUMBER = "number"
    PHONE = "phone"
    LAST_DIGITS = "last_digits"
    EMAIL = "email"
    NAME = "name"
    NOTHING = "nothing"
    """Nothing that members are found by."""


class Why(Enum):
    """Why somebody is among the hits [該当の理由]."""

    NUMBER = "number"
    OLD_NUMBER = "old_number"
    NAME = "name"
    READING = "reading"
    PHONE = "phone"
    OLD_PHONE = "old_phone"
    LAST_DIGITS = "last_digits"
    EMAIL = "email"
    OLD_EMAIL = "old_email"


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody typed, as it is looked up [検索語]."""

    by: By
    key: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A member that was found, masked [該当者]: who it is is asked, not read."""

    member_id: int
    number: str
    """The last digits of the member's number alone."""
    name: str
    """The family name, and the first sign of the given name."""
    why: Why
    has_double: bool
    """Another member has the same reading and birth date."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave [検索結果]."""

    by: By
    hits: tuple[Hit, ...]
    has_more: bool


def read(typed: str) -> Sought:
    """What a text asks for [検索語の読取り].

    >>> read("１２３４−５６７８").by, read("２２２２").by, read("+81 90 1111 2222").key
    (<By.NUMBER: 'number'>, <By.LAST_DIGITS: 'last_digits'>, '09011112222')
    >>> read("Ｈａｎａｋｏ＠example.jp").key, read("佐藤 花子").by, read("1").by
    ('hanako@example.jp', <By.NAME: 'name'>, <By.NOTHING: 'nothing'>)
    """
    plain = folded(typed[:LONGEST_TEXT])
    if "@" in plain:
        return Sought(By.EMAIL, plain.replace(" ", "").lower())
    number = read_digits(plain.replace("-", ""), MEMBER_NUMBER)
    if not isinstance(number, Unread):
        return Sought(By.NUMBER, number)
    bare = plain.replace(" ", "").replace("-", "").lstrip("*")
    if bare.isascii() and bare.isdigit() and len(bare) == LAST_DIGITS:
        return Sought(By.LAST_DIGITS, bare)
    phone = phones.read_phone(plain)
    if not isinstance(phone, Unread):
        return Sought(By.PHONE, phone)
    has_letters = any(sign.isalpha() for sign in plain)
    return Sought(By.NAME, plain) if has_letters else Sought(By.NOTHING, "")


def find(cursor: Any, sought: Sought, asker: Staff, at: datetime) -> Found:
    """Members whom a text may mean, masked, at most `MOST` [会員の検索] · PRIV-003.

    Whom the asker may not see is left out, as if not there. The search itself is written down.
    """
    on = at.astimezone(JAPAN).date()
    match sought.by:
        case By.NUMBER:
            found = _by_number(cursor, sought.key)
        case By.NAME:
            found = _by_name(cursor, sought.key)
        case By.NOTHING:
            found = {}
        case _:
            found = _by_contact(cursor, sought, on)
    has_more = len(found) > MOST
    open_to = access.visible(cursor, asker, found)
    shown = {one: why for one, why in found.items() if one in open_to}
    hits = _hits(cursor, dict(list(shown.items())[:MOST]))
    subject: dict[str, int | str] = {"by": sought.by.value, "found": len(hits)}
    journal.write(cursor, [Happening(HOUSE, "member_search", asker.actor, at, subject)])
    return Found(sought.by, hits, has_more)


def _by_number(cursor: Any, number: str) -> dict[int, Why]:
    cursor.execute(
        "SELECT member_id, ended_at IS NULL FROM people_number WHERE member_number = %s", (number,)
    )
    return {one: Why.NUMBER if holds else Why.OLD_NUMBER for one, holds in cursor.fetchall()}


# In the order of its own index, so that no plan walks the members one by one for a name nobody has.
_BY_NAME = """
(SELECT member_id, 'name' FROM people_member
 WHERE people_name_key(family_name || given_name) LIKE %s
 ORDER BY people_name_key(family_name || given_name) USING ~<~ LIMIT %s)
UNION ALL
(SELECT member_id, 'reading' FROM people_member
 WHERE people_name_key(family_kana || given_kana) LIKE %s
 ORDER BY people_name_key(family_kana || given_kana) USING ~<~ LIMIT %s)
UNION ALL
(SELECT member_id, 'name' FROM people_member
 WHERE people_name_key(given_name) LIKE %s
 ORDER BY people_name_key(given_name) USING ~<~ LIMIT %s)
UNION ALL
(SELECT member_id, 'reading' FROM people_member
 WHERE people_name_key(given_kana) LIKE %s
 ORDER BY people_name_key(given_kana) USING ~<~ LIMIT %s)
"""


def _by_name(cursor: Any, name: str) -> dict[int, Why]:
    """From the family or the given name on; the key first, so that the plan has a constant."""
    cursor.execute("SELECT people_name_key(%s)", (name,))
    key = "".join(sign for sign in cursor.fetchone()[0] if sign not in "%_\\")
    if not key:
        return {}
    like = f"{key}%"
    cursor.execute(_BY_NAME, (like, MOST + 1) * 4)
    found: dict[int, Why] = {}
    for member_id, why in cursor.fetchall():
        found.setdefault(int(member_id), Why(why))
    return found


_OLD = {Why.PHONE: Why.OLD_PHONE, Why.LAST_DIGITS: Why.OLD_PHONE, Why.EMAIL: Why.OLD_EMAIL}


def _by_contact(cursor: Any, sought: Sought, on: date) -> dict[int, Why]:
    """What held before counts too: it is said so, and comes after."""
    cursor.execute(
        "SELECT member_id, holds FROM people_find_by_contact(%s, %s, %s, %s)"
        " ORDER BY holds DESC, member_id",
        (sought.by.value, sought.key, on, MOST + 1),
    )
    now = Why(sought.by.value)
    return {int(one): now if holds else _OLD[now] for one, holds in cursor.fetchall()}


def _hits(cursor: Any, found: dict[int, Why]) -> tuple[Hit, ...]:
    cursor.execute(
        "SELECT member_id, right(member_number, 4), family_name, left(given_name, 1), EXISTS"
        " (SELECT FROM people_member o WHERE o.family_kana = m.family_kana"
        " AND o.given_kana = m.given_kana AND o.born_on = m.born_on"
        " AND o.member_id <> m.member_id)"
        " FROM people_member m WHERE member_id = ANY(%s)",
        (list(found),),
    )
    known = {int(row[0]): row[1:] for row in cursor.fetchall()}
    return tuple(
        Hit(one, f"****{number}", f"{family} {given}＊", why, bool(double))
        for one, why in found.items()
        for number, family, given, double in (known[one],)
    )
