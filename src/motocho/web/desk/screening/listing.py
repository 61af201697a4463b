"""What waits to be screened, the oldest first; nothing of a person [審査待ちの一覧]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from motocho.loans import products
from motocho.outside.clock import JAPAN
from motocho.people.access import Action
from motocho.screening.applications import ApplicationKey, queue
from motocho.screening.decision import outcome_word, rule_title, verdict_word
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk.screening import _lines
from motocho.web.desk.screening._held import KINDS, WAITS
from motocho.web.words import Tongue

DONE: Mapping[str, str] = {
    one: f"screening.done_{one}" for one in ("approved", "refused", "handed_on")
}
"""What was done on the page before."""


def filtered(rows: list[queue.Row], wanted: Mapping[str, str]) -> list[queue.Row]:
    """Rows of one state, one product, one kind; a word that is none of them leaves all [絞込み]."""
    products = {one.application.wanted.plan.product_id for one in rows}
    whose, product, kind = (wanted.get(name, "") for name in ("whose", "product", "kind"))
    if whose in WAITS:
        rows = [one for one in rows if one.whose.value == whose]
    if product in products:
        rows = [one for one in rows if one.application.wanted.plan.product_id == product]
    if kind in KINDS:
        rows = [one for one in rows if one.application.kind.value == kind]
    return rows


def beside(rows: list[queue.Row], key: ApplicationKey) -> tuple[ApplicationKey | None, ...]:
    """The application before and the one after in the list, for J and K [前後の申込み]."""
    keys = [one.application.key for one in rows]
    if key not in keys:
        return None, keys[0] if keys else None
    at = keys.index(key)
    return keys[at - 1] if at else None, keys[at + 1] if at + 1 < len(keys) else None


@require_safe
@access.staff(Action.REVIEW_DOCUMENT)
def listed(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """The queue with its signs, by state, product and kind; zeros are shown [審査待ち]."""
    tongue = pages.tongue_of(request)
    with connection.cursor() as cursor:
        every = queue.waiting(cursor, colleague.staff)
        wishes = queue.not_taken_up(cursor, colleague.staff)
        titles = _titles(cursor, every, tongue)
    rows = filtered(every, request.GET)
    context = {
        "desk": colleague,
        "rows": [(one, _shown(one, tongue)) for one in rows],
        "wishes": wishes,
        "count": len(every),
        "waits": [(name, label, sum(one.whose.value == name for one in every))
                  for name, label in WAITS.items()],
        "whose": request.GET.get("whose", ""),
        "kinds": KINDS,
        "kind": request.GET.get("kind", ""),
        "products": titles,
        "product": request.GET.get("product", ""),
        "done": DONE.get(request.GET.get("done", ""), ""),
    }  # fmt: skip
    return pages.show(request, "desk/screening/queue.html", context)


def _titles(cursor: Any, rows: list[queue.Row], tongue: Tongue) -> dict[str, str]:
    """What the products are called that somebody applied for [商品名]."""
    found = {}
    for one in rows:
        product_id = one.application.wanted.plan.product_id
        on = one.application.submitted_at.astimezone(JAPAN).date()
        product = products.on_day(cursor, product_id, on)
        found[product_id] = product.title_en if tongue is Tongue.EN else product.title_ja
    return dict(sorted(found.items()))


def _shown(row: queue.Row, tongue: Tongue) -> dict[str, object]:
    signs, language = row.signs, tongue.language
    return {
        "kind": KINDS[row.application.kind.value],
        "whose": WAITS[row.whose.value],
        "verdict": "" if signs.verdict is None else verdict_word(signs.verdict, language),
        "third": "" if signs.third is None else outcome_word(signs.third, language),
        "rules": [
            (_lines.rule_sign(one) or rule_title(one, language), rule_title(one, language))
            for one in signs.open_rules
        ],
    }
