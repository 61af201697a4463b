"""Tags of our templates: words, amounts, days, icons [テンプレートタグ]."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from motocho.units.days import both_calendars_text
from motocho.units.money import rate_text
from motocho.web import words
from motocho.web.words import Tongue

register = template.Library()
WEEKDAYS = {Tongue.JA: "月火水木金土日", Tongue.EASY: "月火水木金土日"}
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

ICONS = {
    "door": "M5 3h10v18H5zM15 6h4v12h-4M12 12h.01",
    "phone": "M6 3h4l1.5 5-2.5 2a12 12 0 0 0 5 5l2-2.5 5 1.5v4c0 1-1 2-2 2A16 16 0 0 1 4 5"
    "c0-1 1-2 2-2z",
    "sum": "M5 3h14v18H5zM8 7h8M8 12h2M14 12h2M8 16h2M14 16h2",
    "desk": "M4 5h16v11H10l-5 4v-4H4z",
    "house": "M3 11l9-8 9 8M6 10v10h12V10",
    "rows": "M4 5h16M4 10h16M4 15h16M4 20h10",
    "pen": "M4 20l1-5L16 4l4 4L9 19zM13 7l4 4",
    "gear": "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v4M12 18v4M2 12h4M18 12h4M5 5l3 3M16 16l3 3"
    "M19 5l-3 3M8 16l-3 3",
    "mark": "M12 3l10 18H2zM12 10v5M12 18h.01",
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7h.01",
    "tick": "M4 13l5 5L20 6",
    "shut": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM6 6l12 12",
    "shield": "M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6zM9 12l2 2 4-4",
}


@register.simple_tag(takes_context=True)
def say(context: dict[str, Any], key: str, **values: object) -> SafeString:
    """The text of a key in the page's tongue [文言]."""
    return words.say(key, context["tongue"], **values)


@register.simple_tag(takes_context=True)
def plain(context: dict[str, Any], key: str, **values: object) -> str:
    """The same without ruby, for titles and attributes [文言（マークなし）]."""
    return words.plain(key, context["tongue"], **values)


@register.simple_tag(takes_context=True)
def yen(context: dict[str, Any], amount_yen: int) -> str:
    """An amount [金額]."""
    return words.yen(amount_yen, context["tongue"])


@register.filter
def percent(rate_ppm: int) -> str:
    """A yearly rate [年率]."""
    return rate_text(rate_ppm)


@register.simple_tag(takes_context=True)
def day(context: dict[str, Any], on: date) -> SafeString:
    """A day with its weekday; the era beside it in Japanese [日付]."""
    tongue: Tongue = context["tongue"]
    if tongue is Tongue.EN:
        shown = f"{on:%-d %b %Y} ({WEEKDAYS_EN[on.weekday()]})"
    elif tongue is Tongue.EASY:
        shown = f"{on.year}年{on.month}月{on.day}日"
    else:
        shown = f"{both_calendars_text(on)}{WEEKDAYS[tongue][on.weekday()]}曜日"
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), shown)


@register.simple_tag(takes_context=True)
def short_day(context: dict[str, Any], on: date) -> SafeString:
    """A day near by, with its weekday and without its year [月日]."""
    tongue: Tongue = context["tongue"]
    if tongue is Tongue.EN:
        shown = f"{on:%-d %b} ({WEEKDAYS_EN[on.weekday()]})"
    else:
        shown = f"{on.month}月{on.day}日({WEEKDAYS[tongue][on.weekday()]})"
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), shown)


@register.simple_tag(takes_context=True)
def near_day(context: dict[str, Any], on: date) -> str:
    """A day of late without weekday and year, for the edge of a row [月日（短く）]."""
    return f"{on:%-d %b}" if context["tongue"] is Tongue.EN else f"{on.month}/{on.day}"


@register.simple_tag(takes_context=True)
def plain_day(context: dict[str, Any], on: date) -> str:
    """The same without markup, for attributes and options [月日（マークなし）]."""
    tongue: Tongue = context["tongue"]
    if tongue is Tongue.EN:
        return f"{on:%-d %b} ({WEEKDAYS_EN[on.weekday()]})"
    return f"{on.month}月{on.day}日({WEEKDAYS[tongue][on.weekday()]})"


@register.simple_tag(takes_context=True)
def month(context: dict[str, Any], on: date) -> str:
    """The month of a day [年月]."""
    if context["tongue"] is Tongue.EN:
        return f"{on:%b %Y}"
    return f"{on.year}年{on.month}月"


@register.simple_tag(takes_context=True)
def named(context: dict[str, Any], thing: object, attribute: str) -> Any:
    """The attribute of data with two names: `name` gives `name_ja` or `name_en` [言語別の値].

    Where data has easy words of their own, `name_easy`, they are shown with their readings.
    """
    easy = getattr(thing, f"{attribute}_easy", "") if context["tongue"] is Tongue.EASY else ""
    if easy:
        return words.ruby(str(conditional_escape(easy)))
    return getattr(thing, f"{attribute}_{context['tongue'].language.value}")


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing beside a word, silent to screen readers [アイコン]."""
    return mark_safe(  # noqa: S308  # our own drawings
        f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        f'<path d="{ICONS[name]}"/></svg>'
    )
