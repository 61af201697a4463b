"""Addresses of the studio on the lender's server [URL一覧]: those of one PC, behind another door.

Every address of the studio is one here, so that its pages find each other by their names; what is
not for the server answers as an address that is not there, until `_guests` names it.
"""

from __future__ import annotations

from django.urls import URLPattern, path

from motocho.web.studio import _guests, intake, served, urls

app_name = "studio"


def _behind_the_door(pattern: URLPattern) -> URLPattern:
    name = pattern.name or ""
    is_open = name in _guests.FOR_ALL | _guests.FOR_MEMBERS
    is_intake = pattern.callback.__module__ == intake.__name__
    view = _guests.guarded(name, pattern.callback) if is_open and not is_intake else _guests.closed
    return path(str(pattern.pattern), view, name=name)


urlpatterns = [
    path("", _guests.guarded("cases", served.cases_page), name="cases"),
    path("cases/<int:case_id>/book/", _guests.guarded("book", served.take_over), name="book"),
    *(_behind_the_door(one) for one in urls.urlpatterns if one.name != "cases"),
]
