"""Settlements and write-offs: asked by one, agreed to by another, then done [和解・貸倒償却].

    request = settlements.ask(cursor, Offer(key, paid_yen, instalment_yen, Said(...)), asking)
    approvals.decide(cursor, request.ref, Decision(...), supervisor, at)      the loan changes

A settlement says what is still to be paid: all else of the day on which it is agreed to is given
up, damages first, then interest, then principal. So a request stays good while interest runs on,
and is asked again only where something was paid, drawn or changed since. All yen are the kernel's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from motocho.care import approvals
from motocho.care.approvals import Decided, Kind, Request, Wanted
from motocho.care.collections import counsel
from motocho.contact import tasks
from motocho.contact.directory import Lender
from motocho.contact.tasks import Ending
from motocho.documents import archive
from motocho.documents.archive import About, Due
from motocho.documents.paper import Paper
from motocho.documents.sheet import Pair
from motocho.loans import commands, queries
from motocho.loans.commands import Key, Made, Settlement
from motocho.loans.policy import Status
from motocho.loans.queries import Position, Settled
from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.people.access import Staff
from motocho.people.members import Member
from motocho.units.days import both_calendars_text
from motocho.units.errors import Fault, InputError, Language, NotFoundError, RefusedError, ensure
from motocho.units.money import yen_text
from motocho.units.periods import held_on, misplaced

SETTLEMENT, WRITE_OFF = "settlement", "write_off"


@dataclass(frozen=True, slots=True)
class Limits:
    """How far one may go on a day [和解の方針]: dated house policy."""

    settle_from_days_late: int
    principal_most_percent: int
    most_payments: int
    least_instalment_yen: int
    write_off_from_days_late: int


@cache
def _policies() -> tuple[tuple[date, Limits], ...]:
    text = (files("motocho.care") / "data" / "settlements.yaml").read_text(encoding="utf-8")
    rows: list[Mapping[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    names = [one.name for one in fields(Limits)]
    ensure(not [*misplaced(rows)], "the limits of settlements follow each other", rows=rows)
    return tuple((row["from"], Limits(**{name: row[name] for name in names})) for row in rows)


def limits(on: date) -> Limits:
    """What holds on a day; the first row for days before it [その日の方針]."""
    return held_on(on, _policies())


class Road(Enum):
    """How the member, or who acts for the member, said yes [本人の同意の方法]."""

    VOICE = "voice"
    LETTER = "letter"
    COUNSEL = "counsel"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the member would pay instead of all [和解案], and how it was agreed with them."""

    key: Key
    paid_yen: int
    instalment_yen: int
    road: Road
    agreed_on: date


class Cause(Enum):
    """Why a claim leaves the books [償却の理由]; it stays a claim, and receipts are recoveries."""

    UNREACHABLE = "unreachable"
    NO_MEANS = "no_means"
    INSOLVENT = "insolvent"
    HEIRLESS = "heirless"
    SMALL = "small"
    """Going on would cost more than it brings [費用倒れ]."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, why, by which form, when, and on which day of the book [依頼の記録]."""

    by: Staff
    reason: str
    source: str
    at: datetime
    book_on: date | None = None

    @property
    def on(self) -> date:
        """The day in Japan [依頼日]."""
        return self.at.astimezone(JAPAN).date()


# ---------------------------------------------------------------------------------- it is asked
def reckon(cursor: Any, offer: Offer, on: date) -> Settled:
    """A settlement as it would be on a day, within the limits of that day [和解の試算].

    Raises    RefusedError if it is not late enough, too little is paid at once, too much principal
              would go, it takes too long, or nothing would be given up.
    """
    policy = limits(on)
    position = queries.position(cursor, offer.key, on)
    _refuse_not_late(position, policy.settle_from_days_late)
    if offer.instalment_yen < min(policy.least_instalment_yen, offer.paid_yen):
        least = f"{policy.least_instalment_yen:,}"
        raise RefusedError(Fault("LGL-021", details={"least": least}))
    found = queries.settled(cursor, offer.key, offer.paid_yen, offer.instalment_yen, on)
    if found is None:
        raise RefusedError(Fault("LGL-022", details={"owed": f"{position.payoff_yen:,}"}))
    if found.principal_yen * 100 > position.principal_yen * policy.principal_most_percent:
        most = str(policy.principal_most_percent)
        raise RefusedError(Fault("LGL-023", details={"most": most}))
    if found.followed.payments > policy.most_payments:
        details = {"payments": str(found.followed.payments), "most": str(policy.most_payments)}
        raise RefusedError(Fault("LGL-024", details=details))
    return found


