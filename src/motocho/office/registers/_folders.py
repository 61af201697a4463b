"""Files outside the database: of whom, for how long, who was erased [データベース外のファイル].

    sweep(at)                              the night: what was carried long ago goes
    forget_files(member_id, at)            after an erasure: whatever is of the person goes at once
    left_of(cursor, erasure, on)           folder by folder: gone, waiting, or until when

Each room declares its folders (`folders.sql`). The database is asked first, a file goes after: who
is killed in between leaves a file, which goes the next time. A name of which nothing is known is
left where it lies, unless its folder goes by age.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.db import connection, transaction

from motocho.outside import folders as outside
from motocho.outside.clock import JAPAN
from motocho.outside.folders import BACKUPS, FOLDERS, Lying
from motocho.outside.postgres import listed_backups
from motocho.units.periods import counted, held_on

FORGET = "registers.forget_files"
"""The task that an erasure puts in: it removes what is of the person."""
FILE = "folder_terms.yaml"
CHUNK = 5_000
DRAFT = timedelta(days=1)
"""A draft older than this was left by somebody who was killed."""


class OfWhom(Enum):
    """Of whom the files of a folder are [対象者]."""

    ONE = "one"
    MANY = "many"
    NOBODY = "nobody"


class Goes(Enum):
    """When a file of a folder goes [削除の時期]."""

    TOLD = "told"
    """So many days after the database knows that it was carried and acknowledged."""
    LAID = "laid"
    """The same; one of which nothing is known, so many days after it was laid down."""
    STAYS = "stays"
    """Not by a program."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as its room declares it [フォルダー]."""

    name: str
    of_whom: OfWhom
    goes: Goes
    is_by_person: bool
    """Whether the files of one person can be named."""
    why: str


@dataclass(frozen=True, slots=True)
class FolderTerms:
    """For how many days a file stays after it was carried [ファイルの保存日数]."""

    bank_days: int
    cards_days: int
    mail_days: int
    returned_days: int
    sms_days: int
    identity_days: int
    bureau_days: int
    score_days: int
    reports_days: int
    backups_days: int

    def days(self, folder: str) -> int | None:
        """The days of a folder [フォルダーの保存日数]; None where nothing goes by them."""
        known = {one.name: int(getattr(self, one.name)) for one in fields(self)}
        return known.get(f"{folder.partition('/')[0]}_days")


@cache
def _periods() -> tuple[tuple[date, FolderTerms], ...]:
    text = (files("motocho.office") / "data" / FILE).read_text(encoding="utf-8")
    return counted(yaml.load(text, Loader=yaml.CSafeLoader), FolderTerms, "REG-034")


def folder_terms(on: date) -> FolderTerms:
    """What holds on a day [その日の保存日数]."""
    return held_on(on, _periods())


def folders(cursor: Any) -> list[Folder]:
    """Every folder that the system writes [フォルダーの一覧] · PRIV-006."""
    cursor.execute(
        "SELECT folder, of_whom, goes, theirs <> '', why FROM office_folder ORDER BY folder_no"
    )
    return [
        Folder(name, OfWhom(of_whom), Goes(goes), is_by_person, why)
        for name, of_whom, goes, is_by_person, why in cursor.fetchall()
    ]


