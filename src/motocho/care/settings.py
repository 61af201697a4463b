"""Settings of the house: another text from a day to come, by two persons [設定の変更].

    faults = check(setting, text, day)                       the file's own reader, every fault
    request = propose(cursor, Draft(setting, text, on, why, source), by, at)
    approvals.decide(cursor, request.ref, Decision(...), by, at)     a second person
    text(cursor, setting, day)                               what holds on a day

What was asked about is the text in force then: where another one came between, it is asked again.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from motocho.care import approvals
from motocho.care._in_force import FILES, Setting, Version, shipped, standing, text
from motocho.care.approvals import Content, Decided, Request, Wanted
from motocho.care.collections import strategy
from motocho.care.ivr import lines
from motocho.care.reasons import catalogue
from motocho.care.reliefs import limits
from motocho.care.worklist import policy
from motocho.contact import directory
from motocho.contact.wording import faults_of_wording
from motocho.ledger.chart import HOUSE
from motocho.outside.clock import JAPAN
from motocho.people.access import Staff
from motocho.units.errors import Fault, FaultyInput, InputError, NotFoundError, clipped

__all__ = [
    "Draft", "Line", "Setting", "Version", "check", "difference", "directory_on", "named",
    "propose", "requests", "shipped", "standing", "text", "versions",
]  # fmt: skip
KIND = "setting"
LONGEST_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that somebody wants in force from a day on, and why [設定の案]."""

    setting: Setting
    text: str
    effective_on: date
    reason: str
    source: str


def named(name: str) -> Setting:
    """The setting of a name [設定の名前].

    Raises    NotFoundError for none of ours.
    """
    known = {one.value: one for one in Setting}
    if name not in known:
        raise NotFoundError(Fault("SET-001", excerpt=clipped(name)))
    return known[name]


# ------------------------------------------------------------------------------ is it a good text
def _read_for(told: str, file: str, on: date) -> directory.Directory:
    known = directory.read_for(told, file, on)
    lacking = directory.without(known, directory.ASKED_FOR)
    if lacking:
        raise FaultyInput(*(one.within(file) for one in lacking))
    return known


_READERS: Mapping[Setting, Callable[[str, str, date], object]] = {
    Setting.REASONS: lambda told, file, _: catalogue.read(told, file),
    Setting.RELIEFS: lambda told, _file, _on: limits.read(told),
    Setting.IVR: lambda told, file, _: lines.read(told, file),
    Setting.DIRECTORY: _read_for,
    Setting.STRATEGY: lambda told, file, _: strategy.read(told, file),
    Setting.WORKLIST: lambda told, _file, _on: policy.read(told),
}


