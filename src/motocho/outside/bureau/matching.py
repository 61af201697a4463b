"""Whether whom a bureau holds is the one we asked about: pure, and never a guess [本人の照合].

The same reading and birthday are not enough: twins and namesakes share them. A phone or the number
of a paper must agree, too, and no such number may disagree. What agrees in part is for a person of
the staff to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from motocho.outside.bureau.names import name_key
from motocho.outside.bureau.terms import Found, Person


class Likeness(Enum):
    """How far two records are of one person [照合の結果]."""

    SAME = "same"
    DOUBTFUL = "doubtful"
    OTHER = "other"


class Point(Enum):
    """What was compared [照合の項目]."""

    KANA = "kana"
    BIRTHDAY = "birthday"
    PHONE = "phone"
    LICENCE = "licence"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Compared:
    """What agrees and what does not [項目ごとの一致]; what one side lacks is in neither."""

    agrees: frozenset[Point]
    differs: frozenset[Point]

    @property
    def likeness(self) -> Likeness:
        """What follows of it [照合の判定].

        SAME needs reading, birthday and a phone or number, and no number that differs. OTHER is
        who shares neither birthday nor any number, or neither reading nor any number. All between
        is doubtful.
        """
        numbers = {Point.LICENCE, Point.DOCUMENT}
        named = {Point.KANA, Point.BIRTHDAY} <= self.agrees
        proofs = self.agrees & {Point.PHONE, *numbers}
        if named and proofs and not self.differs & numbers:
            return Likeness.SAME
        if not named and not self.agrees & {Point.PHONE, *numbers}:
            return Likeness.OTHER
        return Likeness.DOUBTFUL


def compare(asked: Person, held: Person) -> Compared:
    """Two records of a person, point by point [項目の比較]."""
    points = {
        Point.KANA: (name_key(asked.kana), name_key(held.kana)),
        Point.BIRTHDAY: (asked.born_on, held.born_on),
        Point.LICENCE: (asked.licence_number, held.licence_number),
        Point.DOCUMENT: (asked.document_number, held.document_number),
    }
    known = {point: ours == theirs for point, (ours, theirs) in points.items() if ours and theirs}
    if asked.phones and held.phones:
        known[Point.PHONE] = bool(set(asked.phones) & set(held.phones))
    agrees = frozenset(point for point, is_same in known.items() if is_same)
    return Compared(agrees, frozenset(known) - agrees)


class Verdict(Enum):
    """Whose an answer is [回答の判定]."""

    NOBODY = "nobody"
    """The bureau holds nobody of that name, or only others: nothing is registered."""
    SAME = "same"
    DOUBTFUL = "doubtful"
    """A person of the staff must say."""


@dataclass(frozen=True, slots=True)
class Match:
    """Whose an answer is, and which of those found it is [照合]; `place` counts from 0."""

    verdict: Verdict
    place: int | None = None


def match(asked: Person, found: Sequence[Found]) -> Match:
    """Whose an answer is [回答の照合]: one surely the same, all others surely other; else doubtful.

    Why       an answer that is not of the person must neither refuse nor clear them.
    """
    likenesses = [compare(asked, one.person).likeness for one in found]
    if Likeness.DOUBTFUL in likenesses or likenesses.count(Likeness.SAME) > 1:
        return Match(Verdict.DOUBTFUL)
    if Likeness.SAME in likenesses:
        return Match(Verdict.SAME, likenesses.index(Likeness.SAME))
    return Match(Verdict.NOBODY)
