"""Why borrowing is stopped, or will be: each reason, what to do about it, by when [停止の理由].

Several reasons stand one below the other, each with its own way on. Here the member confirms what
is registered, says that draws were their own, and asks that nothing be lent to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.loans import queries
from motocho.loans.policy import Stop
from motocho.people.access import Action
from motocho.people.facts import history
from motocho.people.safety import codes
from motocho.screening import watch
from motocho.screening.watch import Act, Reason
from motocho.web import _commands, access, pages
from motocho.web._acts import ACT_TEXTS
from motocho.web.access import Member
from motocho.web.care import _acting
from motocho.web.maintenance import changes_something
from motocho.web.member import confirming
from motocho.web.member.confirming import Thing
from motocho.web.member.home import ASK_TEXTS, STOP_TEXTS
from motocho.web.words import Said, said

_PAPERS = ("documents:documents", "money.papers")
_FACTS = ("facts:overview", "facts.title")
_REPAY = ("money:repay", "money.repay")
_TALK = ("care:consultation", "procedures.talk")
PLACES: Mapping[Act, tuple[str, str]] = {
    Act.PAY: _REPAY,
    Act.REPAY: _REPAY,
    Act.TALK: _TALK,
    Act.SEND_EVIDENCE: _PAPERS,
    Act.SEND_EMPLOYER: _PAPERS,
    Act.CONFIRM_FACTS: _FACTS,
    Act.REGISTER_ADDRESS: _FACTS,
    Act.REOPEN: ("facts:reopen", "money.reopen"),
    Act.LIFT_REST: ("care:rest", "money.rest"),
    Act.CONSENT: ("facts:consents", "consent.title"),
    Act.NEW_CARD: ("facts:lost_card", "money.card"),
}
"""Where each thing is done: a view's name, and the key of what it is called."""
AT_ONCE = frozenset({Act.SAY_OWN, Act.CONFIRM_FACTS, Act.CONSENT})
CHECKED = frozenset(
    {Act.SEND_EVIDENCE, Act.SEND_EMPLOYER, Act.TALK, Act.REGISTER_ADDRESS, Act.REOPEN, Act.NEW_CARD}
)


@dataclass(frozen=True, slots=True)
class Card:
    """One reason as the page shows it [理由の表示]: keys of its words, and where it is done."""

    of: Reason
    why: str
    do: str
    then: str
    place: tuple[str, str] | None


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.ASK_FOR_HELP)
def watching(request: HttpRequest, member: Member) -> HttpResponse:
    """Every reason, and what the member does about it [停止の理由]."""
    if request.method == "POST":
        return _act(request, member)
    return _show(request, member, None)


def _show(request: HttpRequest, member: Member, refused: Said | None) -> HttpResponse:
    with connection.cursor() as cursor:
        today = _commands.today(cursor, member.at)
        mine = [queries.position(cursor, one.key, today) for one in member.open_agreements]
        found = watch.reasons(cursor, member.member_id, mine, today)
        waits = queries.watches_of(cursor, member.member_id)
        now = history.as_of(cursor, member.member_id, member.today)
    own = next((one for one in waits if one.stop is Stop.SELF_EXCLUDED), None)
    free_on = None if own is None else watch.may_take_back_on(own)
    context = {
        "cards": [card_of(one) for one in found],
        "late": [one for one in mine if one.late_since is not None],
        "facts": [one.masked for one in now.values() if one.masked],
        "exclusion": own,
        "rule": watch.exclusion_rule(today),
        "free_on": free_on,
        "may_take_back": "yes" if free_on is not None and free_on <= today else "",
        "sure": "yes" if "exclude" in request.GET and own is None else "",
        "refused": refused,
        "ref": _acting.form_key(request),
    }
    return pages.show(request, "care/watch.html", context, status=409 if refused else 200)


def card_of(one: Reason) -> Card:
    """A reason with the keys of its words [理由の文言]."""
    why = STOP_TEXTS[one.stop] if one.is_stopped else ASK_TEXTS.get(one.stop, STOP_TEXTS[one.stop])
    return Card(one, why, ACT_TEXTS[one.act], _then(one), PLACES.get(one.act))


def _then(one: Reason) -> str:
    """What comes of it: when it is done, or when it is not."""
    if not one.is_stopped:
        return "watch.then.stops"
    if one.act in AT_ONCE:
        return "watch.then.at_once"
    if one.opens_on is not None:
        return "watch.then.on_day"
    return "watch.then.checked" if one.act in CHECKED else "watch.then.by_itself"


def _act(request: HttpRequest, member: Member) -> HttpResponse:
    wanted = request.POST.get("do", "")
    if wanted == "own":
        thing = Thing(codes.Purpose.REOPEN, confirming.bound(member, "own draws"))
        asking = confirming.confirmed(request, member, thing)
        if asking is not None:
            return confirming.show(request, asking, (), "watch.title")
    with transaction.atomic(), connection.cursor() as cursor:
        made = _commands.made(cursor, f"watch {_acting.form_key(request)}", member.at)
        refused = None
        if wanted == "own":
            access.allow(codes.spend(cursor, member.member_id, *thing, member.at))
            watch.own_draws(cursor, member.member_id, made)
        elif wanted == "facts":
            watch.confirm_facts(cursor, member.member_id, made)
        elif wanted == "exclude":
            watch.exclude(cursor, member.member_id, made)
        elif wanted == "take_back":
            refused = watch.take_back_exclusion(cursor, member.member_id, made)
    if refused is not None:
        return _show(request, member, said(refused.fault(), pages.tongue_of(request)))
    return HttpResponseRedirect(reverse("care:watch"))
