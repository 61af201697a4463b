"""Tags of the studio's templates: its menu, changes of amounts, moments [テンプレートタグ]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from motocho.outside.clock import JAPAN
from motocho.units.money import yen_text
from motocho.web.pages import Place
from motocho.web.studio import _places
from motocho.web.words import Tongue

register = template.Library()


@register.simple_tag(takes_context=True)
def menu(context: dict[str, Any], places: Iterable[tuple[Place, str]] | str) -> list[_places.Group]:
    """Places in their groups, the one that the page belongs to marked [メニュー]."""
    match = context["request"].resolver_match
    known = () if isinstance(places, str) else places
    return _places.grouped(known, "" if match is None else match.url_name or "")


register.filter("shown_label", _places.shown_label)


@register.simple_tag(takes_context=True)
def change_yen(context: dict[str, Any], amount_yen: int) -> str:
    """By how much an amount changes, its sign always shown [増減]."""
    sign = "+" if amount_yen > 0 else "−" if amount_yen < 0 else "±"
    shown = f"{sign}{yen_text(abs(amount_yen))}"
    return f"{shown} yen" if context["tongue"] is Tongue.EN else f"{shown}円"


@register.simple_tag
def moment_text(at: datetime | str) -> SafeString:
    """A moment in Japan to the second [日時]."""
    known = datetime.fromisoformat(at) if isinstance(at, str) else at
    shown = known.astimezone(JAPAN)
    return format_html(
        '<time datetime="{}">{}</time>', shown.isoformat(), f"{shown:%Y-%m-%d %H:%M:%S}"
    )
