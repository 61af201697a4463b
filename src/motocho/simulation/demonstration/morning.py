"""A morning at the demonstration's desk: who is late can be reached, others ask [朝の窓口].

Each day on which the demonstration is begun has a morning of its own: told once, and once more only
on another day. Everything comes by the same commands as from the site or from a colleague.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from motocho.care.cases import complaints
from motocho.care.reliefs import consultations
from motocho.contact import tasks
from motocho.contact.directory import shipped
from motocho.contact.guard import Purpose
from motocho.documents import intake
from motocho.loans import queries
from motocho.loans.commands import Key, Made, open_promise, promise
from motocho.loans.standing import PLACES
from motocho.outside.bank import is_business_day
from motocho.people import requests
from motocho.people.facts import history, values
from motocho.people.requests import Kind as RequestKind
from motocho.simulation.demonstration import cases, ready
from motocho.simulation.demonstration.cases import Day

_LATE_SHOWN, _OTHERS_SHOWN = 40, 16
_ACTOR = "demo"
_DESK, _DESK_ROAD = "card_loan", "desk"
_CALL_BACK_AFTER = timedelta(minutes=45)
_REACHABLE_FOR = timedelta(days=30)
_PROMISED_IN_DAYS = (0, 1, 3)
_ASKING = 7
"""So many have one small thing each; the others have a case."""
_TOPICS = (consultations.Topic.LATE, consultations.Topic.LESS)
_TOLD = (
    (complaints.Kind.COMPLAINT, "仕事中に電話がありました。夕方以降にしてください。"),
    (complaints.Kind.OPINION, "明細の文字をもう少し大きくしてほしいです。"),
)

_PICKED = f"""
SELECT member_id, agreement_id, late_since IS NOT NULL FROM (
    SELECT a.member_id, a.agreement_id, a.state->>{PLACES["late_since"]} AS late_since,
        row_number() OVER (PARTITION BY a.state->>{PLACES["late_since"]} IS NULL
            ORDER BY a.state->>{PLACES["late_since"]} DESC, a.member_id, a.agreement_id) AS place
    FROM loan_agreement a JOIN people_member m USING (member_id)
    WHERE a.status = 'open' AND a.principal_yen > 0 AND m.member_number <> ALL (%s)
) found
WHERE place <= CASE WHEN late_since IS NULL THEN %s ELSE %s END
ORDER BY member_id, agreement_id
"""  # noqa: S608  # our own numbers


@dataclass(frozen=True, slots=True)
class Told:
    """What a morning brings [朝の件数]."""

    late: int
    """Agreements whose members can be called about a due date that passed."""
    waiting: int
    """Members who asked something, wait for a call, or promised."""


def prepare(cursor: Any, at: datetime, business_on: date) -> Told:
    """Fill the desk's queues for a day [朝の準備].

    Takes     the cursor of a transaction; moment and business date.
    """
    morning = cases.day(cursor, at, business_on)
    late, others = (_one_each(keys) for keys in _picked(cursor))
    for key in (*late, *others):
        _make_reachable(cursor, key.member_id, at)
    free = others[_ASKING:]
    cases.call_before(cursor, late, others, morning)
    asking = list(_ask(cursor, others[:_ASKING], morning))
    telling = [
        *cases.tell(cursor, free, morning),
        *cases.apply(cursor, free[cases.TOLD :], morning),
    ]
    cases.ask_two(cursor, late, morning)
    promising = list(_promise(cursor, late[: (len(late) + 1) // 2], morning))
    return Told(len(late), len(asking) + len(telling) + len(promising))


def _picked(cursor: Any) -> tuple[list[Key], list[Key]]:
    """Agreements that are late, the latest trouble first, and some that are not."""
    shown = [one.member_number for one in ready.READY]
    cursor.execute(_PICKED, (shown, _OTHERS_SHOWN, _LATE_SHOWN))
    late: list[Key] = []
    others: list[Key] = []
    for member_id, agreement_id, is_late in cursor.fetchall():
        (late if is_late else others).append(Key(member_id, agreement_id))
    reached = {key.member_id for key in late}
    return late, [key for key in others if key.member_id not in reached]


def _one_each(keys: Sequence[Key]) -> list[Key]:
    return list({key.member_id: key for key in keys}.values())


def _make_reachable(cursor: Any, member_id: int, at: datetime) -> None:
    """Facts of nobody: numbers that are given to no one, in a street that is not there."""
    facts = (
        (values.Kind.MOBILE_PHONE, values.Phone(f"0700000{member_id % 10_000:04d}")),
        (values.Kind.ADDRESS, values.Address("1000001", f"東京都千代田区見本町9-{member_id}")),
        (values.Kind.EMPLOYER, values.Employer("みほん工業株式会社")),
    )
    known = history.as_of(cursor, member_id, at.date())
    since = at - _REACHABLE_FOR
    for kind, value in ((kind, value) for kind, value in facts if kind not in known):
        change = history.Change(member_id, kind, value, since.date(), f"demo {kind.value}")
        history.record(cursor, change, history.Teller(_ACTOR, history.Road.REGISTRATION), since)


def _ask(cursor: Any, keys: Sequence[Key], morning: Day) -> Iterator[int]:
    """One thing each: hours to talk, words, a call back, a new card, a paper."""
    waiting = iter(keys)
    for topic, key in zip(_TOPICS, waiting, strict=False):
        yield from _book(cursor, key.member_id, topic, morning)
    for (kind, words), key in zip(_TOLD, waiting, strict=False):
        told = complaints.Told(kind, words)
        source = morning.source(kind.value)
        complaints.tell(cursor, key.member_id, told, source, morning.at)
        yield key.member_id
    for key in _next(waiting):
        moment = morning.at + _CALL_BACK_AFTER
        plan = tasks.Plan(tasks.Kind.CALL_BACK, Purpose.ASKED_FOR, moment)
        tasks.put(cursor, key.member_id, plan, morning.source("call back"), morning.at)
        yield key.member_id
    for key in _next(waiting):
        requests.ask_own(cursor, key.member_id, RequestKind.NEW_CARD, morning.at)
        yield key.member_id
    for key in _next(waiting):
        upload = intake.Upload("", _paper(morning.business_on))
        intake.keep(cursor, key.member_id, intake.Purpose.INCOME, upload, morning.at)
        yield key.member_id


def _next(waiting: Iterator[Key]) -> list[Key]:
    return [key for key in (next(waiting, None),) if key is not None]


def _book(cursor: Any, member_id: int, topic: consultations.Topic, morning: Day) -> Iterator[int]:
    if consultations.booked(cursor, member_id, morning.at) is not None:
        yield member_id
        return
    hours = shipped().desk(_DESK).hours
    taken = consultations.full_hours(cursor, morning.at)
    offered = consultations.hours_to_choose(hours, morning.at, is_business_day, taken)
    wanted = consultations.Wanted(topic, offered[0], offered)
    consultations.book(cursor, member_id, wanted, morning.source(topic.value), morning.at)
    yield member_id


def _paper(on: date) -> bytes:
    """A pay slip of nobody, as a photo."""
    page = Image.new("RGB", (1000, 700), "white")
    pen = ImageDraw.Draw(page)
    pen.rectangle((40, 40, 960, 660), outline="black", width=3)
    for place, line in enumerate((f"SAMPLE PAY SLIP {on:%Y-%m}", "350,000 YEN", "MIHON INC.")):
        pen.text((80, 90 + 110 * place), line, fill="black", font_size=64)
    out = BytesIO()
    page.save(out, "JPEG", quality=90)
    return out.getvalue()


def _promise(cursor: Any, keys: Sequence[Key], morning: Day) -> Iterator[int]:
    """A few who are late have promised to pay: today, tomorrow, later."""
    for days, key in zip(_PROMISED_IN_DAYS, keys, strict=False):
        if open_promise(cursor, key) is None:
            due_yen = queries.position(cursor, key, morning.business_on).due_yen
            pay_on = morning.business_on + timedelta(days=days)
            source = morning.source(f"promise {key.agreement_id}")
            made = Made(_DESK_ROAD, source.ref, morning.business_on, morning.at, _ACTOR)
            promise(cursor, key, due_yen, pay_on, made)
        yield key.member_id
