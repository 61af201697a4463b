"""Applications on which nothing goes on: told first, then over [申込みの失効].

Nobody's application ends unsaid: it is over where its applicant was told some days before, and did
nothing since. Days are the house's (`screening/data/watch.yaml`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.outside.clock import JAPAN
from motocho.screening.applications import forms
from motocho.screening.applications.forms import ApplicationKey
from motocho.screening.watch import policy

_IDLE = """
SELECT a.member_id, a.application_id, moved.at, (
    SELECT max(j.happened_at) FROM journal_row j
    WHERE j.member_id = a.member_id AND j.kind = 'application_lapsing'
      AND (j.subject->>'application')::bigint = a.application_id AND j.happened_at > moved.at)
FROM screening_application a CROSS JOIN LATERAL (
    SELECT greatest(a.submitted_at, max(j.happened_at)) AS at FROM journal_row j
    WHERE j.member_id = a.member_id AND j.kind LIKE 'application\\_%%'
      AND j.kind <> 'application_lapsing'
      AND (j.subject->>'application')::bigint = a.application_id
) AS moved
WHERE a.ended_at IS NULL AND a.submitted_at < %(before)s AND moved.at < %(before)s
ORDER BY a.submitted_at, a.member_id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Lapsed:
    """How many applicants were told, and how many applications ended [失効の結果]."""

    told: int
    ended: int


def lapse_idle(cursor: Any, on: date, at: datetime, most: int = 500) -> Lapsed:
    """Tell applicants whose application stands still; end it days after [申込みの失効].

    Done twice a day it changes nothing the second time; who did something since is told anew.
    Lock      the members' rows of those that end.
    """
    house = policy(on)
    idle = timedelta(days=house.lapse_days - house.lapse_told_days)
    before = datetime.combine(on, time(), JAPAN) - idle
    cursor.execute(_IDLE, {"before": before, "most": most})
    found = [(ApplicationKey(row[0], row[1]), row[3]) for row in cursor.fetchall()]
    news, ended = [], 0
    for key, told_at in found:
        if told_at is None:
            last_on = on + timedelta(days=house.lapse_told_days)
            subject: dict[str, int | str] = {
                "application": key.application_id,
                "last_on": last_on.isoformat(),
            }
            news.append(Happening(key.member_id, "application_lapsing", "watch", at, subject))
        elif (on - told_at.astimezone(JAPAN).date()).days > house.lapse_told_days:
            forms.lapse(cursor, key, Source("watch", f"lapse {key.application_id}"), at)
            ended += 1
    journal.write(cursor, news)
    return Lapsed(len(news), ended)
