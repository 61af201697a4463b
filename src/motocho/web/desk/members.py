"""The page of a member: who it is, how it stands, what happened, what may be done [会員の画面].

Masked until the member is known on the call that the colleague is on (`care.reception.checks`), or
a supervisor or an auditor says what for. What is masked is not in the page at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from motocho.care.reasons import talks
from motocho.care.reception import checks, guessing, happenings, memos
from motocho.care.worklist import claims
from motocho.contact import gate as contacts
from motocho.contact.guard import Facts, HoldKind
from motocho.contact.holds import Source
from motocho.documents import archive
from motocho.loans import commands, queries
from motocho.loans.policy import Status, Stop
from motocho.people import access as gate
from motocho.people import members, requests
from motocho.people import staff as colleagues
from motocho.people.access import Action, Staff
from motocho.people.facts import history, matching
from motocho.people.safety import freezes
from motocho.units.errors import Fault, InputError, MotochoError
from motocho.web import _commands, access, pages
from motocho.web._covering import masked
from motocho.web.access import Colleague
from motocho.web.desk import _history, panel
from motocho.web.desk._shown import SHOWN
from motocho.web.desk.today import WHYS
from motocho.web.fields import LONGEST_TYPED
from motocho.web.words import Said, Tongue, said

ITEMS = {
    matching.Item.BIRTH_DATE: "desk.member.birth_date",
    matching.Item.ADDRESS: "desk.member.address",
    matching.Item.PHONE_DIGITS: "desk.member.phone_digits",
    matching.Item.NAME_READING: "desk.member.name_reading",
    matching.Item.EMPLOYER: "desk.member.employer",
}
PURPOSES = {
    "review": "desk.member.for_review",
    "complaint": "desk.member.for_complaint",
    "audit": "desk.member.for_audit",
}
"""For what a page is looked at whole without a call: a word of the journal, and its label."""
HOLDS = {
    HoldKind.NOT_NOW: "desk.flag.not_now",
    HoldKind.NEVER: "desk.flag.never",
    HoldKind.UNCLEAR: "desk.flag.unclear",
    HoldKind.PAUSE: "desk.flag.pause",
    HoldKind.SELF_EXCLUDED: "desk.flag.self_excluded",
    HoldKind.CONSULTATION: "desk.flag.consultation",
    HoldKind.PREFERRED_HOURS: "desk.flag.preferred_hours",
    HoldKind.BEREAVEMENT: "desk.flag.bereavement",
    HoldKind.HOSPITAL: "desk.flag.hospital",
    HoldKind.DISASTER: "desk.flag.disaster",
    HoldKind.DECEASED: "desk.flag.deceased",
    HoldKind.COMPLAINT: "desk.flag.complaint",
    HoldKind.NO_JUDGEMENT: "desk.flag.no_judgement",
    HoldKind.SHARED_MAILBOX: "desk.flag.shared_mailbox",
    HoldKind.GUARDED: "desk.flag.guarded",
    HoldKind.THIRD_REFUSED: "desk.flag.third_refused",
    HoldKind.DISPUTED: "fraud.flag",
    HoldKind.CARE: "flags.flag",
}
LIKELY = {
    guessing.Likely.FROZEN: "desk.likely.frozen",
    guessing.Likely.PROMISE_BROKEN: "desk.likely.promise_broken",
    guessing.Likely.LATE: "desk.likely.late",
    guessing.Likely.CONSULTATION: "desk.likely.consultation",
    guessing.Likely.EVIDENCE: "desk.likely.evidence",
    guessing.Likely.REQUEST: "desk.likely.request",
    guessing.Likely.OUR_CALL: "desk.likely.our_call",
    guessing.Likely.OUR_MAIL: "desk.likely.our_mail",
    guessing.Likely.PAID: "desk.likely.paid",
    guessing.Likely.DUE_SOON: "desk.likely.due_soon",
    guessing.Likely.NOTHING: "desk.likely.nothing",
}
MAIN, ALL = "main", "all"
"""What of the history is shown: all but the looks unless another is asked for."""
LINES = 40
PAPERS = 8
DUE_SOON_DAYS = 3


@dataclass(frozen=True, slots=True)
class View:
    """How much somebody sees of a member, and what for [閲覧の範囲]."""

    staff: Staff
    seat: checks.Seat
    whole: str
    """`call` or a word of `PURPOSES` where the page is whole; empty where it is masked."""


@dataclass(frozen=True, slots=True)
class Flag:
    """What whoever speaks with the member must know at once [旗]."""

    label: str
    tone: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """An agreement with its position [契約の状況]."""

    listed: queries.Listed
    position: queries.Position
    promise: Any
    papers: list[archive.Kept]


Stands: TypeAlias = tuple[list[queries.Position], Facts, datetime | None]
"""How a member stands: each agreement, what the gate sees, since when all is stopped."""


def _view(cursor: Any, request: HttpRequest, colleague: Colleague, member_id: int) -> View:
    """Ask for the page, with the purpose by which it is kept [閲覧の許可] · PRIV-003.

    Raises    NotFoundError or RefusedError, as people refuses.
    """
    seat = checks.seat(cursor, member_id, colleague.staff.actor, colleague.at)
    wanted = request.GET.get("for", "")
    action, purpose, whole = Action.LOOK, "search", ""
    if seat.call is not None:
        purpose = f"call {seat.call.attempt_id}"
        whole = "call" if seat.is_known else ""
    if not whole and wanted in PURPOSES and colleague.may(Action.SEE_WHOLE):
        action, purpose, whole = Action.SEE_WHOLE, wanted, wanted
    staff = colleague.looking_for(purpose)
    access.allow(gate.ask(cursor, staff, action, member_id, colleague.at))
    return View(staff, seat, whole)


@require_safe
@access.staff(Action.LOOK)
def member(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """Everything of a member on one page, masked or whole [会員の画面] · PRIV-003, COLL-006.

    Raises    NotFoundError for whom the colleague may not see, as for who is not there.
    """
    return _page(request, colleague, member_id, {})


def _page(
    request: HttpRequest,
    colleague: Colleague,
    member_id: int,
    extra: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        view = _view(cursor, request, colleague, member_id)
        context = _context(cursor, request, colleague, (member_id, view))
    return pages.show(request, "desk/member.html", context | extra, status=status)


def _context(
    cursor: Any, request: HttpRequest, colleague: Colleague, about: tuple[int, View]
) -> dict[str, Any]:
    member_id, view = about
    on = _commands.today(cursor, colleague.at)
    group = request.GET.get("group", MAIN)
    mailed = _history.mails(cursor, member_id, pages.tongue_of(request).language)
    happened = happenings.together(happenings.of_member(cursor, member_id), mailed)
    listed = queries.agreements(cursor, member_id)
    positions = [queries.position(cursor, one.key, on) for one in listed]
    facts = contacts.facts_of(cursor, member_id, colleague.at)
    frozen_at = freezes.frozen_at(cursor, member_id)
    known = _known(cursor, member_id, (positions, facts, frozen_at), on)
    kept = [one for one in happened if _shows(group, one.group)]
    context: dict[str, Any] = {
        "desk": colleague,
        "member_id": member_id,
        "whole": view.whole,
        "purpose": PURPOSES.get(view.whole, ""),
        "seat": view.seat,
        "panel_open": view.seat.call is not None and not view.whole,
        "until": localtime(view.seat.known_until) if view.seat.known_until else None,
        "flags": _flags((positions, facts, frozen_at), on),
        "likely": [LIKELY[one] for one in guessing.likely(happened, known, colleague.at)],
        "lines": _history.lines(kept, LINES, whole=view.whole),
        "groups": [(one.value, label) for one, label in _history.GROUPS.items()],
        "group": group,
        "choices": _choices(cursor, member_id, colleague, request),
        "items": [(one.value, label, one in view.seat.right) for one, label in ITEMS.items()],
        "least": checks.LEAST_RIGHT,
        "purposes": PURPOSES.items() if colleague.may(Action.SEE_WHOLE) else (),
        "may_take": colleague.may(Action.ASK_FOR_HELP),
        "who": members.one(cursor, member_id) if view.whole else None,
        "masked": None if view.whole else masked(members.one(cursor, member_id)),
        "taken_for": _taken_for(cursor, colleague, member_id),
    }
    if colleague.may(Action.ASK_FOR_HELP) and view.seat.call is None:
        context |= panel.panel(cursor, request, colleague, member_id)
    if view.whole:
        context |= _whole(cursor, member_id, (listed, positions), on)
    return context


def _taken_for(cursor: Any, colleague: Colleague, member_id: int) -> str:
    """Why the member is this colleague's next of the list; empty where that is not so."""
    mine = claims.mine(cursor, colleague.staff.staff_id, colleague.at)
    return WHYS[mine.why] if mine is not None and mine.member_id == member_id else ""


