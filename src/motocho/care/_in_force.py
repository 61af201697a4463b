"""The one place that says which text of a setting of the house holds on a day [設定の適用].

A setting is a file of ours until two persons put another text in its place, from a day to come. The
text of a day that began never changes, so whoever reads one twice on a day reads the same.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml


class Setting(Enum):
    """A file of the house's own policy [設定]."""

    REASONS = "reasons"
    """Reasons to call, their scripts, endings, and pieces of notes."""
    RELIEFS = "reliefs"
    """How far a consultation may go."""
    IVR = "ivr"
    """What the push-phone service says."""
    DIRECTORY = "directory"
    """Desks and registered numbers."""
    STRATEGY = "strategy"
    """What is done about a loan in arrears, by days late."""
    WORKLIST = "worklist"
    """Whom the desk calls first."""


FILES = {
    Setting.REASONS: ("motocho.care", "reasons.yaml"),
    Setting.RELIEFS: ("motocho.care", "reliefs.yaml"),
    Setting.IVR: ("motocho.care", "ivr.yaml"),
    Setting.DIRECTORY: ("motocho.contact", "directory.yaml"),
    Setting.STRATEGY: ("motocho.care", "strategy.yaml"),
    Setting.WORKLIST: ("motocho.care", "worklist.yaml"),
}


class Version(NamedTuple):
    """A text that two persons put in force [設定の版]."""

    setting: Setting
    version_no: int
    text: str
    sha256: str
    effective_on: date
    asked_by: int
    approved_by: int


_STANDING = (
    "SELECT version_no, text, sha256, effective_on, asked_by, approved_by FROM care_setting"
    " WHERE name = %s AND effective_on <= %s ORDER BY effective_on DESC, version_no DESC LIMIT 1"
)


def standing(cursor: Any, setting: Setting, on: date) -> Version | None:
    """The version in force on a day [適用中の版]; None while the shipped file is."""
    cursor.execute(_STANDING, (setting.value, on))
    row = cursor.fetchone()
    return None if row is None else Version(setting, *row)


def text(cursor: Any, setting: Setting, on: date) -> str:
    """The text of a setting on a day: the version in force, else the shipped file [設定の内容]."""
    found = standing(cursor, setting, on)
    return shipped(setting) if found is None else found.text


@cache
def shipped(setting: Setting) -> str:
    """The text that comes with the package [出荷時の内容]."""
    package, name = FILES[setting]
    return (files(package) / "data" / name).read_text(encoding="utf-8")


PAYMENTS = "repayment"
"""The reason of calls about a payment that is late, by its name in the file of reasons."""


def desk_of_payments(cursor: Any, on: date) -> str:
    """The desk that answers who is called, or written to, about a payment [返済の窓口].

    Why       letters and texts name the same desk as the calls of their day, whatever the house
              set; `reasons` stands above collections, and is not asked there.
    """
    return _desk_in(text(cursor, Setting.REASONS, on))


@lru_cache(maxsize=8)
def _desk_in(reasons: str) -> str:
    content: Any = yaml.load(reasons, Loader=yaml.CSafeLoader)
    return next(str(one["desk"]) for one in content["reasons"] if one["id"] == PAYMENTS)
