"""What a look at some members finds, set by set: each query one reason [途上管理の調べ].

Each takes a stretch of members and the days since the last look, and gives what to ask of whom. A
member who was asked is not found again for the same ground: `source` names it.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from motocho.loans.commands import Ask
from motocho.loans.monitoring import a_month_after
from motocho.loans.policy import Stop
from motocho.outside.clock import JAPAN
from motocho.screening.watch.policy import Policy

_NOT_ASKED = """NOT EXISTS (
    SELECT FROM loan_watch w WHERE w.member_id = {of}.member_id AND w.reason = '{reason}'
      AND w.ended_on IS NULL)"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The members after one, up to another, and the days looked at [調べる範囲]."""

    after: int
    upto: int
    since_on: date
    """The first day whose happenings count."""
    on: date
    """The business date that is open: happenings before it count."""
    policy: Policy

    def values(self) -> dict[str, Any]:
        """What the queries are given [問い合わせの値]."""
        house = self.policy
        return {
            "after": self.after,
            "upto": self.upto,
            "since": self.since_on,
            "on": self.on,
            "since_at": datetime.combine(self.since_on, time(), JAPAN),
            "until_at": datetime.combine(self.on, time(), JAPAN),
            "often_from": self.on - timedelta(days=house.often_days),
            "often": house.often_draws,
            "late_from": self.on - timedelta(days=house.late_days),
            "late_first": self.since_on.toordinal() - _LATE_LOOKED_AT_DAYS,
            "late": house.late_times,
            "year_days": _year_days(self.since_on, self.on),
            "facts_old": a_month_after(self.on, -_MONTHS * house.facts_years),
        }


_MONTHS = 12
_LATE_LOOKED_AT_DAYS = 31
"""A due date that was missed this long before the last look was counted by one of those before."""


def _year_days(since_on: date, on: date) -> list[str]:
    """The days of the year that came after one day, up to another; 29 February on the day before.

    >>> _year_days(date(2027, 2, 26), date(2027, 2, 28))
    ['0227', '0228', '0229']
    """
    found = []
    for number in range(since_on.toordinal() + 1, on.toordinal() + 1):
        day = date.fromordinal(number)
        found.append(f"{day:%m%d}")
        if (day.month, day.day) == (2, 28) and not isleap(day.year):
            found.append("0229")
    return found


_OFTEN = f"""
SELECT d.member_id, count(*), max(e.value_on) FROM (
    SELECT DISTINCT member_id FROM loan_event
    WHERE business_on >= %(since)s AND business_on < %(on)s AND kind = 'draw'
      AND member_id > %(after)s AND member_id <= %(upto)s
) AS d JOIN loan_event e ON e.member_id = d.member_id AND e.kind = 'draw'
WHERE e.value_on >= %(often_from)s AND e.value_on < %(on)s
  AND e.value_on >= coalesce((SELECT max(w.ended_on) FROM loan_watch w
      WHERE w.member_id = d.member_id AND w.reason = 'often_drawn'), '-infinity')
  AND NOT EXISTS (SELECT FROM loan_event c WHERE c.member_id = e.member_id
      AND c.agreement_id = e.agreement_id AND c.cancels_no = e.event_no)
  AND {_NOT_ASKED.format(of="d", reason="often_drawn")}
GROUP BY d.member_id HAVING count(*) >= %(often)s ORDER BY d.member_id
"""  # noqa: S608  # our own words


def often_drawn(cursor: Any, stretch: Stretch) -> list[Ask]:
    """Members who drew many times within a few days [短期間の多数の借入れ] · FRAUD-005."""
    cursor.execute(_OFTEN, stretch.values())
    return [
        Ask(
            member_id,
            Stop.OFTEN_DRAWN,
            f"often {last_on}",
            facts={"draws": int(draws), "days": stretch.policy.often_days},
        )
        for member_id, draws, last_on in cursor.fetchall()
    ]


_LATE = f"""
SELECT l.member_id, count(*), max(l.due_on) FROM (
    SELECT DISTINCT a.member_id, (j.subject->>'due_on')::date AS due_on
    FROM loan_agreement a JOIN journal_row j ON j.member_id = a.member_id AND j.kind = 'due_missed'
    WHERE a.late_since >= %(late_first)s AND a.status = 'open'
      AND a.member_id > %(after)s AND a.member_id <= %(upto)s
) AS l
WHERE l.due_on >= %(late_from)s AND l.due_on < %(on)s
  AND l.due_on >= coalesce((SELECT max(w.ended_on) FROM loan_watch w
      WHERE w.member_id = l.member_id AND w.reason = 'late_often'), '-infinity')
  AND {_NOT_ASKED.format(of="l", reason="late_often")}
GROUP BY l.member_id HAVING count(*) >= %(late)s ORDER BY l.member_id
"""  # noqa: S608  # our own words