def _shows(wanted: str, group: happenings.Group) -> bool:
    if wanted in (MAIN, ALL):
        return wanted == ALL or group is not happenings.Group.LOOKS
    return wanted == group.value


def _known(
    cursor: Any,
    member_id: int,
    stands: Stands,
    on: date,
) -> guessing.Known:
    positions, facts, frozen_at = stands
    dues = [one.pay_by_on for one in positions if one.pay_by_on is not None and one.due_yen]
    return guessing.Known(
        days_late=max((one.days_late for one in positions), default=0),
        is_due_soon=any(0 <= (one - on).days <= DUE_SOON_DAYS for one in dues),
        is_frozen=frozen_at is not None,
        has_consultation=facts.is_consulting,
        waits_for_evidence=queries.evidence_asked(cursor, member_id) is not None,
        waits_for_us=bool(requests.own_waiting(cursor, member_id)),
    )


def _flags(stands: Stands, on: date) -> list[Flag]:
    """What must be known before a word is said, the gravest first."""
    positions, facts, frozen_at = stands
    stops = frozenset[Stop]().union(*(one.stops for one in positions))
    found = []
    if facts.has_counsel:
        found.append(Flag("desk.flag.counsel", "error"))
    if Stop.DECEASED in stops:
        found.append(Flag("desk.flag.deceased", "error"))
    if frozen_at is not None:
        found.append(Flag("desk.flag.frozen", "error"))
    if Stop.FRAUD in stops:
        found.append(Flag("desk.flag.fraud", "error"))
    if facts.is_overdue:
        found.append(Flag("desk.flag.late", "warn"))
    if facts.promised_on is not None and facts.promised_on >= on:
        found.append(Flag("desk.flag.promised", "ok", facts.promised_on))
    found += [Flag(HOLDS[one.kind], "warn", one.last_on) for one in facts.holds]
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason to call, and when it may be [用件と発信できる時刻]."""

    choice: talks.Choice
    name: str
    first: Said | None


def _choices(cursor: Any, member_id: int, colleague: Colleague, request: HttpRequest) -> list[Rule]:
    tongue = pages.tongue_of(request)
    found = []
    for one in talks.choices(cursor, member_id, colleague.at):
        refusals = [*one.refusals, *(each.refusal for each in one.hindrances)]
        name = one.card.en if tongue is Tongue.EN else one.card.ja
        found.append(Rule(one, name, said(refusals[0].fault(), tongue) if refusals else None))
    return found


def _whole(
    cursor: Any,
    member_id: int,
    loans: tuple[list[queries.Listed], list[queries.Position]],
    on: date,
) -> dict[str, Any]:
    """What only a known member's page holds."""
    registered = history.as_of(cursor, member_id, on)
    contracts = [
        Contract(
            listed,
            position,
            commands.open_promise(cursor, listed.key),
            archive.listed(cursor, member_id, listed.key.agreement_id)[:PAPERS],
        )
        for listed, position in zip(*loans, strict=True)
    ]
    memo_now = memos.latest(cursor, member_id)
    return {
        "facts": [(label, registered[kind]) for kind, label in SHOWN.items() if kind in registered],
        "contracts": contracts,
        "papers": [paper for one in contracts for paper in one.papers],
        "open_contracts": [one for one in contracts if one.listed.status is not Status.CLOSED],
        "memo": memo_now,
        "box": (memo_now.version, memo_now.text),
    }