def _refuse_not_late(position: Position, least_days: int) -> None:
    is_due = position.days_late >= least_days or position.accelerated_on is not None
    if position.status is not Status.OPEN or not is_due:
        details = {"days": str(position.days_late), "least": str(least_days)}
        raise RefusedError(Fault("LGL-020", details=details))


def ask(cursor: Any, offer: Offer, asking: Asking) -> Request:
    """Ask a supervisor for a settlement [和解の承認依頼].

    Raises    as `reckon` and `approvals.ask`; InputError for a consent of days to come.
    """
    if offer.agreed_on > asking.on:
        raise InputError(Fault("LGL-025", excerpt=str(offer.agreed_on)))
    content = {
        "agreement": offer.key.agreement_id,
        "paid_yen": offer.paid_yen,
        "instalment_yen": offer.instalment_yen,
        "road": offer.road.value,
        "agreed_on": offer.agreed_on.isoformat(),
    }
    return approvals.ask(
        cursor, _wanted(SETTLEMENT, offer.key, content, asking), asking.by, asking.at
    )


def ask_write_off(cursor: Any, key: Key, cause: Cause, asking: Asking) -> Request:
    """Ask a supervisor to take a claim out of the books [償却の承認依頼].

    Raises    RefusedError if it is not late enough; and as `approvals.ask`.
    """
    content = {"agreement": key.agreement_id, "cause": cause.value}
    wanted = _wanted(WRITE_OFF, key, content, asking)
    return approvals.ask(cursor, wanted, asking.by, asking.at)


def _wanted(kind: str, key: Key, content: approvals.Content, asking: Asking) -> Wanted:
    subject = f"agreement {key.agreement_id}"
    return Wanted(
        kind, key.member_id, subject, content, asking.reason, asking.source, asking.book_on
    )


def _key(wanted: Wanted) -> Key:
    return Key(wanted.member_id, int(wanted.content["agreement"]))


def offer_of(member_id: int, content: approvals.Content) -> Offer:
    """The settlement that a request asks for [依頼された和解案]."""
    return Offer(
        Key(member_id, int(content["agreement"])),
        int(content["paid_yen"]),
        int(content["instalment_yen"]),
        Road(content["road"]),
        date.fromisoformat(content["agreed_on"]),
    )


def _settlement_figures(cursor: Any, wanted: Wanted, at: datetime) -> approvals.Content:
    """What does not move by itself from day to day: interest runs on, and is given up."""
    on = wanted.day(at)
    key = _key(wanted)
    position = queries.position(cursor, key, on)
    found = reckon(cursor, offer_of(wanted.member_id, wanted.content), on)
    return {
        "principal_yen": position.principal_yen,
        "costs_yen": position.costs_yen,
        "given_up_principal_yen": found.principal_yen,
        "paid_yen": found.paid_yen,
        "payments": found.followed.payments,
        "first_on": found.followed.now.on.isoformat(),
        "first_yen": found.followed.now.paid_yen,
        "ends_on": found.followed.ends_on.isoformat(),
    }


def _write_off_figures(cursor: Any, wanted: Wanted, at: datetime) -> approvals.Content:
    on = wanted.day(at)
    position = queries.position(cursor, _key(wanted), on)
    _refuse_not_late(position, limits(on).write_off_from_days_late)
    return {"principal_yen": position.principal_yen, "costs_yen": position.costs_yen}


# ----------------------------------------------------------------------------------- it is done
def _made(request: Request, decided: Decided, on: date) -> Made:
    ref = f"approval {request.ref.request_id}"
    return Made("desk", ref, on, decided.decided_at, f"staff {decided.decided_by}")


