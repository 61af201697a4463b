"""Why a person refuses what the rules sent to a person [個別の否決の理由].

    refusals.listed(on)                            the reasons of a day, in the order of the page
    refusals.words_of(one.told_code, language)     what the applicant reads of it
    refusals.again(cursor, of)                     the reason of a refusal, found anew from its day

Which reasons there are, and which of them an applicant is told, is a dated list. What must not be
told has one reason, which says no more than that, and the same sentence as any other untold one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from motocho.outside.clock import JAPAN
from motocho.screening.applications.forms import ApplicationKey
from motocho.screening.decision import words
from motocho.units.errors import Fault, FaultyInput, Language
from motocho.units.periods import held_on, misplaced, undated

FILE = "refusals.yaml"
GENERAL = "SCR-140"
"""The one sentence of whatever is not told [告げない理由の文言]."""
BY_RULES = "SCR-314"
"""Where the applicant reads what the rules said, in a mail that cannot hold it."""


class Reason(Enum):
    """Why a reviewer refuses or hands on [担当者の理由]."""

    RULES = "rules"
    """As the rules say: the decision refuses."""
    PAPERS = "papers"
    """What was handed in does not fit together."""
    STRAIN = "strain"
    """What the bureau tells of other lenders."""
    CAPACITY = "capacity"
    """The income will not bear it."""
    OWN = "own"
    """How it stands, or stood, with us."""
    WITHHELD = "withheld"
    """What must not be told; nowhere here stands what it is."""
    CONFLICT = "conflict"
    """The reviewer knows the applicant, or has an interest of their own."""
    UNCLEAR = "unclear"
    """The reviewer does not know how it is to be judged."""
    OTHER = "other"
    """In the words that stand with it, for the house alone."""


@dataclass(frozen=True, slots=True)
class Why:
    """A reason with words for the house [理由と言葉]; they are asked for where it is another."""

    reason: Reason
    words: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A reason of a day's list, with the message that the applicant reads [一覧の理由]."""

    reason: Reason
    told_code: str


@dataclass(frozen=True, slots=True)
class Again:
    """A refusal by a person as it was written, and as its day's list has it [否決の再現]."""

    reason: Reason
    told_code: str
    refused_at: datetime
    is_same: bool


_TOLD: Mapping[Reason, str] = {
    Reason.PAPERS: "SCR-310",
    Reason.STRAIN: "SCR-311",
    Reason.CAPACITY: "SCR-312",
    Reason.OWN: "SCR-313",
}
"""What an applicant is told of a reason that may be told."""
_NEVER = frozenset({Reason.WITHHELD, Reason.OTHER})


def listed(on: date) -> tuple[Listed, ...]:
    """The reasons a person may refuse for on a day, in the order of the list [その日の理由].

    >>> [one.reason.value for one in listed(date(2026, 11, 23))][:2]
    ['papers', 'strain']
    """
    return held_on(on, _periods())


def told_code(reason: Reason, on: date) -> str | None:
    """Which message a refusal for a reason tells; None where no list of the day has it [文言]."""
    return next((one.told_code for one in listed(on) if one.reason is reason), None)


def words_of(code: str, language: Language) -> tuple[tuple[str, str], ...]:
    """What an applicant reads of a refusal, and what they may do [申込者への文言].

    >>> words_of("SCR-140", Language.EN)[0][1]
    'Single reasons are not given'
    """
    fault = Fault(code)
    return ((fault.what(language), fault.fix(language)),)


def reason_word(reason: Reason, language: Language) -> str:
    """What a colleague reads of a reason [理由の表示].

    >>> reason_word(Reason.STRAIN, Language.EN)
    'What the bureau tells'
    """
    return words()["reasons"][reason.value][language.value]


# ------------------------------------------------------------------------------------ what is kept
def kept_code(cursor: Any, key: ApplicationKey, decision_no: int) -> str | None:
    """The message that a person's refusal of a decision tells [告げた文言].

    None where none is kept: nobody refused, or before reasons were named.
    """
    cursor.execute(
        "SELECT told_code FROM screening_review WHERE member_id = %s AND application_id = %s"
        " AND decision_no = %s AND kind = 'refused' AND told_code IS NOT NULL",
        (*key, decision_no),
    )
    row = cursor.fetchone()
    return None if row is None else str(row[0])


def again(cursor: Any, key: ApplicationKey, decision_no: int) -> Again | None:
    """The refusal of a decision by a person, told anew by the list of its day [否決の再現].

    None where no person refused it, or before reasons were kept with what they tell.
    """
    cursor.execute(
        "SELECT reason, told_code, reviewed_at FROM screening_review WHERE member_id = %s"
        " AND application_id = %s AND decision_no = %s AND kind = 'refused'"
        " AND told_code IS NOT NULL",
        (*key, decision_no),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    name, code, at = row
    reason = Reason(name)
    now = told_code(reason, at.astimezone(JAPAN).date())
    return Again(reason, code, at, now == code)


# --------------------------------------------------------------------------------------- the list
@cache
def _periods() -> tuple[tuple[date, tuple[Listed, ...]], ...]:
    text = (files("motocho.screening") / "data" / FILE).read_text(encoding="utf-8")
    return read(yaml.load(text, Loader=yaml.CSafeLoader))


def read(rows: list[dict[str, Any]]) -> tuple[tuple[date, tuple[Listed, ...]], ...]:
    """A dated list of reasons, each row with its first day [理由の一覧の読取り].

    Raises    FaultyInput with every row that names an unknown reason, tells what is never told,
              or does not follow the one before.
    """
    wrong = [(row, key) for row in rows for key in _wrong(row)]
    wrong = wrong or [(rows[place], key) for place, key in misplaced(rows)]
    if wrong:
        raise FaultyInput(
            *(
                Fault("SCR-315", details={"row": str(row.get("from", "")), "key": key})
                for row, key in wrong
            )
        )
    return tuple((row["from"], tuple(_listed(row["reasons"]))) for row in rows)


def _wrong(row: Mapping[str, Any]) -> Iterator[str]:
    yield from undated(row)
    known = {one.value: one for one in (*_TOLD, *_NEVER)}
    reasons = row.get("reasons")
    if not isinstance(reasons, dict) or not reasons:
        yield "reasons"
        return
    for name, told in reasons.items():
        may_tell = known.get(name) in _TOLD
        if name not in known or told not in ({"told", "untold"} if may_tell else {"untold"}):
            yield str(name)


def _listed(reasons: Mapping[str, str]) -> Iterator[Listed]:
    for name, told in reasons.items():
        reason = Reason(name)
        yield Listed(reason, _TOLD[reason] if told == "told" else GENERAL)
