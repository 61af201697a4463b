"""Who is signed in, and the one wrapper by which members' pages ask people [ログイン中の会員].

    @access.members(Action.LOOK)
    def home(request: HttpRequest, member: Member) -> HttpResponse: ...

A view gets the member's own id and agreements, never an id from an address: what is another's is
not found, as what is not there (PRIV-003). The browser holds a key of the site's store and nothing
else; the session itself lives in people, so that ending it there ends it here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import wraps
from typing import Any, TypeAlias
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse

from motocho.care.reasons import talks
from motocho.law.rules import Refusal
from motocho.loans import queries
from motocho.loans.policy import Status
from motocho.loans.queries import Listed
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import staff as people_staff
from motocho.people.access import Action, Self, Staff
from motocho.people.credentials import keeping, passkeys, pins
from motocho.people.login import Admitted, Origin
from motocho.people.members import no_such_member
from motocho.people.safety import freezes, seats, sessions
from motocho.units.errors import Fault, NotFoundError, RefusedError

DEVICE_COOKIE = "device"
DEVICE_SECONDS = 31_536_000
"""A year: how long a device that is to be remembered is."""
LONGEST_AGENT = 80
_KEY = "member"
View: TypeAlias = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Signed:
    """A session of a member that goes on [ログイン中]."""

    use: sessions.InUse
    must_change: pins.Guess | None
    """Why a new PIN must be set before anything else."""


@dataclass(frozen=True, slots=True)
class Member:
    """What a member's page knows of its member [会員]."""

    member_id: int
    session: sessions.SessionKey
    device_id: int
    at: datetime
    agreements: tuple[Listed, ...]

    @property
    def today(self) -> date:
        """The day in Japan [今日]."""
        return self.at.astimezone(JAPAN).date()

    @property
    def open_agreements(self) -> tuple[Listed, ...]:
        """Those on which something is or may be owed [有効な契約]."""
        return tuple(one for one in self.agreements if one.status is not Status.CLOSED)

    def agreement(self, agreement_id: int) -> Listed:
        """One of the member's own agreements [契約].

        Raises    NotFoundError for another's, as for none: the same answer.
        """
        for one in self.agreements:
            if one.key.agreement_id == agreement_id:
                return one
        raise no_such_member()


# ------------------------------------------------------------------------------------- who it is
def signed(request: HttpRequest) -> Signed | None:
    """Who is signed in, asked of people once a request [ログイン中か] · AUTH-009."""
    if not hasattr(request, "signed"):
        request.signed = _signed(request)  # type: ignore[attr-defined]
    found: Signed | None = request.signed  # type: ignore[attr-defined]
    return found


@dataclass(frozen=True, slots=True)
class Left:
    """How long a session goes on, for the page that warns of its end [残り時間]."""

    warn_seconds: int
    end_seconds: int
    last: str
    """`last` if it ends then whatever is done."""


OVER = Left(0, 0, "")


def left_of(use: sessions.InUse, at: datetime) -> Left:
    """What is left of a session at a moment, cut to the second [残り時間]."""
    to_warn, to_end = (
        max(0, int((one - at).total_seconds())) for one in (use.warn_at, use.ends_at)
    )
    return Left(to_warn, to_end, "last" if use.ends_at == use.longest_at else "")


def left(request: HttpRequest) -> Left:
    """The same, asked without using the session: another page may have gone on [残り時間]."""
    kept = request.session.get(_KEY)
    if kept is None:
        return OVER
    at: datetime = request.at  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        found = sessions.left(cursor, sessions.SessionKey(*kept), at)
    return left_of(found, at) if isinstance(found, sessions.InUse) else OVER


