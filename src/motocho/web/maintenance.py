"""The weekly maintenance: pages can be looked at, nothing can be changed [定期メンテナンス].

>>> from datetime import datetime
>>> view_only(datetime(2026, 11, 23, 1, 0)), view_only(datetime(2026, 11, 23, 5, 0))
(True, False)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from motocho.web import pages

WEEKDAY = 0
"""Monday, in Japan."""
BEGINS = time(1)
ENDS = time(5)

View = Callable[..., HttpResponse]


def view_only(at: datetime) -> bool:
    """Whether nothing can be changed at a moment in Japan [閲覧だけの時間か]."""
    return at.weekday() == WEEKDAY and BEGINS <= at.time() < ENDS


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
        ends = datetime.combine(at.date(), ENDS, at.tzinfo)
        response["Retry-After"] = str(int((ends - at).total_seconds()))
        return response

    return guarded
