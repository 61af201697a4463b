"""A member who does not pay, nights that decide about it, and a worker's round, for the tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.house import MAIL, MOBILE, House, rows

from motocho.care.collections import carrying, stages
from motocho.care.collections.carrying import Office
from motocho.care.collections.stages import Stage, StageKey
from motocho.config import _collections
from motocho.contact.directory import shipped
from motocho.kernel.schedule import Scheme
from motocho.loans import standing
from motocho.loans.commands import Key, Made
from motocho.outside.clock import JAPAN
from motocho.outside.mail import FolderPost
from motocho.outside.sms import FolderCarrier
from motocho.people.facts.values import Address, Kind

OPENED = date(2026, 5, 4)
DUE = date(2026, 5, 25)  # a Monday
HOME = Address("1000001", "東京都千代田区千代田1-1")
ONE_DAY = timedelta(days=1)


def on_day(days_late: int) -> date:
    """The morning on which so many days are late."""
    return DUE + timedelta(days=days_late)


def at(on: date, hour: int = 10) -> datetime:
    return datetime.combine(on, time(hour), JAPAN)


class Late:
    """A member with a loan of which nothing is ever paid."""

    def __init__(self, house: House, folder: Path, desk: Desk | None = None) -> None:
        self.house, self.folder, self.desk = house, folder, desk or Desk()
        member = house.member(at=datetime(2026, 4, 1, 12, tzinfo=JAPAN))
        self.member_id = member.member_id
        told_at = datetime(2026, 4, 1, 12, tzinfo=JAPAN)
        house.tell(self.member_id, Kind.ADDRESS, HOME, at=told_at)
        self.key = self.loan()

    def loan(self, yen: int = 200_000) -> Key:
        key = self.desk.open(OPENED, scheme=Scheme.MONTHLY, day=25, member_id=self.member_id)
        self.desk.draw(key, yen, OPENED)
        return key

    def made(self, on: date, ref: str = "night") -> Made:
        """As the night of the day before a morning comes."""
        return Made("close", f"{on} {ref}", on - ONE_DAY, at(on, 0), "close")

    def decide(self, days_late: int, *keys: Key) -> list[Stage]:
        """What the night decides for a morning; gives the new steps."""
        before = {one.key for one in self.stages()}
        do(stages.decide, list(keys) or [self.key], self.made(on_day(days_late)))
        return [one for one in self.stages() if one.key not in before]

    def stages(self) -> list[Stage]:
        found: list[Stage] = do(stages.of_members, [self.member_id])
        return found

    def office(self, on: date, hour: int = 10, **other: Any) -> Office:
        usual = Office(
            FolderPost(self.folder / "mail"), FolderCarrier(self.folder / "sms"), shipped(),
            _collections.tell, lambda: at(on, hour),
        )  # fmt: skip
        return replace(usual, **other)

    def carry(self, key: StageKey, on: date, hour: int = 10, **other: Any) -> Stage:
        carrying.carry(key, self.office(on, hour, **other))
        found: Stage = do(stages.one, key)
        return found

    def texts(self) -> list[str]:
        return [
            one.read_text(encoding="utf-8") for one in sorted((self.folder / "sms").glob("*.json"))
        ]

    def mails(self) -> list[Path]:
        return sorted((self.folder / "mail").glob("*.eml"))


def jobs(name: str = stages.CARRY) -> list[StageKey]:
    found = rows(
        "SELECT (args->>'member_id')::bigint, (args->>'stage_id')::bigint FROM procrastinate_jobs"
        " WHERE task_name = %s ORDER BY id",
        name,
    )
    return [StageKey(*row) for row in found]


def late_since(key: Key, on: date) -> date | None:
    seen = do(standing.see, [key])[0]
    ordinal = seen.on(on.toordinal()).late_since
    return None if ordinal is None else date.fromordinal(ordinal)


__all__ = ["DUE", "HOME", "MAIL", "MOBILE", "Late", "at", "jobs", "late_since", "on_day"]
