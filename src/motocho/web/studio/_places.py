"""How the studio's places stand together, and which of them a page belongs to [メニューの組].

A place is a line of `frame.PLACES` or `frame.CASE_PLACES`. One that is named in no group stands in
the group of the place before it, so that a new one is never lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from motocho.web.pages import Place

BEGINNINGS = {
    "studio:cases": "studio.frame.group.cases",
    "studio:guide_start": "studio.frame.group.help",
    "studio:office": "studio.frame.group.office",
    "studio:case": "studio.frame.group.dealings",
    "studio:conventions": "studio.frame.group.reckoning",
    "studio:outlook": "studio.frame.group.claim",
    "studio:log": "studio.frame.group.record",
}
"""The place with which a group begins, and what the group is called."""
BELONGS = {
    "rows": "case", "why": "case",
    "intake": "import", "reading": "import", "estimate": "import",
    "preview": "papers", "certified": "papers", "exhibit": "papers",
    "talks": "way", "call_sheet": "way", "money": "way", "shelf": "way", "conflicts": "way",
    "template": "templates", "guide": "guide_start", "guide_result": "guide_start",
    "passphrase": "office",
}  # fmt: skip
"""Pages that have no place of their own, each by the place that leads to it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu [メニューの行]; `current` is what `aria-current` says, or nothing."""

    place: Place
    address: str
    current: str


@dataclass(frozen=True, slots=True)
class Group:
    """Places that stand together under one name [メニューの組]."""

    label: str
    entries: tuple[Entry, ...]


def grouped(places: Iterable[tuple[Place, str]], shown: str) -> list[Group]:
    """The places in their groups, the shown page's own one marked [組分け].

    Takes     places with their addresses, in their order; the name of the page's own address.
    """
    found: list[tuple[str, list[Entry]]] = []
    for place, address in places:
        name = place.name.partition(":")[2]
        current = "page" if name == shown else "true" if BELONGS.get(shown) == name else ""
        if place.name in BEGINNINGS or not found:
            found.append((BEGINNINGS.get(place.name, "studio.frame.of_case"), []))
        found[-1][1].append(Entry(place, address, current))
    return [Group(label, tuple(entries)) for label, entries in found]


def shown_label(groups: Iterable[Group]) -> str:
    """The key of the place that a page belongs to; empty where it has none [いまの場所]."""
    entries = (one for group in groups for one in group.entries)
    return next((one.place.label for one in entries if one.current), "")
