"""The first page after the login: what is owed and when, before what could be borrowed [ホーム]."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.http import HttpRequest, HttpResponse

from motocho.loans import commands, payouts, queries
from motocho.loans.commands import Key
from motocho.loans.outlook import Outlook
from motocho.loans.policy import WATCHED, Status, Stop
from motocho.loans.queries import Position, StatementRow
from motocho.notices import bounces, messages
from motocho.people import login
from motocho.people.access import Action
from motocho.people.safety import freezes, holds
from motocho.screening import watch
from motocho.web import access, maintenance, pages
from motocho.web.access import Member
from motocho.web.member import _agreed, _rows

RECENT_ROWS = 3
RECENT_DAYS = timedelta(days=400)

STOP_TEXTS: Mapping[Stop, str] = {
    Stop.MEMBER_ASKED: "cause.member_asked",
    Stop.RESTING: "cause.resting",
    Stop.NO_BUREAU_CONSENT: "cause.no_bureau_consent",
    Stop.CARD_LOST: "cause.card_lost",
    Stop.BUREAU_CHECK_DUE: "cause.bureau_check_due",
    Stop.INCOME_EVIDENCE_DUE: "cause.income_evidence_due",
    Stop.OVER_ONE_THIRD: "cause.over_one_third",
    Stop.COUNSEL: "cause.counsel",
    Stop.DECEASED: "cause.deceased",
    Stop.FRAUD: "cause.fraud",
    Stop.CREDIT: "cause.credit",
    Stop.OFTEN_DRAWN: "cause.often_drawn",
    Stop.LATE_OFTEN: "cause.late_often",
    Stop.DEBTS_ELSEWHERE: "cause.debts_elsewhere",
    Stop.FACTS_OLD: "cause.facts_old",
    Stop.EMPLOYER_CHANGED: "cause.employer_changed",
    Stop.UNREACHABLE: "cause.unreachable",
    Stop.SELF_EXCLUDED: "cause.self_excluded",
}
"""One cause, one text: none stands for another."""


WATCHED_CAUSES = tuple(
    STOP_TEXTS[stop] for stop in (*sorted(WATCHED, key=lambda one: one.value), Stop.OVER_ONE_THIRD)
)
"""Causes that the page of reasons tells more of."""
ASK_TEXTS: Mapping[Stop, str] = {
    Stop.FACTS_OLD: "watch.ask.facts_old",
    Stop.EMPLOYER_CHANGED: "watch.ask.employer_changed",
    Stop.UNREACHABLE: "watch.ask.unreachable",
    Stop.INCOME_EVIDENCE_DUE: "watch.ask.income_evidence_due",
}
"""What is asked while borrowing goes on; what stops at once is never asked beforehand."""


@dataclass(frozen=True, slots=True)
class Account:
    """One agreement as the first page shows it [契約の表示]."""

    position: Position
    rows: tuple[StatementRow, ...]
    ends: Outlook | None
    """How it ends if the minimum is paid each time; None if nothing is owed or it is late."""

    @property
    def is_written_off(self) -> bool:
        """Whether the desk alone takes payments of it [償却済みか]."""
        return self.position.status is Status.WRITTEN_OFF

    @property
    def days_left(self) -> int:
        """Days to the last day to pay in time; below 0 where it is over [残り日数]."""
        by = self.position.pay_by_on
        return 0 if by is None else (by - self.position.on).days


@access.members(Action.LOOK)
def home(request: HttpRequest, member: Member) -> HttpResponse:
    """The page [ホーム] · debt first, credit below and smaller."""
    accounts = sorted((account(member, one) for one in member.open_agreements), key=_urgency)
    first = accounts[0] if accounts else None
    promise = None
    with connection.cursor() as cursor:
        new = messages.unread(cursor, member.member_id)
        asked = queries.evidence_asked(cursor, member.member_id)
        since = bounces.unreachable_since(cursor, member.member_id, member.today)
        if first is not None:
            promise = commands.open_promise(cursor, first.position.key)
        positions = [one.position for one in accounts]
        found = watch.reasons(cursor, member.member_id, positions, member.today)
        mine = [one.position.key.agreement_id for one in accounts]
        agreed = _agreed.of_member(cursor, member, mine)
    settled = {one.of.key for one in agreed}
    context = {
        "asked": asked,
        "unreachable_since": since,
        "first": first,
        "others": accounts[1:],
        "promise": promise,
        "agreed": agreed,
        "follows_minimum": first is not None and first.position.key not in settled,
        "unread": new,
        "watch_asks": _asks(found),
        "watched_causes": WATCHED_CAUSES,
        "causes": causes(member, [one.position for one in accounts], settled),
        "rows": () if first is None else _rows.shown(first.rows, pages.tongue_of(request)),
    }
    return pages.show(request, "member/home.html", context)


def account(member: Member, listed: queries.Listed) -> Account:
    """An agreement today, with its latest rows [契約の表示]."""
    key, today = listed.key, member.today
    with connection.cursor() as cursor:
        position = queries.position(cursor, key, today)
        from_on = max(listed.opened_on, today - RECENT_DAYS)
        rows = queries.statement(cursor, key, from_on, today)
        moved = [row for row in rows if row.kind in _rows.MONEY]
        ends = payouts.outlook_of(cursor, key, today)
    return Account(position, tuple(moved[: -RECENT_ROWS - 1 : -1]), ends)


def _urgency(one: Account) -> tuple[bool, date]:
    due_on = one.position.pay_by_on
    return (due_on is None, due_on or date.max)


def causes(member: Member, positions: list[Position], settled: Collection[Key] = ()) -> list[str]:
    """Why something cannot be done now, each in its own words [使えない理由].

    Takes     agreements that were settled: nothing more is lent on those, and that is why.
    """
    found = []
    with connection.cursor() as cursor:
        if freezes.frozen_at(cursor, member.member_id) is not None:
            found.append("cause.frozen")
        if login.locked_lanes(cursor, member.member_id):
            found.append("cause.locked")
        held = holds.holds(cursor, member.member_id, member.at)
        if any(one.kind is holds.Kind.ALL_DRAWS for one in held):
            found.append("cause.held")
    if maintenance.view_only(member.at):
        found.append("cause.maintenance")
    stops = {(stop, position.key in settled) for position in positions for stop in position.stops}
    found += [text for stop, text in STOP_TEXTS.items() if (stop, False) in stops]
    found += [
        "cause.settled" if stop is Stop.CREDIT else text
        for stop, text in STOP_TEXTS.items()
        if (stop, True) in stops
    ]
    for position in positions:
        found += _of_one(position)
    return list(dict.fromkeys(found))


def _asks(found: Sequence[watch.Reason]) -> list[tuple[str, watch.Reason]]:
    """What is asked while borrowing goes on; evidence of income has a place of its own."""
    return [
        (ASK_TEXTS[one.stop], one)
        for one in found
        if not one.is_stopped and one.stop in ASK_TEXTS and one.stop is not Stop.INCOME_EVIDENCE_DUE
    ]


def _of_one(position: Position) -> list[str]:
    found = []
    if position.status is Status.WRITTEN_OFF:
        found.append("cause.written_off")
    if position.status is Status.ASSIGNED:
        found.append("cause.assigned")
    if position.status is Status.OPEN and not position.limit_yen:
        found.append("cause.limit_zero")
    elif position.status is Status.OPEN and _is_late(position) and not _is_ended(position):
        found.append("cause.late")
    elif position.status is Status.OPEN and not position.available_yen and not position.stops:
        found.append("closed.under_way" if position.held_yen else "cause.limit_used")
    return found


def _is_ended(position: Position) -> bool:
    """Nothing more is lent on it, paid or not."""
    return Stop.CREDIT in position.stops


def _is_late(position: Position) -> bool:
    return position.late_since is not None or position.accelerated_on is not None