def _settle(cursor: Any, request: Request, decided: Decided, on: date) -> None:
    made = _made(request, decided, on)
    offer = offer_of(request.ref.member_id, request.content)
    commands.lock(cursor, offer.key)  # no receipt slips in between the reckoning and the change
    found = reckon(cursor, offer, made.business_on)
    wanted = Settlement(
        found.damages_yen, found.interest_yen, found.principal_yen, offer.instalment_yen,
        found.followed.ends_on, made.external_ref,
    )  # fmt: skip
    done = commands.settle(cursor, offer.key, wanted, made)
    end_handover(cursor, offer.key, made)
    cursor.execute(
        "INSERT INTO care_settlement (member_id, request_id, agreement_id, event_no, owed_yen,"
        " damages_yen, interest_yen, principal_yen, paid_yen, instalment_yen, payments, first_on,"
        " ends_on, settled_on, settled_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *request.ref, offer.key.agreement_id, done.event_no, found.owed_yen,
            found.damages_yen, found.interest_yen, found.principal_yen, found.paid_yen,
            offer.instalment_yen, found.followed.payments, found.followed.now.on,
            found.followed.ends_on, made.business_on, made.booked_at,
        ),
    )  # fmt: skip


def _write_off(cursor: Any, request: Request, decided: Decided, on: date) -> None:
    key = Key(request.ref.member_id, int(request.content["agreement"]))
    made = _made(request, decided, on)
    commands.write_off(cursor, key, made)
    end_handover(cursor, key, made)


def end_handover(cursor: Any, key: Key, made: Made) -> None:
    """What the strategy handed over is settled, in court, or written off [引継ぎの完了].

    Lock      the member's contacts.
    """
    ending = Ending(tasks.Outcome.DONE, made.actor)
    for each in tasks.of_member(cursor, key.member_id):
        if each.plan.facts.get("handover") == key.agreement_id:
            tasks.end(cursor, key.member_id, each.task_id, ending, made.booked_at)


approvals.register(Kind(SETTLEMENT, _settlement_figures, _settle))
approvals.register(Kind(WRITE_OFF, _write_off_figures, _write_off))


# ------------------------------------------------------------------------------------- reading
class Kept(NamedTuple):
    """A settlement that was made [成立した和解]; the yen are those of the ledger's event."""

    key: Key
    request_id: int
    event_no: int
    owed_yen: int
    damages_yen: int
    interest_yen: int
    principal_yen: int
    paid_yen: int
    instalment_yen: int
    payments: int
    first_on: date
    ends_on: date
    settled_on: date


class Standing(Enum):
    """How a settlement goes [和解の履行状況]; derived from the ledger, never stored."""

    RUNNING = "running"
    LATE = "late"
    """A payment is missing; the agreed consequence follows when a second one is."""
    FALLEN = "fallen"
    """Two payments are missing: a demand may ask for all that is left [期限の利益喪失]."""
    DONE = "done"


_SELECT = (
    "SELECT member_id, agreement_id, request_id, event_no, owed_yen, damages_yen, interest_yen,"
    " principal_yen, paid_yen, instalment_yen, payments, first_on, ends_on, settled_on"
    " FROM care_settlement"
)


