"""The weekly maintenance: pages can be looked at, nothing can be changed [定期メンテナンス].

>>> one, five = (datetime(2026, 11, 23, hour, tzinfo=JAPAN) for hour in (1, 5))
>>> view_only(one), view_only(five)
(True, False)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from motocho.outside.clock import JAPAN
from motocho.people.access import MAINTENANCE, check_open
from motocho.web import pages

View = Callable[..., HttpResponse]


def view_only(at: datetime) -> bool:
    """Whether nothing can be changed at a moment [閲覧だけの時間か] · AUTH-010."""
    return check_open(at) is not None


def changes_something(view: View) -> View:
    """A view whose POST waits for the end of the maintenance [変更の画面].

    Gives     a page with status 503 that says until when, and that nothing was changed.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *rest: Any, **names: Any) -> HttpResponse:
        at = pages.moment(request)
        if request.method != "POST" or not view_only(at):
            return view(request, *rest, **names)
        response = pages.show(request, "web/maintenance.html", status=503)
        ends = datetime.combine(at.astimezone(JAPAN).date(), MAINTENANCE[2], JAPAN)
        response["Retry-After"] = str(int((ends - at).total_seconds()))
        return response

    return guarded
