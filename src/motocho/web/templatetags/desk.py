"""Tags of the desk's frame: its places and its keys [業務画面の枠のタグ]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from motocho.web.desk import frame
from motocho.web.words import Tongue

register = template.Library()


@register.simple_tag(takes_context=True)
def desk_places(context: dict[str, Any]) -> list[frame.OpenPlace]:
    """The places that are open to whoever looks [開ける画面]."""
    return frame.open_places(context["desk"])


@register.simple_tag(takes_context=True)
def desk_keys(context: dict[str, Any]) -> list[frame.OwnKey]:
    """The keys of whoever looks, in their order [キーの一覧]."""
    return frame.own_keys(context["desk"].keys)


@register.simple_tag(takes_context=True)
def call_name(context: dict[str, Any], thing: Any) -> str:
    """A reason or an ending of a call in the page's tongue; each has two names [用件・結果の名]."""
    is_english = context["tongue"] is Tongue.EN
    return str(thing.en if is_english else thing.ja)


@register.filter
def by_name(actor: str, names: Mapping[str, str]) -> str:
    """A colleague by name, where a record holds a number [担当者の名前]."""
    return names.get(actor, actor)


@register.simple_tag
def given_is(given: Mapping[str, str], question: str, answer: str) -> SafeString:
    """Marks the answer that a form came with [入力済みの回答]."""
    is_it = given.get(f"answer-{question}") == answer
    return SafeString(" checked") if is_it else SafeString("")