def shown_signed(request: HttpRequest) -> Signed | None:
    """The same for the frame of any page: nobody where the book does not answer [枠の表示用]."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES and not hasattr(request, "signed"):
        return None
    try:
        return signed(request)
    except (OperationalError, InterfaceError):
        return None


def _signed(request: HttpRequest) -> Signed | None:
    store = getattr(request, "session", None)
    kept = None if store is None else store.get(_KEY)
    if store is None or kept is None:
        return None
    at: datetime = request.at  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        use = sessions.use(cursor, sessions.SessionKey(*kept), at)
        if not isinstance(use, sessions.InUse):
            store.flush()
            return None
        return Signed(use, keeping.must_change(cursor, use.key.member_id))


def address_of(request: HttpRequest) -> str:
    """The address that a request came from [接続元のアドレス].

    Why       with an https address there is a proxy, and every request comes from it: the last
              entry of `X-Forwarded-For` is what the proxy itself saw, whatever it was sent before.
    """
    passed_on = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    if passed_on and settings.ORIGIN.startswith("https://"):
        return passed_on
    return str(request.META.get("REMOTE_ADDR", ""))


def origin(request: HttpRequest) -> Origin:
    """Where a request came from, as people take it [接続元]."""
    token = request.COOKIES.get(DEVICE_COOKIE) or None
    name = device_name(request.headers.get("User-Agent", ""))
    return Origin(address_of(request), token, name)


_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet",
             "CriOS": "Chrome", "FxiOS": "Firefox", "Firefox": "Firefox", "Chrome": "Chrome",
             "Safari": "Safari"}  # fmt: skip
_SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows",
            "Mac OS X": "Mac", "CrOS": "ChromeOS", "Linux": "Linux"}  # fmt: skip


def device_name(agent: str) -> str:
    """What a browser calls itself, as people say it [端末の名前]; the first that fits.

    >>> device_name("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")
    'Chrome · Linux'
    """
    named = [
        next((name for sign, name in signs.items() if sign in agent), "")
        for signs in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, named)) or agent[:LONGEST_AGENT]


def begin(request: HttpRequest, key: sessions.SessionKey) -> None:
    """Put a session into the browser's store [ログインの開始].

    Why       a key that somebody planted before the login opens nothing after it: the store and
              the forms' token are new.
    """
    request.session.flush()
    request.session[_KEY] = list(key)
    rotate_token(request)
    if hasattr(request, "signed"):
        del request.signed


def remember(response: HttpResponse, admitted: Admitted, kept: str) -> None:
    """Give a new device its token, for a year where it is to be remembered [端末の記憶]."""
    if admitted.new_device is None:
        return
    response.set_cookie(
        DEVICE_COOKIE,
        admitted.new_device.token,
        max_age=DEVICE_SECONDS if kept else None,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def leave(request: HttpRequest) -> None:
    """Empty the browser's store; nothing of the session is left [ログアウト]."""
    request.session.flush()
    request.signed = None  # type: ignore[attr-defined]


# ----------------------------------------------------------------------------------- the wrappers
def members(action: Action) -> Callable[[View], View]:
    """A view for members who are signed in and may do this [会員の画面] · PRIV-003, AUTH-009.

    The view gets a `Member` after the request. Who is not signed in is led to the login and back;
    who must change the PIN, to the page for that: but never from stopping everything or from help.
    Raises    NotFoundError or RefusedError, as people refuses.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *rest: Any, **names: Any) -> HttpResponse:
            found = signed(request)
            if found is None:
                return to_sign_in(request)
            if found.must_change is not None and _pin_comes_first(found, action):
                return HttpResponseRedirect(reverse("member:pin"))
            return view(request, _member(request, found, action), *rest, **names)

        guarded.action = action  # type: ignore[attr-defined]
        return guarded

    return wrap


_BEFORE_A_PIN = frozenset({Action.CHANGE_PIN, Action.FREEZE, Action.ASK_FOR_HELP, Action.HAND_IN})
"""What does not wait until another PIN is set."""


def _pin_comes_first(found: Signed, action: Action) -> bool:
    """Whether a PIN must be set before this; who is frozen cannot set one, and may not have to."""
    if action in _BEFORE_A_PIN:
        return False
    with connection.cursor() as cursor:
        return freezes.frozen_at(cursor, found.use.key.member_id) is None


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the login, and back to a page that can be looked at [ログインへ]."""
    wanted = {"next": request.get_full_path()} if request.method == "GET" else {}
    address = reverse("member:sign_in")
    return HttpResponseRedirect(f"{address}?{urlencode(wanted)}" if wanted else address)


def _member(request: HttpRequest, found: Signed, action: Action) -> Member:
    at: datetime = request.at  # type: ignore[attr-defined]
    key = found.use.key
    with transaction.atomic(), connection.cursor() as cursor:
        allow(gate.ask(cursor, Self(key.member_id), action, key.member_id, at))
        agreements = tuple(queries.agreements(cursor, key.member_id))
    return Member(key.member_id, key, found.use.device_id, at, agreements)


