"""Who works in the studio on the lender's server, and what is there for them [作業場の利用者].

A case is there for whose it is: a member's own for the member, the house's for colleagues who may
see a whole history. Whoever else asks gets the answer of an address that is not there. The studio
of one PC knows no guests: `guest_of` gives None there, and all of it is open.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from motocho.claims.pleading import PaperKind
from motocho.office import cases, owned
from motocho.office.owned import BookNews, Opener, Owner
from motocho.people import access as gate
from motocho.people import staff
from motocho.people.access import Action
from motocho.people.members import no_such_member
from motocho.units.errors import Fault, NotFoundError, RefusedError, StateConflict
from motocho.web import _commands, _opening, access, maintenance, pages
from motocho.web._covering import covered
from motocho.web.access import Colleague, Member, View
from motocho.web.pages import Place

ACTION = Action.EXPORT_HISTORY
"""A case shows the whole history of an agreement: who may see that, may work in it."""
FOR_ALL = frozenset(
    {
        "glossary", "case", "bench_state", "bench_write", "bench_judge", "checks", "mend", "rows",
        "why", "papers", "page_picture", "paper_file", "preview", "proof", "outlook", "heads",
        "conventions", "preset", "compare", "copy_scenario", "change_scenario", "chart",
        "contracts", "factors", "log", "go_back", "take_along", "table",
    }
)  # fmt: skip
FOR_MEMBERS = frozenset({"pack", "filing_file", "certified", "certified_count"})
"""Papers that a borrower files; a lender writes no claim against itself."""
MEMBER = Opener.MEMBER.value
"""How the log has a member."""
OWN = frozenset({"cases", "book"})
"""What the server's studio has of its own."""
KINDS_OF_HOUSE = frozenset({PaperKind.RECALCULATION})
HEAVY = frozenset({"paper_file", "preview", "page_picture", "pack", "filing_file", "certified"})
"""What sets type: two at a time for members, so that nobody's pages wait for long."""
ROWS = frozenset({"bench_write", "rows"})
"""What puts rows into a case."""
_TURNS = threading.BoundedSemaphore(2)
_PATIENCE_SECONDS = 20.0
PLACES = (
    Place("studio:cases", "studio.frame.cases", "rows"),
    Place("studio:glossary", "studio.frame.glossary", "info"),
)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who works in the studio on the lender's server [作業場の利用者]."""

    by: Opener
    actor: str
    at: datetime
    left: access.Left
    """How long the sign-in goes on."""
    member: Member | None = None
    colleague: Colleague | None = None
    owner: Owner | None = None
    """Whose the case is that the address names; None on pages of no case."""

    @property
    def is_house(self) -> bool:
        """Whether it is a colleague, for the house [従業者か]."""
        return self.by is Opener.HOUSE

    @property
    def places(self) -> list[tuple[Place, str]]:
        """The places of the whole studio that are there [メニュー]."""
        return [(place, reverse(place.name)) for place in PLACES]

    @property
    def back(self) -> str:
        """Where a case was opened from [戻り先]."""
        if self.owner is None:
            return reverse("desk:today") if self.is_house else reverse("member:dealings")
        key = self.owner.key
        if self.is_house:
            return reverse("desk:recalculated", args=key)
        return reverse("member:recalculated", args=[key.agreement_id])

    @property
    def face(self) -> str:
        """Whose sign-in it is, as addresses name it [画面の側]."""
        return "desk" if self.is_house else "member"

    @property
    def sign_out_at(self) -> str:
        """Where they sign out [サインアウト]."""
        return reverse(f"{self.face}:sign_out")

    @property
    def sign_in_at(self) -> str:
        """Where they sign in again [サインイン]."""
        return reverse(f"{self.face}:sign_in")

    @property
    def ask_at(self) -> str:
        """Where a page asks how long the sign-in goes on [残り時間の照会]."""
        return reverse(f"{self.face}:left")

    @property
    def extend_at(self) -> str:
        """Where the sign-in is made longer [延長]."""
        return reverse(f"{self.face}:extend")


def guest_of(request: HttpRequest) -> Guest | None:
    """Who works here on the lender's server; None in a studio of one PC [作業場の利用者]."""
    found: Guest | None = getattr(request, "guest", None)
    return found


def is_there(request: HttpRequest, name: str) -> bool:
    """Whether a place of the studio is there for who asks [画面の有無]."""
    guest = guest_of(request)
    if guest is None:
        return True
    short = name.rpartition(":")[2]
    return short in FOR_ALL | OWN or (not guest.is_house and short in FOR_MEMBERS)


def offers(request: HttpRequest, kind: PaperKind) -> bool:
    """Whether a paper is made for who asks [書類の有無]."""
    guest = guest_of(request)
    return guest is None or not guest.is_house or kind in KINDS_OF_HOUSE


def named(actor: str) -> str:
    """A colleague's name, of how the log has them; that itself where nobody is [従業者の名]."""
    with connection.cursor() as cursor:
        found = {f"staff {one.staff_id}": one.name for one in staff.accounts(cursor)}
    return found.get(actor, actor)


def nowhere() -> NotFoundError:
    """The answer for what is not there, and for what is somebody else's [該当なし] · PRIV-003."""
    return no_such_member()


