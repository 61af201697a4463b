"""How a member wants to be told: subjects, language, which mails, the watchword [通知の設定]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.notices.kinds import ALWAYS_MAILED, Kind
from motocho.units.errors import Fault, InputError, Language, Unread
from motocho.units.text import folded

LONGEST_WATCHWORD = 20


class Style(Enum):
    """What a mail lets others see [件名と本文の出し方]."""

    DISCREET = "discreet"
    """「お知らせが1件あります」; no amount, nothing of a loan."""
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a member chose [通知の設定]; the watchword stands in every mail of ours."""

    style: Style = Style.DISCREET
    language: Language = Language.JA
    watchword: str = ""
    switched_off: frozenset[Kind] = frozenset()


def of(cursor: Any, member_id: int) -> Choices:
    """What a member chose, or what holds without a choice [通知の設定の参照]."""
    cursor.execute(
        "SELECT style, language, watchword, switched_off FROM notices_choice WHERE member_id = %s",
        (member_id,),
    )
    row = cursor.fetchone()
    if row is None:
        return Choices()
    switched_off = frozenset(Kind(one) for one in row[3])
    return Choices(Style(row[0]), Language(row[1]), row[2], switched_off)


def choose(cursor: Any, member_id: int, wanted: Choices, at: datetime) -> None:
    """Keep what a member chose [通知の設定の変更].

    Raises    InputError for a mail that cannot be switched off, or no watchword.
    """
    if wanted.watchword and read_watchword(wanted.watchword) != wanted.watchword:
        raise InputError(Fault("NTC-002", details={"longest": str(LONGEST_WATCHWORD)}))
    if wanted.switched_off & ALWAYS_MAILED:
        raise InputError(Fault("NTC-003"))
    off = sorted(one.value for one in wanted.switched_off)
    cursor.execute(
        "INSERT INTO notices_choice (member_id, style, language, watchword, switched_off,"
        " changed_at) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (member_id) DO UPDATE"
        " SET style = excluded.style, language = excluded.language,"
        " watchword = excluded.watchword, switched_off = excluded.switched_off,"
        " changed_at = excluded.changed_at",
        (member_id, wanted.style.value, wanted.language.value, wanted.watchword, off, at),
    )
    subject: dict[str, int | str] = {"style": wanted.style.value, "off": " ".join(off)}
    journal.write(cursor, [Happening(member_id, "notices_chosen", "member", at, subject)])


def read_watchword(text: str) -> str | Unread:
    """A watchword as it was typed [合言葉の読取り]: one line, short.

    >>> read_watchword(" あおい　りんご ")
    'あおい りんご'
    """
    plain = folded(text[: 4 * LONGEST_WATCHWORD])
    is_good = 0 < len(plain) <= LONGEST_WATCHWORD and plain.isprintable()
    return plain if is_good else Unread("NTC-002", "", {"longest": str(LONGEST_WATCHWORD)})
