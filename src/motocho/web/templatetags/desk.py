"""Tags of the desk's frame: its places and its keys [業務画面の枠のタグ]."""

from __future__ import annotations

from typing import Any

from django import template

from motocho.web.desk import frame

register = template.Library()


@register.simple_tag(takes_context=True)
def desk_places(context: dict[str, Any]) -> list[frame.OpenPlace]:
    """The places that are open to whoever looks [開ける画面]."""
    return frame.open_places(context["desk"])


@register.simple_tag(takes_context=True)
def desk_keys(context: dict[str, Any]) -> list[frame.OwnKey]:
    """The keys of whoever looks, in their order [キーの一覧]."""
    return frame.own_keys(context["desk"].keys)
