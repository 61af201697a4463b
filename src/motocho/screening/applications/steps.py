"""What is open in an application, and whose turn it is [審査の進み具合].

    for step in steps.steps(cursor, application, at): step.what(language), step.fix(language)

For the applicant: nothing here says what the house looks up by itself, and nothing promises what is
not decided (貸金業法12条の6).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from motocho.contact import calls as made_calls
from motocho.contact.calls import Call, Result
from motocho.contact.guard import Purpose
from motocho.outside.clock import JAPAN
from motocho.screening.applications import decisions
from motocho.screening.applications.forms import Application
from motocho.screening.bureau import consents, inquiries
from motocho.screening.bureau.inquiries import State
from motocho.screening.decision import AskedKind, Verdict
from motocho.screening.identity import records
from motocho.units.errors import Fault, Language

_PICTURES = ("identity_front", "face")
"""What a picture method cannot do without; a back only some papers have."""


class Turn(Enum):
    """Whose turn it is [だれの番か]."""

    APPLICANT = "applicant"
    HOUSE = "house"
    BUREAU = "bureau"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is open [未了の手続]; `code` names what is said of it."""

    code: str
    turn: Turn
    said: tuple[tuple[str, str, Language], ...] = ()
    """What a decision asks for, where it is that: what, what to do, in each language."""

    def what(self, language: Language) -> str:
        """What is open [内容]."""
        found = [what for what, _, spoken in self.said if spoken is language]
        return found[0] if found else Fault(self.code).what(language)

    def fix(self, language: Language) -> str:
        """What is done next, by whose turn it is [次にすること]."""
        found = [fix for _, fix, spoken in self.said if spoken is language]
        return found[0] if found else Fault(self.code).fix(language)


def steps(cursor: Any, application: Application, at: datetime) -> tuple[Step, ...]:
    """Everything that is open, the applicant's first [未了の手続]; nothing once it is over."""
    if not application.is_open:
        return ()
    found = list(_steps(cursor, application, at))
    return tuple(sorted(dict.fromkeys(found), key=lambda one: list(Turn).index(one.turn)))


def _steps(cursor: Any, application: Application, at: datetime) -> Iterator[Step]:
    member_id = application.key.member_id
    if records.check_identified(cursor, member_id, at.astimezone(JAPAN).date()) is not None:
        is_ours = _is_pictured(cursor, application)
        yield Step("SCR-222", Turn.HOUSE) if is_ours else Step("SCR-221", Turn.APPLICANT)
    yield from _bureau(cursor, application, at)
    known = decisions.standing(cursor, application.key)
    if known is None or not decisions.is_current(cursor, known.decision):
        yield Step("SCR-222", Turn.HOUSE)
        return
    of = known.decision
    if of.verdict is Verdict.NEEDS and _is_identified_since(cursor, of):
        yield Step("SCR-222", Turn.HOUSE)
    elif of.verdict is Verdict.NEEDS:
        yield from _needed(cursor, of)
    elif of.verdict is Verdict.REFUSE or not known.is_approved:
        # Until it is said, a refusal looks like any other case that people still look at.
        yield Step("SCR-223", Turn.HOUSE)
    elif not known.is_accepted:
        yield Step("SCR-224", Turn.APPLICANT)
    else:
        yield Step("SCR-225", Turn.HOUSE)


def _bureau(cursor: Any, application: Application, at: datetime) -> Iterator[Step]:
    member_id = application.key.member_id
    is_new = application.kind is AskedKind.NEW
    lacks_all = is_new and consents.check_contract(cursor, member_id, at) is not None
    if lacks_all or consents.inquiry_consent_no(cursor, member_id, at) is None:
        yield Step("SCR-226", Turn.APPLICANT)
    asked = inquiries.of_member(cursor, member_id)
    if asked and asked[0].state not in {State.ANSWERED, State.VOID}:
        doubtful = asked[0].state is State.DOUBTFUL
        yield Step("SCR-222" if doubtful else "SCR-227", Turn.HOUSE if doubtful else Turn.BUREAU)


def _is_pictured(cursor: Any, application: Application) -> bool:
    """Whether paper and face came since the newest decision: we look at them [写真の提出]."""
    newest = decisions.newest(cursor, application.key)
    cursor.execute(
        "SELECT count(DISTINCT slot) FROM screening_handed_in WHERE member_id = %s"
        " AND application_id = %s AND slot = ANY(%s) AND handed_at > %s",
        (
            *application.key,
            list(_PICTURES),
            application.submitted_at if newest is None else newest.decided_at,
        ),
    )
    return bool(cursor.fetchone()[0] == len(_PICTURES))


def _is_identified_since(cursor: Any, of: decisions.Kept) -> bool:
    """Whether who it is was found out after a decision: somebody looks anew [決定後の本人確認]."""
    found = records.of_member(cursor, of.key.member_id)
    return any(one.made_at > of.decided_at for one in found)


def _needed(cursor: Any, of: decisions.Kept) -> Iterator[Step]:
    """What a decision could not be made without, in the words of its record."""
    japanese, english = (decisions.told(cursor, of, one) for one in Language)
    for (what, fix), (what_en, fix_en) in zip(japanese, english, strict=True):
        both = ((what, fix, Language.JA), (what_en, fix_en, Language.EN))
        yield Step("SCR-228", Turn.APPLICANT, both)


# ------------------------------------------------------------------------------------------ calls
@dataclass(frozen=True, slots=True)
class Called:
    """A call of ours since an application [申込み後の電話], and what answers it on the web."""

    call: Call
    fault: Fault

    def what(self, language: Language) -> str:
        """When we called, about what, and whether somebody answered [内容]."""
        return self.fault.what(language)

    def fix(self, language: Language) -> str:
        """What the applicant may do instead of calling back [次にすること]."""
        return self.fault.fix(language)


_ABOUT: Mapping[Purpose, str] = {
    Purpose.IDENTITY: "SCR-266",
    Purpose.EMPLOYMENT: "SCR-267",
    Purpose.STATUTORY_DOCUMENT: "SCR-268",
}
_OTHERWISE = "SCR-269"
_SPOKEN = ("お話ししました", "we spoke")
_LEFT = ("留守番電話に残しました", "we left a message")
_UNANSWERED = ("つながりませんでした", "nobody answered")


def calls(cursor: Any, application: Application) -> tuple[Called, ...]:
    """Our calls since an application was submitted, the newest first [申込み後の電話].

    For the applicant as for the desk: when, about what, what came of it, what may be done on the
    web. A call whose result nobody wrote down yet is one that was not answered.
    """
    found = made_calls.of_member(cursor, application.key.member_id)
    return tuple(_called(one) for one in found if one.called_at >= application.submitted_at)


def _called(one: Call) -> Called:
    answers = {Result.SPOKEN: _SPOKEN, Result.MESSAGE_LEFT: _LEFT}
    japanese, english = _UNANSWERED if one.result is None else answers.get(one.result, _UNANSWERED)
    details = {
        "at": f"{one.called_at.astimezone(JAPAN):%Y/%m/%d %H:%M}",
        "result_ja": japanese,
        "result_en": english,
    }
    return Called(one, Fault(_ABOUT.get(one.purpose, _OTHERWISE), details=details))