# ------------------------------------------------------------------------------------- the door
def guarded(name: str, view: View) -> View:
    """A view of the studio for whose case it is [作業場の画面] · PRIV-003, AUTH-007.

    Takes     its name among the addresses; the view as the studio of one PC has it.
    """

    @access.members(ACTION)
    def as_member(request: HttpRequest, member: Member, **given: Any) -> HttpResponse:
        request.guest = _member_guest(request, member, given)  # type: ignore[attr-defined]
        instead = _asked_again(request, member) if "case_id" in given else None
        if instead is not None:
            return instead
        _check_sent(request, name, given)
        with _turn(name):
            return maintenance.changes_something(view)(request, **given)

    @access.staff(ACTION)
    def as_colleague(request: HttpRequest, colleague: Colleague, **given: Any) -> HttpResponse:
        owner = _owner(given, Opener.HOUSE)
        kind = given.get("kind")
        if name in FOR_MEMBERS or (kind and kind not in {one.value for one in KINDS_OF_HOUSE}):
            raise nowhere()
        if owner is not None:
            instead = covered(request, colleague, owner.key.member_id)
            if instead is not None:
                return instead
            _look(colleague, owner)
        left = access.staff_left(request)
        who = (Opener.HOUSE, colleague.staff.actor, colleague.at)
        guest = Guest(*who, left, colleague=colleague, owner=owner)
        request.guest = guest  # type: ignore[attr-defined]
        _refuse_files(request)
        return view(request, **given)

    @wraps(view)
    def seen(request: HttpRequest, **given: Any) -> HttpResponse:
        if access.signed(request) is not None:
            return as_member(request, **given)
        found = access.colleague(request)
        if found is None or not found.may(ACTION):
            raise nowhere()
        return as_colleague(request, **given)

    return seen


def closed(request: HttpRequest, **given: Any) -> HttpResponse:  # noqa: ARG001
    """What a studio of one PC alone has [ここにはない画面]; it answers as no address does."""
    raise nowhere()


def _owner(given: dict[str, Any], by: Opener) -> Owner | None:
    """Whose the case of an address is; None for an address of no case.

    Raises    NotFoundError for another side's, for an office's own, and for none.
    """
    if "case_id" not in given:
        return None
    with connection.cursor() as cursor:
        found = owned.owner_of(cursor, given["case_id"])
    if found is None or found.by is not by:
        raise nowhere()
    return found


def _member_guest(request: HttpRequest, member: Member, given: dict[str, Any]) -> Guest:
    owner = _owner(given, Opener.MEMBER)
    if owner is not None and owner.key.member_id != member.member_id:
        raise nowhere()
    signed = access.signed(request)
    left = access.OVER if signed is None else access.left_of(signed.use, member.at)
    who = Opener.MEMBER
    return Guest(who, who.value, member.at, left, member=member, owner=owner)


def _asked_again(request: HttpRequest, member: Member) -> HttpResponse | None:
    """Back to the check where its hour has passed; nothing that was sent is done.

    Raises    RefusedError for what was sent.
    """
    guest = guest_of(request)
    if guest is None or guest.owner is None:
        return None
    if _opening.unconfirmed(member, _opening.STAYS_OPEN) is None:
        return None
    if request.method not in {"GET", "HEAD"}:
        raise RefusedError(Fault("STS-005"))
    whole = reverse("member:whole", args=[guest.owner.key.agreement_id])
    return HttpResponseRedirect(f"{whole}?studio")


def _check_sent(request: HttpRequest, name: str, given: dict[str, Any]) -> None:
    """Whether what a member sent may be taken: no files, within the bounds of a case."""
    _refuse_files(request)
    if request.method != "POST" or "case_id" not in given:
        return
    with connection.cursor() as cursor:
        owned.check_room(cursor, given["case_id"], pages.moment(request))
    if name in ROWS and len(cases.load(given["case_id"]).rows) > owned.MOST_ROWS:
        raise RefusedError(Fault("STS-003", details={"most": f"{owned.MOST_ROWS:,}"}))


def _refuse_files(request: HttpRequest) -> None:
    if request.method == "POST" and request.FILES:
        raise RefusedError(Fault("STS-004"))


def _look(colleague: Colleague, owner: Owner) -> None:
    """Ask whether the colleague may, and write the look down."""
    by = colleague.looking_for(f"studio {owner.case_id}")
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, by, ACTION, owner.key.member_id, colleague.at))


@contextmanager
def _turn(name: str) -> Iterator[None]:
    """Wait for a turn where type is set."""
    if name not in HEAVY:
        yield
        return
    if not _TURNS.acquire(timeout=_PATIENCE_SECONDS):
        raise StateConflict(Fault("STS-006"))
    try:
        yield
    finally:
        _TURNS.release()


# ------------------------------------------------------------------------------- the book's news
def today_of(cursor: Any, guest: Guest) -> date:
    """The day until which the book is read: as the page that opens it reads it [対象日]."""
    return guest.member.today if guest.member else _commands.today(cursor, guest.at)


def news_of(request: HttpRequest) -> BookNews | None:
    """What the book says since the case of this page took it [帳簿の新しい行]; None if nothing."""
    guest = guest_of(request)
    if guest is None or guest.owner is None:
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        news = owned.since_taken(cursor, guest.owner, today_of(cursor, guest))
    return news if news.is_told else None