def late_often(cursor: Any, stretch: Stretch) -> list[Ask]:
    """Members who missed due dates again and again [遅延の繰返し] · LEND-020."""
    cursor.execute(_LATE, stretch.values())
    return [
        Ask(
            member_id,
            Stop.LATE_OFTEN,
            f"late {last_on}",
            facts={"times": int(times), "days": stretch.policy.late_days},
        )
        for member_id, times, last_on in cursor.fetchall()
    ]


_FACTS = f"""
SELECT a.member_id, greatest(max(a.opened_on), (
    SELECT max(c.confirmed_on) FROM screening_confirmation c WHERE c.member_id = a.member_id))
FROM loan_agreement a
WHERE a.status = 'open' AND a.member_id > %(after)s AND a.member_id <= %(upto)s
  AND {_NOT_ASKED.format(of="a", reason="facts_old")}
GROUP BY a.member_id
HAVING max(a.opened_on) <= %(facts_old)s AND coalesce((
    SELECT max(c.confirmed_on) FROM screening_confirmation c WHERE c.member_id = a.member_id
), '-infinity') <= %(facts_old)s
  AND to_char(greatest(max(a.opened_on), (
    SELECT max(c.confirmed_on) FROM screening_confirmation c WHERE c.member_id = a.member_id
)), 'MMDD') = ANY (%(year_days)s)
ORDER BY a.member_id
"""  # noqa: S608  # our own words


def facts_old(cursor: Any, stretch: Stretch) -> list[Ask]:
    """Members who confirmed nothing registered for years [登録情報の未確認].

    Asked on the day of the year of the contract, or of the last confirmation.
    Why       a book that is old when the watch begins is asked over a year, not in one night.
    """
    cursor.execute(_FACTS, stretch.values())
    due_on = stretch.on + timedelta(days=stretch.policy.facts_days)
    return [
        Ask(
            member_id,
            Stop.FACTS_OLD,
            f"facts since {known_on}",
            due_on,
            facts={"known_on": known_on.isoformat()},
        )
        for member_id, known_on in cursor.fetchall()
    ]


_EMPLOYER = f"""
SELECT f.member_id, max(f.fact_no) FROM people_fact f
WHERE f.kind = 'employer' AND f.member_id > %(after)s AND f.member_id <= %(upto)s
  AND f.recorded_at >= %(since_at)s AND f.recorded_at < %(until_at)s
  AND EXISTS (SELECT FROM loan_agreement a WHERE a.member_id = f.member_id AND a.status = 'open'
      AND a.opened_on < (f.recorded_at AT TIME ZONE 'Asia/Tokyo')::date)
  AND EXISTS (SELECT FROM people_fact b WHERE b.member_id = f.member_id AND b.kind = 'employer'
      AND b.fact_no < f.fact_no AND b.masked <> f.masked)
  AND {_NOT_ASKED.format(of="f", reason="employer_changed")}
GROUP BY f.member_id ORDER BY f.member_id
"""  # noqa: S608  # our own words


def employer_changed(cursor: Any, stretch: Stretch) -> list[Ask]:
    """Members who told another employer [勤務先の変更]: it is confirmed anew, by a paper."""
    cursor.execute(_EMPLOYER, stretch.values())
    due_on = stretch.on + timedelta(days=stretch.policy.employer_days)
    return [
        Ask(member_id, Stop.EMPLOYER_CHANGED, f"employer fact {fact_no}", due_on)
        for member_id, fact_no in cursor.fetchall()
    ]


