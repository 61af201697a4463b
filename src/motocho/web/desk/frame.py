"""The desk's frame: places by role, keys by person [業務画面の枠].

A page adds itself to the navigation with one line in `PLACES`; it is shown to those alone whose
role is for it, and a name that is no address stops every page at once. A page gives something a
key by `data-key` with the usual letter; whoever wants another letter, or none, says so here (WCAG
2.1.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.people import staff
from motocho.people.access import Action
from motocho.units.errors import Fault
from motocho.units.text import folded
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.words import Said, said


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation [メニューの項目]; `name` is a view's name, `label` a key."""

    name: str
    label: str
    icon: str
    action: Action
    key: str = ""
    """The usual sign of the key that leads there from every page."""


PLACES = (
    Place("desk:today", "desk.frame.today", "house", Action.LOOK),
    Place("desk:search", "desk.frame.search", "info", Action.SEARCH),
    Place("desk:queue", "desk.queue", "rows", Action.LOOK),
    Place("desk:screening", "screening.title", "tick", Action.REVIEW_DOCUMENT),
    Place("desk:promises", "desk.frame.promises", "tick", Action.LOOK, "p"),
    Place("desk:collections", "desk.frame.collections", "sum", Action.LOOK),
    Place("desk:watch", "watching.title", "info", Action.LOOK),
    Place("desk:complaints", "desk.complaints", "mark", Action.LOOK),
    Place("desk:disclosures", "desk.frame.disclosures", "door", Action.LOOK),
    Place("desk:claims", "claiming.title", "sum", Action.COLLECT),
    Place("desk:frauds", "fraud.title", "shield", Action.FREEZE),
    Place("desk:families", "family.title", "info", Action.ASK_FOR_HELP),
    Place("desk:approvals", "desk.approval.title", "tick", Action.APPROVE),
    Place("desk:numbers", "cases.numbers", "phone", Action.LOOK),
    Place("desk:looks", "desk.looks.title", "info", Action.WATCH_LOOKS),
    Place("desk:audit", "desk.frame.audit", "shield", Action.READ_AUDIT),
    Place("desk:board", "desk.frame.board", "desk", Action.SUPERVISE),
    Place("desk:reserve", "claiming.reserve", "sum", Action.SUPERVISE),
    Place("desk:bureau", "bureaus.title", "info", Action.REVIEW_DOCUMENT),
    Place("desk:registers", "registers.title", "rows", Action.READ_REGISTERS),
    Place("desk:settings", "desk.frame.settings", "gear", Action.LOOK_AT_SETTINGS),
    Place("desk:colleagues", "desk.colleagues", "desk", Action.MANAGE_STAFF),
    Place("desk:own_reviews", "review.own", "tick", Action.SIT),
    Place("desk:passkey", "desk.passkey", "shield", Action.SIT),
    Place("desk:keys", "desk.frame.keys", "pen", Action.SIT),
)
"""Where the desk leads, a line each."""


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """A place that somebody may go to [開ける画面]."""

    address: str
    label: str
    icon: str
    key: str


def open_places(colleague: Colleague) -> list[OpenPlace]:
    """The places that a role of today is for [開ける画面]."""
    return [
        OpenPlace(reverse(one.name), one.label, one.icon, one.key)
        for one in PLACES
        if colleague.may(one.action)
    ]


# --------------------------------------------------------------------------------------------- keys
KEYS = {
    "/": "desk.key.search",
    "n": "desk.key.next",
    "c": "desk.key.call",
    "p": "desk.key.promise",
    "s": "desk.key.consultation",
    "m": "desk.key.memo",
    "d": "desk.key.documents",
    "h": "desk.key.history",
    "j": "desk.key.down",
    "k": "desk.key.up",
    "a": "desk.key.approve",
    "r": "desk.key.reject",
    "e": "desk.key.hand_on",
    "w": "desk.key.copy",
    "i": "desk.key.take",
    "t": "desk.key.dial",
    "y": "desk.key.copy_phone",
    "g": "desk.key.hang_up",
    "x": "desk.key.extend",
    "b": "desk.key.particulars",
    "?": "desk.key.sheet",
}
"""Each key by its usual sign, which is also how pages name it; what it does is a key of words."""
NAMES = {usual: label.rpartition(".")[2] for usual, label in KEYS.items()}
_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz/?,.;:[]@")
"""What a key may be set to: digits and - are how a call ended."""


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key as its owner has it [自分のキー]; `own` is empty where it is turned off."""

    usual: str
    own: str
    label: str


def own_keys(chosen: Mapping[str, str]) -> list[OwnKey]:
    """Every key, with the sign it has for somebody [自分のキー]."""
    return [OwnKey(usual, chosen.get(usual, usual), label) for usual, label in KEYS.items()]


@dataclass(frozen=True, slots=True)
class Row:
    """A box for a key [キーの入力欄]."""

    name: str
    label: str
    typed: str
    wrong: Said | None


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.SIT)
def keys(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """The keys of whoever asks: changed, turned off, as usual again [キーの設定]."""
    if request.method != "POST":
        typed = {one.usual: one.own for one in own_keys(colleague.keys)}
        return _page(request, colleague, typed, {})
    typed = _typed(request)
    wrong = _faults(typed)
    if wrong:
        return _page(request, colleague, typed, wrong)
    changed = {usual: own for usual, own in typed.items() if own != usual}
    with transaction.atomic(), connection.cursor() as cursor:
        staff.keep_keys(cursor, colleague.staff.staff_id, changed)
    return HttpResponseRedirect(f"{request.path}?kept=yes")


def _typed(request: HttpRequest) -> dict[str, str]:
    wanted = request.POST.get("do")
    if wanted == "usual":
        return {usual: usual for usual in KEYS}
    if wanted == "off":
        return dict.fromkeys(KEYS, "")
    return {
        usual: folded(request.POST.get(NAMES[usual], ""))[:2].strip().casefold() for usual in KEYS
    }


def _faults(typed: Mapping[str, str]) -> dict[str, Fault]:
    """What is wrong with keys: more than one sign, or one sign for two of them."""
    taken = [one for one in typed.values() if one]
    found = {}
    for usual, own in typed.items():
        if own and own not in _SIGNS:
            found[usual] = Fault("DSK-010")
        elif taken.count(own) > 1:
            found[usual] = Fault("DSK-011", details={"key": own})
    return found


def _page(
    request: HttpRequest, colleague: Colleague, typed: Mapping[str, str], wrong: Mapping[str, Fault]
) -> HttpResponse:
    tongue = pages.tongue_of(request)
    rows = [
        Row(NAMES[usual], label, typed[usual],
            said(wrong[usual], tongue) if usual in wrong else None)
        for usual, label in KEYS.items()
    ]  # fmt: skip
    is_kept = not wrong and request.GET.get("kept") == "yes"
    context = {"desk": colleague, "rows": rows, "is_kept": is_kept}
    return pages.show(request, "desk/keys.html", context, status=422 if wrong else 200)
