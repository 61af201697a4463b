"""Ways to be identified beside pictures: what each needs, a button, its state [本人確認の依頼].

The page works without scripts: each way is a form of its own, and says below what became of it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from motocho.contact.holds import Source
from motocho.outside.clock import JAPAN
from motocho.outside.identity import Way, is_connected, site
from motocho.screening.applications import ApplicationKey, forms
from motocho.screening.applying import handing, identifying
from motocho.screening.identity import Asked, Became, records, requests
from motocho.units.errors import RefusedError, StateConflict
from motocho.web import _commands, _identity, pages
from motocho.web.apply import seating
from motocho.web.maintenance import changes_something
from motocho.web.words import Said, Tongue, said

BESIDE = {one.value: one for one in (Way.CHIP, Way.CERTIFICATE, Way.POST)}
"""Pictures are handed in on the page itself."""
AT_SITE = frozenset({Way.CHIP, Way.CERTIFICATE})
"""Done on the company's own page, with the reference."""
STATES = {one: f"apply.identify.state_{one.value}" for one in Became}
OPEN = "apply.identify.state_open"
_GROUP, _HALF = 4, 16


def shown(cursor: Any, key: ApplicationKey, at: datetime, tongue: Tongue) -> dict[str, Any]:
    """What was asked for, the newest first, and what may be asked for now [依頼の表示]."""
    ways = identifying.ways(cursor, key, at) if is_connected() else ()
    return {
        "asked": [_row(one, tongue) for one in requests.of_application(cursor, key)],
        "site": site(),
        "spent": _spent(cursor, key, at, tongue),
        "offered": [
            (one.value, f"apply.method.{one.value}", f"apply.identify.needs_{one.value}")
            for one in BESIDE.values()
            if one in ways
        ],
    }


def methods(on: date) -> list[str]:
    """What the ways to be identified on a day are called [今日使える本人確認の方法].

    Those of a company's own page stand there only where one is connected.
    """
    away = set() if is_connected() else {one.value for one in AT_SITE}
    found = (one.value for one in handing.methods_on(on))
    return [f"apply.method.{one}" for one in found if one not in away]


def _spent(cursor: Any, key: ApplicationKey, at: datetime, tongue: Tongue) -> list[Said]:
    """What cannot be asked for any more, each with what is left; none once it is over."""
    is_wanted = forms.one(cursor, key).is_open and not records.of_member(cursor, key.member_id)
    if not is_wanted or not is_connected():
        return []
    found = requests.spent_faults(cursor, key, at.astimezone(JAPAN).date())
    return [said(fault, tongue) for way, fault in found.items() if way in BESIDE.values()]


def _row(one: Asked, tongue: Tongue) -> dict[str, Any]:
    reasons: list[Said] = [_identity.told(each, tongue) for each in one.reasons]
    return {
        "way": f"apply.method.{one.way.value}",
        "state": OPEN if one.became is None else STATES[one.became],
        "is_open": one.became is None,
        "until": f"{one.until_on:%Y/%m/%d}",
        "needs": f"apply.identify.needs_{one.way.value}" if one.way in BESIDE.values() else "",
        "is_at_site": one.way in AT_SITE,
        "numbers": [spaced(one.request_ref[:_HALF]), spaced(one.request_ref[_HALF:])],
        "reasons": reasons,
    }


def spaced(ref: str) -> str:
    """A reference in groups, to be typed off a page [受付番号の表示].

    >>> spaced("0123456789abcdef")
    '0123 4567 89ab cdef'
    """
    return " ".join(ref[at : at + _GROUP] for at in range(0, len(ref), _GROUP))


@require_POST
@changes_something
@seating.at_application
def ask(request: HttpRequest, key: ApplicationKey, way: str) -> HttpResponse:
    """Ask for an identification by a way of the day [本人確認の依頼] · KYC-001, KYC-003."""
    if way not in BESIDE or not is_connected():
        raise Http404
    source = Source(_commands.MEMBER, f"{_commands.form_ref(request)} {way}")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            identifying.ask(cursor, key, BESIDE[way], source, pages.moment(request))
    except (RefusedError, StateConflict):
        pass  # the page says how it stands, and what may be asked for now
    return HttpResponseRedirect(f"{reverse('apply:status')}#identify")