def check(setting: Setting, told: str, on: date) -> tuple[Fault, ...]:
    """Every fault of a text for use from a day on [設定の点検]; empty if good.

    First whether it can be read at all, then unlawful wording (ADV-005) wherever words stand, then
    what the reader says; what is of another shape than the file in force is a fault too.
    """
    file = FILES[setting][1]
    if not told.strip() or len(told) > LONGEST_TEXT:
        return (Fault("SET-002", details={"most": str(LONGEST_TEXT)}).within(file),)
    try:
        if any(isinstance(one, yaml.AliasToken) for one in yaml.scan(told)):
            return (Fault("SET-004", excerpt="*").within(file),)
        content: Any = yaml.load(told, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        what = clipped(str(getattr(error, "problem", None) or "YAML"))
        return (Fault("SET-003", excerpt=what, file=file, line=line),)
    wording = tuple(_unlawful(content, "", file))
    try:
        _READERS[setting](told, file, on)
    except FaultyInput as error:
        known = {(one.code, one.excerpt, str(one.details)) for one in error.faults}
        more = (one for one in wording if (one.code, one.excerpt, str(one.details)) not in known)
        return (*error.faults, *more)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        what = clipped(str(error).strip("'") or type(error).__name__)
        return (*wording, Fault("SET-004", excerpt=what).within(file))
    return wording


def _unlawful(content: Any, place: str, file: str) -> Iterator[Fault]:
    """Unlawful wording in any text of the file, with where it stands."""
    match content:
        case dict():
            for key, inner in content.items():
                yield from _unlawful(inner, f"{place} {key}".strip(), file)
        case list():
            for number, inner in enumerate(content, 1):
                name = inner.get("id", number) if isinstance(inner, dict) else number
                yield from _unlawful(inner, f"{place} {name}", file)
        case str():
            for one in faults_of_wording(content):
                yield Fault(
                    one.code, file=file, column=place, excerpt=one.excerpt, details=one.details
                )


# ------------------------------------------------------------------------------ asked and agreed to
def propose(cursor: Any, draft: Draft, by: Staff, at: datetime) -> Request:
    """Ask for another text from a day to come, once for its form [設定変更の申請].

    Raises    FaultyInput with every fault of the text; InputError for a day that is not to come, or
              a text that is in force then already; what `approvals.ask` raises.
    """
    content = {
        "name": draft.setting.value,
        "text": draft.text,
        "effective_on": draft.effective_on.isoformat(),
    }
    wanted = Wanted(KIND, HOUSE, _subject(draft.setting), content, draft.reason, draft.source)
    return approvals.ask(cursor, wanted, by, at)


def requests(cursor: Any, setting: Setting) -> list[Request]:
    """What was ever asked about a setting, the newest first [設定変更の履歴]."""
    return approvals.of_subject(cursor, HOUSE, _subject(setting))


def _subject(setting: Setting) -> str:
    return f"{KIND} {setting.value}"


def _figures(cursor: Any, wanted: Wanted, at: datetime) -> Content:
    """What it was asked against: the hash of the text in force before the day."""
    setting, told, effective_on = _told(wanted.content)
    if effective_on <= at.astimezone(JAPAN).date():
        raise InputError(Fault("SET-005", excerpt=effective_on.isoformat()))
    faults = check(setting, told, effective_on) or _apart(cursor, setting, told, effective_on)
    if faults:
        raise FaultyInput(*faults)
    before = standing(cursor, setting, effective_on)
    if (shipped(setting) if before is None else before.text) == told:
        raise InputError(Fault("SET-006"))
    return {"against": "" if before is None else before.sha256}


def _apart(cursor: Any, setting: Setting, told: str, on: date) -> tuple[Fault, ...]:
    """Where reasons and directory of a day do not fit: a desk that is named and is not there.

    The operator's own file is not known here: reasons are held against a version in force alone.
    """
    if setting is Setting.DIRECTORY:
        cards, known = catalogue.in_force(cursor, on).cards, directory.read(told, directory.FILE)
    elif setting is Setting.REASONS and (held := standing(cursor, Setting.DIRECTORY, on)):
        cards = catalogue.read(told, FILES[setting][1]).cards
        known = _read_directory(held.text, directory.FILE)
    else:
        return ()
    lacking = directory.without(known, [one.desk for one in cards.values()])
    return tuple(one.within(FILES[Setting.DIRECTORY][1]) for one in lacking)


def _told(content: Content) -> tuple[Setting, str, date]:
    on = date.fromisoformat(content["effective_on"])
    return Setting(content["name"]), content["text"], on


def _carry(cursor: Any, request: Request, decided: Decided, _on: date) -> None:
    setting, told, effective_on = _told(request.content)
    cursor.execute(
        "INSERT INTO care_setting (name, version_no, text, sha256, effective_on, request_id,"
        " asked_by, approved_by, approved_at) SELECT %(name)s, 1 + coalesce(max(version_no), 0),"
        " %(text)s, encode(sha256(convert_to(%(text)s, 'UTF8')), 'hex'), %(on)s, %(request)s,"
        " %(asked)s, %(approved)s, %(at)s FROM care_setting WHERE name = %(name)s",
        {
            "name": setting.value,
            "text": told,
            "on": effective_on,
            "request": request.ref.request_id,
            "asked": request.asked_by,
            "approved": decided.decided_by,
            "at": decided.decided_at,
        },
    )


approvals.register(approvals.Kind(KIND, _figures, _carry))


# ---------------------------------------------------------------------------------------- looking
def versions(cursor: Any, setting: Setting) -> list[Version]:
    """Every version two persons ever agreed to, the newest first [設定の版の一覧]."""
    cursor.execute(
        "SELECT version_no, text, sha256, effective_on, asked_by, approved_by FROM care_setting"
        " WHERE name = %s ORDER BY version_no DESC",
        (setting.value,),
    )
    return [Version(setting, *row) for row in cursor.fetchall()]


_read_directory = lru_cache(maxsize=4)(directory.read)


def directory_on(cursor: Any, on: date, named: str | None) -> directory.Directory:
    """The directory of a day: what two persons put in force, else the operator's file [連絡先].

    Takes     the path of that file; None where the shipped, fictional one stands for it.
    Raises    FaultyInput for a file that cannot be read.
    """
    found = standing(cursor, Setting.DIRECTORY, on)
    if found is not None:
        return _read_directory(found.text, directory.FILE)
    return directory.read_file(Path(named), on) if named else directory.shipped()


class Line(NamedTuple):
    """A line of a difference [差分の1行]: `+`, `-`, a space for one that stays, `@` for a place."""

    mark: str
    text: str


def difference(before: str, after: str) -> list[Line]:
    """How a text differs from another, with two lines around [差分].

    >>> difference("a: 1", "a: 2")
    [Line(mark='@', text='-1 +1'), Line(mark='-', text='a: 1'), Line(mark='+', text='a: 2')]
    """
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return [
        Line("@", one.strip("@ ")) if one.startswith("@@") else Line(one[0], one[1:])
        for one in list(found)[2:]
    ]