_UNREACHED = f"""
SELECT u.member_id, max(u.unreached_no), bool_or(u.road = 'letter'), bool_or(u.road = 'phone'),
    bool_or(u.road = 'mail') OR EXISTS (SELECT FROM journal_row j WHERE j.member_id = u.member_id
        AND j.kind = 'mail_bounced' AND (j.happened_at AT TIME ZONE 'Asia/Tokyo')::date < %(on)s
        AND (j.happened_at AT TIME ZONE 'Asia/Tokyo')::date >= coalesce((SELECT max(w.ended_on)
            FROM loan_watch w WHERE w.member_id = u.member_id AND w.reason = 'unreachable'),
            '-infinity')
        AND NOT EXISTS (SELECT FROM people_fact f WHERE f.member_id = u.member_id
            AND f.kind = 'email' AND f.fact_no > (j.subject->>'fact_no')::bigint))
FROM screening_unreached u
WHERE u.member_id > %(after)s AND u.member_id <= %(upto)s AND u.noted_on < %(on)s
  AND u.noted_on >= coalesce((SELECT max(w.ended_on) FROM loan_watch w
      WHERE w.member_id = u.member_id AND w.reason = 'unreachable'), '-infinity')
  AND NOT EXISTS (SELECT FROM people_fact f WHERE f.member_id = u.member_id
      AND f.recorded_at > u.noted_at AND f.kind = CASE u.road WHEN 'letter' THEN 'address'
          WHEN 'phone' THEN 'mobile_phone' ELSE 'email' END)
  AND EXISTS (SELECT FROM loan_agreement a WHERE a.member_id = u.member_id AND a.status = 'open')
  AND {_NOT_ASKED.format(of="u", reason="unreachable")}
GROUP BY u.member_id ORDER BY u.member_id
"""  # noqa: S608  # our own words


def unreachable(cursor: Any, stretch: Stretch) -> list[Ask]:
    """Members whose letters come back, or who answer neither phone nor mail [連絡不能].

    A mail that reaches nobody is noted by a hand, or came back by itself (`mail_bounced`).
    """
    cursor.execute(_UNREACHED, stretch.values())
    due_on = stretch.on + timedelta(days=stretch.policy.reach_days)
    return [
        Ask(member_id, Stop.UNREACHABLE, f"unreached {number}", due_on)
        for member_id, number, letter, phone, mail in cursor.fetchall()
        if letter or (phone and mail)
    ]


FINDERS: Sequence[Callable[[Any, Stretch], list[Ask]]] = (
    often_drawn,
    late_often,
    facts_old,
    employer_changed,
    unreachable,
)
"""What every look asks; what an answer of a bureau brings is asked when it comes (`answers`)."""

# -------------------------------------------------------------------------------- what ends by time
_OVER = """
SELECT member_id FROM loan_watch
WHERE ended_on IS NULL AND reason = 'self_excluded' AND until_on < %(on)s
  AND member_id > %(after)s AND member_id <= %(upto)s ORDER BY member_id
"""
_CLEAN = """
SELECT w.member_id, max((j.subject->>'due_on')::date) FROM loan_watch w
JOIN journal_row j ON j.member_id = w.member_id AND j.kind = 'due_missed'
WHERE w.ended_on IS NULL AND w.reason = 'late_often'
  AND w.member_id > %(after)s AND w.member_id <= %(upto)s
  AND NOT EXISTS (SELECT FROM loan_agreement a WHERE a.member_id = w.member_id
      AND a.late_since IS NOT NULL)
GROUP BY w.member_id ORDER BY w.member_id
"""
_REACHED = """
SELECT w.member_id FROM loan_watch w
WHERE w.ended_on IS NULL AND w.reason = 'unreachable'
  AND w.member_id > %(after)s AND w.member_id <= %(upto)s
  AND EXISTS (SELECT FROM people_fact f WHERE f.member_id = w.member_id
      AND f.recorded_at > w.asked_at AND f.kind IN ('address', 'mobile_phone', 'email'))
ORDER BY w.member_id
"""


def over(cursor: Any, stretch: Stretch) -> list[tuple[int, Stop]]:
    """Reasons whose time is over, of members of a stretch [期間の終わった停止]."""
    values = stretch.values()
    cursor.execute(_OVER, values)
    found = [(int(row[0]), Stop.SELF_EXCLUDED) for row in cursor.fetchall()]
    cursor.execute(_CLEAN, values)
    clean = timedelta(days=stretch.policy.late_clean_days)
    found += [
        (int(member_id), Stop.LATE_OFTEN)
        for member_id, last_on in cursor.fetchall()
        if last_on + clean < stretch.on
    ]
    return found


def reached(cursor: Any, stretch: Stretch) -> list[int]:
    """Members who registered since where they can be reached [連絡先の登録]."""
    cursor.execute(_REACHED, stretch.values())
    return [int(row[0]) for row in cursor.fetchall()]