def of_member(cursor: Any, member_id: int) -> list[Kept]:
    """Settlements of a member, the newest first [和解の一覧]."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s ORDER BY request_id DESC", (member_id,))
    return [_kept(row) for row in cursor.fetchall()]


def one(cursor: Any, member_id: int, request_id: int) -> Kept:
    """A settlement by the request that it was made on [和解の参照].

    Raises    NotFoundError for another's, as for none.
    """
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND request_id = %s", (member_id, request_id))
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("LGL-026"))
    return _kept(row)


def _kept(row: tuple[Any, ...]) -> Kept:
    return Kept(Key(int(row[0]), int(row[1])), *row[2:])


def standing(cursor: Any, kept: Kept, on: date) -> Standing:
    """How a settlement goes on a day [和解の履行状況]."""
    position = queries.position(cursor, kept.key, on)
    if position.payoff_yen == 0:
        return Standing.DONE
    if position.accelerated_on is not None or position.arrears_yen >= 2 * kept.instalment_yen:
        return Standing.FALLEN
    return Standing.RUNNING if position.late_since is None else Standing.LATE


def paper(cursor: Any, kept: Kept, parties: tuple[str, str]) -> Paper:
    """The settlement on paper [和解書]: its yen are those of the ledger's event.

    Takes     the lender and the member, each as they sign.
    """
    days = (kept.settled_on, kept.settled_on)
    rows = queries.statement(cursor, kept.key, *days)
    held = [row.amount_yen for row in rows if row.event_no == kept.event_no]
    stated = sum((kept.damages_yen, kept.interest_yen, kept.principal_yen))
    ensure(held == [stated], "a paper states what the ledger holds", kept=kept, held=held)
    lender, member = parties
    pairs = (
        Pair("甲（貸主）", lender),
        Pair("乙（借主）", member),
        Pair("契約番号", str(kept.key.agreement_id)),
        Pair("和解の日", both_calendars_text(kept.settled_on)),
        Pair("その日の債務の全額", _yen(kept.owed_yen)),
        Pair("免除する遅延損害金", _yen(kept.damages_yen)),
        Pair("免除する利息", _yen(kept.interest_yen)),
        Pair("免除する元本", _yen(kept.principal_yen)),
        Pair("乙が支払う額", _yen(kept.paid_yen)),
        Pair(
            "支払方法",
            f"{both_calendars_text(kept.first_on)}から{kept.payments}回、毎回{_yen(kept.instalment_yen)}"
            f"（最終回は残額）。最終回 {both_calendars_text(kept.ends_on)}",
        ),
        Pair("利息・損害金", "和解の日の翌日からは付きません。"),
        Pair(
            "期限の利益の喪失",
            _FALLS_DUE if kept.payments > 1 else _AT_ONCE,
        ),
        Pair("清算", "この書面に定めるほか、この契約について甲乙間に債権債務はありません。"),
    )
    title = "和解書"
    return Paper(
        title, kept.settled_on, pairs, (), (), (), f"{title} · 承認{kept.request_id}", Language.JA
    )


_FALLS_DUE = (
    "支払いを2回分以上怠り、甲が期限を定めて催告しても支払わないときは、残額を直ちに支払います。"
    "免除した額は復活しません。"
)
_AT_ONCE = "一度に支払うため、定めません。支払いが遅れても、免除した額は復活しません。"


def parties_of(member: Member, lender: Lender) -> tuple[str, str]:
    """The lender and the member, as they sign a settlement [和解の当事者]."""
    named = f"{member.person.family_name} {member.person.given_name}"
    return (
        f"{lender.name_ja}　{lender.address_ja}",
        f"{named}（会員番号 {member.member_number}）",
    )


def deliver(cursor: Any, request: Request, lender: Lender, at: datetime) -> None:
    """Put it among the member's papers and in the post's queue, once [和解書の交付].

    While counsel acts nothing goes to the member by itself: the paper is handed to counsel, and the
    member's own copy is there to be opened on the site, or asked for · COLL-010.
    """
    member_id = request.ref.member_id
    kept = one(cursor, *request.ref)
    is_by_counsel = offer_of(member_id, request.content).road is Road.COUNSEL
    by_counsel = is_by_counsel or bool(counsel.standing(cursor, member_id))
    due = Due.WHEN_ASKED if by_counsel else Due.ALWAYS
    cause = f"settlement {kept.request_id}"
    about = About(kept.key, archive.Kind.SETTLEMENT, cause, kept.event_no, due=due)
    parties = parties_of(members.one(cursor, member_id), lender)
    archive.deliver(cursor, paper(cursor, kept, parties), about, at)


def paper_no_of(cursor: Any, kept: Kept) -> int | None:
    """The number of its paper among the member's [和解書の番号]; None before it was delivered."""
    mine = archive.of_event(cursor, kept.key, kept.event_no)
    return next((each.paper_no for each in mine if each.kind is archive.Kind.SETTLEMENT), None)


def _yen(amount_yen: int) -> str:
    return f"{yen_text(amount_yen)}円"