# ------------------------------------------------------------------------------ who is on the line
@sensitive_post_parameters(*(one.value for one in matching.Item))
@require_POST
@access.staff(Action.ASK_FOR_HELP)
def check(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """Compare what the caller said; three right ones of five open the page [本人確認] · COLL-006.

    Raises    NotFoundError for whom the colleague may not see.
    """
    told = {item: request.POST.get(item.value, "")[:LONGEST_TYPED] for item in matching.Item}
    staff = colleague.looking_for("identity check")
    source = Source(staff.actor, _commands.form_ref(request, _commands.DESK))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            access.allow(gate.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, colleague.at))
            call = talks.unfinished(cursor, staff.actor)
            if call is None or call.member_id != member_id:
                raise _no_call()
            checks.check(cursor, call, told, source, colleague.at)
    except InputError as wrong:
        typed = {item.value: text for item, text in told.items()}
        extra = {"wrong": _said(request, wrong), "typed": typed}
        return _page(request, colleague, member_id, extra, 422)
    return HttpResponseRedirect(reverse("desk:member", args=[member_id]))


def _no_call() -> InputError:
    return InputError(Fault("DSK-012"))


def _said(request: HttpRequest, wrong: MotochoError) -> list[Said]:
    return [said(one, pages.tongue_of(request)) for one in wrong.faults]


