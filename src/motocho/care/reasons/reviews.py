"""Reviews of calls that ended: a sample that anybody can draw again, and what was found [応対品質].

for key in sample(cursor, day, 5): ...                     the same five, whoever draws and when
review(cursor, key, Found(Verdict.BETTER, good, better), by, at)
for one in of_colleague(cursor, staff): ...                 who made the call reads it
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any

from motocho.care.reasons import notes
from motocho.care.reasons.talks import TalkKey
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.outside.clock import JAPAN
from motocho.people.access import Role, Staff
from motocho.units.errors import Fault, InputError, NotAllowedError, NotFoundError, StateConflict

LONGEST_WORDS = 1000


class Verdict(Enum):
    """What a supervisor found, all in all [確認の結果]."""

    GOOD = "good"
    BETTER = "better"
    """Something could go better."""
    WRONG = "wrong"
    """Something may not be so again."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was good, and what would be better [確認の内容]."""

    verdict: Verdict
    good: str
    better: str


@dataclass(frozen=True, slots=True)
class Sampled:
    """A call of the sample [抽出された通話]; nothing of the member but the number of the call."""

    key: TalkKey
    reason: str
    ending: str
    actor: str
    ended_at: datetime
    reviews: int


@dataclass(frozen=True, slots=True)
class Review:
    """A review as it is kept [確認の記録]."""

    key: TalkKey
    found: Found
    reviewer: int
    reviewed_at: datetime
    reason: str
    called_at: datetime


_SAMPLE = """
SELECT t.member_id, t.attempt_id, t.reason, e.ending, t.actor, e.ended_at,
    (SELECT count(*) FROM care_talk_review r
     WHERE r.member_id = t.member_id AND r.attempt_id = t.attempt_id)
FROM care_talk_end e JOIN care_talk t USING (member_id, attempt_id)
WHERE e.ended_at >= %(first)s AND e.ended_at < %(last)s
ORDER BY sha256(convert_to(%(seed)s || ' ' || t.attempt_id, 'UTF8')), t.attempt_id LIMIT %(most)s
"""


def sample(cursor: Any, on: date, most: int) -> list[Sampled]:
    """Calls that ended on a day, drawn by chance, the same at every drawing [無作為抽出].

    Exact     in the order of SHA-256 over the day and the call's number, so that nobody chooses.
    """
    first = datetime.combine(on, time(), JAPAN)
    asked = {
        "first": first,
        "last": first + timedelta(days=1),
        "seed": on.isoformat(),
        "most": most,
    }
    cursor.execute(_SAMPLE, asked)
    return [
        Sampled(TalkKey(int(member), int(number)), reason, ending, actor, ended_at, int(count))
        for member, number, reason, ending, actor, ended_at, count in cursor.fetchall()
    ]


def review(cursor: Any, key: TalkKey, found: Found, by: Staff, at: datetime) -> None:
    """Write down what was found in a call, once for each reviewer [応対品質の記録].

    Raises    NotFoundError for a call that is none or did not end; NotAllowedError for who made it,
              and who is no supervisor; InputError for words that are missing or may not be kept;
              StateConflict for a second one of the same reviewer.
    """
    actor = _actor(cursor, key)
    if Role.SUPERVISOR not in by.roles or actor == by.actor:
        raise NotAllowedError(Fault("AUD-010"))
    good, better = found.good.strip(), found.better.strip()
    if not (better or (good and found.verdict is Verdict.GOOD)):
        raise InputError(Fault("AUD-011"))
    if max(len(good), len(better)) > LONGEST_WORDS:
        raise InputError(Fault("AUD-012", details={"most": str(LONGEST_WORDS)}))
    faults = (*notes.scanned(good), *notes.scanned(better))
    if faults:
        raise InputError(*faults)
    cursor.execute(
        "INSERT INTO care_talk_review (member_id, attempt_id, reviewer, verdict, good, better,"
        " reviewed_at) VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (*key, by.staff_id, found.verdict.value, good, better, at),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault("AUD-013"))
    subject: dict[str, int | str] = {"talk": key.attempt_id, "verdict": found.verdict.value}
    journal.write(cursor, [Happening(key.member_id, "call_reviewed", by.actor, at, subject)])


def _actor(cursor: Any, key: TalkKey) -> str:
    cursor.execute(
        "SELECT t.actor FROM care_talk t JOIN care_talk_end e USING (member_id, attempt_id)"
        " WHERE t.member_id = %s AND t.attempt_id = %s",
        key,
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("RSN-044"))
    return str(row[0])


_REVIEWS = (
    "SELECT r.member_id, r.attempt_id, r.verdict, r.good, r.better, r.reviewer, r.reviewed_at,"
    " t.reason, t.began_at FROM care_talk_review r JOIN care_talk t USING (member_id, attempt_id)"
)


def of_talk(cursor: Any, key: TalkKey) -> list[Review]:
    """What was found in a call [通話の確認記録]."""
    cursor.execute(f"{_REVIEWS} WHERE r.member_id = %s AND r.attempt_id = %s"
                   " ORDER BY r.reviewed_at", key)  # fmt: skip
    return [_review(row) for row in cursor.fetchall()]


def of_colleague(cursor: Any, staff: Staff, most: int = 50) -> list[Review]:
    """What was found in somebody's own calls, the newest first [自分の応対の確認]."""
    cursor.execute(
        f"{_REVIEWS} WHERE t.actor = %s ORDER BY r.reviewed_at DESC LIMIT %s", (staff.actor, most)
    )
    return [_review(row) for row in cursor.fetchall()]


def _review(row: tuple[Any, ...]) -> Review:
    member_id, attempt_id, verdict, good, better, reviewer, reviewed_at, reason, called_at = row
    found = Found(Verdict(verdict), good, better)
    key = TalkKey(int(member_id), int(attempt_id))
    return Review(key, found, int(reviewer), reviewed_at, reason, called_at)
