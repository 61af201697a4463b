"""Tags of the desk's frame: its places and its keys [業務画面の枠のタグ]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.db import connection
from django.utils.safestring import SafeString

from motocho.people import staff
from motocho.web import access
from motocho.web.desk import frame
from motocho.web.words import Tongue, plain

register = template.Library()


@register.simple_tag(takes_context=True)
def desk_places(context: dict[str, Any]) -> list[frame.OpenPlace]:
    """The places that are open to whoever looks [開ける画面]."""
    return frame.open_places(context["desk"])


@register.simple_tag(takes_context=True)
def desk_left(context: dict[str, Any]) -> access.Left:
    """How long the sign-in of whoever looks goes on [残り時間]."""
    return access.staff_left(context["request"])


@register.simple_tag(takes_context=True)
def desk_keys(context: dict[str, Any]) -> list[frame.OwnKey]:
    """The keys of whoever looks, in their order [キーの一覧]."""
    return frame.own_keys(context["desk"].keys)


@register.simple_tag(takes_context=True)
def call_name(context: dict[str, Any], thing: Any) -> str:
    """A reason or an ending of a call in the page's tongue; each has two names [用件・結果の名]."""
    is_english = context["tongue"] is Tongue.EN
    return str(thing.en if is_english else thing.ja)


_NAMES = "names of colleagues"
BY = {"member": "desk.by.member", "contractor": "desk.by.contractor"}
"""Who does things and is no colleague; what the house does by itself names nobody."""


@register.simple_tag(takes_context=True)
def by_whom(context: Any, actor: str) -> str:
    """Who did something, by name or in words, never as it is kept [行為者の名]."""
    sort = actor.partition(" ")[0]
    if sort != "staff":
        return plain(BY[sort], context["tongue"]) if sort in BY else ""
    if _NAMES not in context:
        with connection.cursor() as cursor:
            found = {f"staff {one.staff_id}": one.name for one in staff.accounts(cursor)}
        context.dicts[0][_NAMES] = found
    name = context[_NAMES].get(actor)
    return plain("desk.by.colleague", context["tongue"]) if name is None else str(name)


@register.simple_tag
def given_is(given: Mapping[str, str], question: str, answer: str) -> SafeString:
    """Marks the answer that a form came with [入力済みの回答]."""
    is_it = given.get(f"answer-{question}") == answer
    return SafeString(" checked") if is_it else SafeString("")