def require(member: Member, action: Action) -> None:
    """Whether the member may do this, too: for a button of a page that asks for less [権限].

    Raises    RefusedError, as people refuses.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        allow(gate.ask(cursor, Self(member.member_id), action, member.member_id, member.at))


def allow(answer: object) -> None:
    """Go on unless it was refused [拒否の判定].

    Raises    NotFoundError where nobody may learn that it is there; else RefusedError.
    """
    if isinstance(answer, Refusal):
        family = NotFoundError if answer == gate.not_there() else RefusedError
        raise family(answer.fault())


# ------------------------------------------------------------------------------------------- staff
_STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Colleague:
    """What a page of the staff knows of who looks at it [従業者]."""

    staff: Staff
    at: datetime

    def looking_for(self, purpose: str) -> Staff:
        """The same, who says what for: a case or a task, never words about a person [目的]."""
        return replace(self.staff, purpose=purpose)

    @property
    def keys(self) -> dict[str, str]:
        """The keys that this one changed or turned off, by their usual sign [自分のキー]."""
        with connection.cursor() as cursor:
            return people_staff.kept_keys(cursor, self.staff.staff_id)

    @property
    def keys_text(self) -> str:
        """The same for the page's script [自分のキー（JSON）]."""
        return json.dumps(self.keys)

    @property
    def may_look(self) -> bool:
        """Whether members are this one's business [閲覧の可否]; the frame shows the way."""
        return self.may(Action.LOOK)

    def may(self, action: Action) -> bool:
        """Whether a role of today is for this [役割の有無]."""
        return gate.may(self.staff, action)

    @property
    def unfinished(self) -> talks.TalkKey | None:
        """The own call that has no ending yet [未了の通話]; the frame shows the way back."""
        with connection.cursor() as cursor:
            return talks.unfinished(cursor, self.staff.actor)


def colleague(request: HttpRequest) -> Colleague | None:
    """Who of the staff is signed in, asked of people on every page [サインイン中の従業者].

    Who left, or got new means to sign in, is out at once.
    """
    store = getattr(request, "session", None)
    kept = None if store is None else store.get(_STAFF)
    if store is None or kept is None:
        return None
    at: datetime = request.at  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        found = people_staff.still(cursor, people_staff.Seat(*kept), at)
    if found is None:
        store.flush()
        return None
    return Colleague(found, at)


def seated(request: HttpRequest) -> Colleague | None:
    """Who was let in to a page of the desk, refused or not: the frame is theirs [開いた従業者]."""
    found: Colleague | None = getattr(request, "seated", None)
    return found


def unseat(request: HttpRequest) -> None:
    """A page about a fault of ours asks the database for nothing, no frame either [枠なし]."""
    request.seated = None  # type: ignore[attr-defined]


def begin_staff(request: HttpRequest, staff_id: int) -> None:
    """Put a sign-in of the staff into the browser's store; all that was there is gone [開始]."""
    at: datetime = request.at  # type: ignore[attr-defined]
    with transaction.atomic(), connection.cursor() as cursor:
        seat = people_staff.begin(cursor, staff_id, at)
    request.session.flush()
    request.session[_STAFF] = list(seat)
    rotate_token(request)


def leave_desk(request: HttpRequest) -> None:
    """End the sign-in everywhere, and empty the browser's store [サインアウト]."""
    at: datetime = request.at  # type: ignore[attr-defined]
    kept = request.session.get(_STAFF)
    if kept is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            people_staff.end(cursor, people_staff.Seat(*kept), at)
    leave(request)


def staff_left(request: HttpRequest) -> Left:
    """How long a colleague's sign-in goes on, asked without using it [従業者の残り時間]."""
    kept = request.session.get(_STAFF)
    if kept is None:
        return OVER
    at: datetime = request.at  # type: ignore[attr-defined]
    seat = people_staff.Seat(*kept)
    spans = people_staff.LONGEST_SHIFT, people_staff.LONGEST_IDLE
    with connection.cursor() as cursor:
        found = seats.ends(cursor, seat, *spans)
    if found is None or min(found) <= at:
        return OVER
    ends_at = min(found)
    to_warn = max(0, int((ends_at - sessions.WARNED_BEFORE - at).total_seconds()))
    last = "last" if ends_at == found.longest_at else ""
    return Left(to_warn, int((ends_at - at).total_seconds()), last)


def staff(action: Action) -> Callable[[View], View]:
    """A view for those of the staff with a role for this [従業者の画面] · PRIV-003.

    The view gets a `Colleague` after the request, and asks `people.access` for each member it is
    about: nothing of a member is behind this alone.
    Raises    RefusedError for somebody whose role is not for it.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *rest: Any, **names: Any) -> HttpResponse:
            found = colleague(request)
            if found is None:
                return HttpResponseRedirect(reverse("desk:sign_in"))
            request.seated = found  # type: ignore[attr-defined]
            if not found.may(action):
                details = {"action": action.value}
                raise RefusedError(Fault("PPL-081", details=details))
            return view(request, found, *rest, **names)

        guarded.staff_action = action  # type: ignore[attr-defined]
        return guarded

    return wrap


def passkey_site() -> passkeys.Site:
    """Which site passkeys are for: where people reach it [パスキーのサイト]."""
    parts = urlsplit(settings.ORIGIN)
    return passkeys.Site(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")