# ---------------------------------------------------------------------------------------- the memo
@require_POST
@access.staff(Action.ASK_FOR_HELP)
def memo(request: HttpRequest, colleague: Colleague, member_id: int) -> HttpResponse:
    """Keep the memo; who saved first is shown beside what was written since [申し送り].

    Raises    NotFoundError for whom the colleague may not see; RefusedError unless the page is
              whole to the colleague.
    """
    text = request.POST.get("memo", "").replace("\r\n", "\n")
    version = request.POST.get("version", "")
    read = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            view = _view(cursor, request, colleague, member_id)
            if not view.whole:
                raise _no_call()
            source = Source(view.staff.actor, _commands.form_ref(request, _commands.DESK))
            kept = memos.save(cursor, member_id, (read, text), source, colleague.at)
    except InputError as wrong:
        extra = {"wrong": _said(request, wrong), "box": (read, text)}
        return _page(request, colleague, member_id, extra, 422)
    if isinstance(kept, memos.Overtaken):
        return _both(request, colleague, member_id, (kept.theirs, text))
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return HttpResponseRedirect(f"{reverse('desk:member', args=[member_id])}{query}#memo")


def _both(
    request: HttpRequest, colleague: Colleague, member_id: int, texts: tuple[memos.Memo, str]
) -> HttpResponse:
    """DSK-04: both versions beside each other; saving again puts the own one on top."""
    theirs, written = texts
    with connection.cursor() as cursor:
        names = {f"staff {one.staff_id}": one.name for one in colleagues.accounts(cursor)}
    who = names.get(theirs.actor, theirs.actor)
    at = "" if theirs.written_at is None else f"{localtime(theirs.written_at):%H:%M}"
    fault = Fault("DSK-015", details={"who": who, "at": at})
    extra = {
        "overtaken": said(fault, pages.tongue_of(request)),
        "theirs": theirs,
        "box": (theirs.version, written),
    }
    return _page(request, colleague, member_id, extra, 409)
