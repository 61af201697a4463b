"""Exhibits that were numbered here and put on the case's shelf [保管した書証].

The shelf seals them as it seals whatever came and went. An exhibit is known again by its title,
which begins with its number; of two with one number the later counts.
"""

from __future__ import annotations

import re
from dataclasses import replace

from django.http import HttpRequest

from motocho.claims.pleading import Content, Exhibit
from motocho.office.tracker import Made, Paper, Way, shelf
from motocho.web import pages
from motocho.web.studio import frame

_TITLE = re.compile(r"甲第(\d{1,3})号証　(.+)", re.DOTALL)


def keep(request: HttpRequest, case_id: int, exhibit: Exhibit, data: bytes) -> shelf.Kept:
    """Put a numbered exhibit on the shelf, as what goes to the court [書証の保管].

    Raises    InputError for one that is too large; StateConflict if somebody put one there at the
              same time.
    """
    at = pages.moment(request)
    title = f"{exhibit.mark}　{exhibit.title}"
    paper = Paper(Way.OUT, at.date(), exhibit.file_name, title, data)
    return shelf.keep(case_id, paper, Made(frame.actor_of(request), at))


def listed(case_id: int) -> dict[int, shelf.Kept]:
    """The kept exhibits of a case by their numbers [保管した書証の一覧]."""
    found = {}
    for one in shelf.listed(case_id):
        named = _TITLE.fullmatch(one.title)
        if named is not None:
            found[int(named[1])] = one
    return found


def with_kept(case_id: int, content: Content) -> Content:
    """A content whose list of exhibits names those that are kept too [書証を加えた内容]."""
    known = {one.number for one in content.exhibits}
    more = [
        Exhibit(number, one.title.partition("　")[2], "写し", "", "", "", one.name)
        for number, one in listed(case_id).items()
        if number not in known
    ]
    if not more:
        return content
    exhibits = sorted((*content.exhibits, *more), key=lambda one: one.number)
    return replace(content, exhibits=tuple(exhibits))