# --------------------------------------------------------------------------------------- the night
@dataclass(frozen=True, slots=True)
class Swept:
    """What a night removed, and what it left [夜間の削除]."""

    removed: int = 0
    left: int = 0
    unknown: int = 0
    """Left too: nothing is known of them, and their folder does not go by age."""

    def __add__(self, other: Swept) -> Swept:
        return Swept(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def sweep(at: datetime) -> Swept:
    """Remove what was acknowledged long enough ago, or is of the erased [夜間の削除] · PRIV-006.

    Killed in the middle, the next night goes on; said again, it removes nothing more. What was not
    carried yet, and what nobody knows, stays.
    Raises    OutsideFailure for a folder that cannot be read or written.
    """
    with connection.cursor() as cursor:
        listed = folders(cursor)
        cursor.execute(_UNCLEARED)
        uncleared = [int(member_id) for (member_id,) in cursor.fetchall()]
    for member_id in uncleared:
        forget_files(member_id, at)
    terms, done = folder_terms(at.astimezone(JAPAN).date()), Swept()
    for one in listed:
        days = terms.days(one.name)
        if one.goes is not Goes.STAYS and days is not None:
            done += _sweep(one, at - timedelta(days=days), at - DRAFT)
    return done


_UNCLEARED = """
SELECT e.member_id FROM office_erasure e WHERE EXISTS (SELECT FROM office_folder f
    WHERE f.theirs <> '' AND NOT EXISTS (SELECT FROM office_folder_cleared c
        WHERE c.member_id = e.member_id AND c.folder = f.folder))
ORDER BY e.member_id
"""


def _sweep(folder: Folder, before: datetime, drafts_before: datetime) -> Swept:
    done = Swept()
    for many in _chunks(folder.name):
        with connection.cursor() as cursor:
            going, known = _over(cursor, folder, many, before)
        for one in many:
            if one.is_draft:
                is_over, is_known = one.laid_at < drafts_before, True
            else:
                is_known = one.name in known or folder.goes is Goes.LAID
                is_old = one.name not in known and is_known and one.laid_at < before
                is_over = one.name in going or is_old
            removed = is_over and outside.remove(folder.name, one.name)
            done += Swept(int(removed), int(not is_over), int(not is_over and not is_known))
    return done


def _chunks(folder: str) -> Iterator[list[Lying]]:
    found = outside.lying(folder)
    while many := list(itertools.islice(found, CHUNK)):
        yield many


def _over(
    cursor: Any, folder: Folder, many: list[Lying], before: datetime
) -> tuple[set[str], set[str]]:
    """The names that may go, and all that the database knows."""
    names = [one.name for one in many if not one.is_draft]
    cursor.execute(
        "SELECT name, bool_and(is_erased OR coalesce(over_at < %s, false))"
        " FROM office_files_known(%s, %s) GROUP BY name",
        (before, folder.name, names),
    )
    found = dict(cursor.fetchall())
    return {name for name, may_go in found.items() if may_go}, set(found)


# ------------------------------------------------------------------------------------- one person
def forget_files(member_id: int, at: datetime) -> int:
    """Remove every file of who was erased; gives how many lay there [消去後の削除] · PRIV-006.

    Of somebody who was not erased, nothing goes. Said again, nothing more goes.
    Raises    OutsideFailure for a file that cannot be removed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM office_erasure WHERE member_id = %s", (member_id,))
        if cursor.fetchone() is None:
            return 0
        listed = [one for one in folders(cursor) if one.is_by_person]
    return sum(_forget(member_id, one, at) for one in listed)


def _forget(member_id: int, folder: Folder, at: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM office_files_of(%s, %s) AS name", (folder.name, member_id))
        names = [name for (name,) in cursor.fetchall()]
        removed = sum(outside.remove(folder.name, name) for name in names)
        # After the files: who is killed before this line removes what is left of them again.
        cursor.execute(
            "INSERT INTO office_folder_cleared (member_id, folder, names, cleared_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (member_id, folder.name, len(names), at),
        )
    return removed


# ------------------------------------------------------------------------------------- what is left
class Left(Enum):
    """What is left of an erased person in a folder [消去後の残り]."""

    GONE = "gone"
    WAITING = "waiting"
    """The worker has yet to remove it."""
    UNTIL = "until"
    """Files of many: none of before is there after a day."""
    BY_HAND = "by_hand"
    """No program removes it: a person is to look."""
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class LeftIn:
    """A folder after an erasure [フォルダーごとの残り]; `files` counts names, files or backups."""

    folder: Folder
    left: Left
    files: int = 0
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Erasure:
    """That a person was erased [消去の記録]."""

    member_id: int
    agreed_by: str
    erased_at: datetime
    is_cleared: bool = False
    """Whether every file of the person was removed."""

    @property
    def many_until_on(self) -> date:
        """The last day on which files of many may hold the person [他の人と共通のファイルの末日].

        What is kept by hand, backups above all, is not in it: see `left_of`.
        """
        on = self.erased_at.astimezone(JAPAN).date()
        terms = folder_terms(on)
        return on + timedelta(
            days=max(terms.bureau_days, terms.score_days, terms.reports_days, terms.returned_days)
        )


def erasures(cursor: Any, most: int = 500) -> list[Erasure]:
    """Who was erased, the last one first [消去の記録]."""
    cursor.execute(
        "SELECT e.member_id, e.agreed_by, e.erased_at, NOT EXISTS (SELECT FROM office_folder f"
        " WHERE f.theirs <> '' AND NOT EXISTS (SELECT FROM office_folder_cleared c"
        " WHERE c.member_id = e.member_id AND c.folder = f.folder)) FROM office_erasure e"
        " ORDER BY e.erased_at DESC, e.member_id LIMIT %s",
        (most,),
    )
    return [Erasure(*row) for row in cursor.fetchall()]


def left_of(cursor: Any, erasure: Erasure) -> list[LeftIn]:
    """What an erasure left outside the database, folder by folder [消去後の報告] · PRIV-006.

    Raises    OutsideFailure for a folder that cannot be read.
    """
    cursor.execute(
        "SELECT folder, names FROM office_folder_cleared WHERE member_id = %s", (erasure.member_id,)
    )
    cleared = dict(cursor.fetchall())
    return [_left_in(one, erasure, cleared) for one in folders(cursor)]


def _left_in(folder: Folder, erasure: Erasure, cleared: dict[str, int]) -> LeftIn:
    on = erasure.erased_at.astimezone(JAPAN).date()
    days = folder_terms(on).days(folder.name)
    until_on = None if days is None else on + timedelta(days=days)
    if folder.is_by_person:
        names = cleared.get(folder.name)
        return LeftIn(folder, Left.WAITING if names is None else Left.GONE, names or 0)
    if folder.of_whom is OfWhom.NOBODY:
        return LeftIn(folder, Left.NOBODY)
    if folder.name == BACKUPS:
        held = _backups_of_before(erasure.erased_at)
        return LeftIn(folder, Left.BY_HAND if held else Left.GONE, held, until_on)
    if folder.goes is Goes.STAYS:
        return LeftIn(folder, Left.BY_HAND, _before(folder.name, erasure.erased_at))
    return LeftIn(folder, Left.UNTIL, _before(folder.name, erasure.erased_at), until_on)


def _backups_of_before(at: datetime) -> int:
    place = outside.place_of(BACKUPS)
    return sum(one.ended_at < at for one in listed_backups(place)) if place.is_dir() else 0


def _before(folder: str, at: datetime) -> int:
    return sum(one.laid_at < at for one in outside.lying(folder)) if folder in FOLDERS else 0
