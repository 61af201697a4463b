"""What other pages of the studio show of a claim's prospects [見通しの表示].

{% load studio_prospects %}{% line_strip statement %}      the 140万円 line beside a result
"""

from __future__ import annotations

from typing import Any

from django import template

from motocho.claims import prospects
from motocho.claims.statement import Statement
from motocho.outside.clock import JAPAN
from motocho.web import pages

register = template.Library()


@register.inclusion_tag("studio/parts/line_strip.html", takes_context=True)
def line_strip(context: dict[str, Any], statement: Statement | None) -> dict[str, Any]:
    """The court of a result as it stands, and the row that passed the line [線の表示].

    Why       a strip and no page: it stands wherever rows change.
    """
    shown = {"tongue": context["tongue"], "line": None}
    if statement is None:
        return shown
    on = pages.moment(context["request"]).astimezone(JAPAN).date()
    found = prospects.line(statement, on)
    warns = [one for one in found.reasons if one.key != "line_summary" and found.court]
    return {
        **shown,
        "line": found,
        "warnings": [one.text(context["tongue"].language) for one in warns],
    }
