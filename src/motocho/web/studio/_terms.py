"""Words that a claimant need not know, each with its sentence, linked where it stands [用語].

A text that goes through `explained` links the first place of every known word to the page of words;
the longer word is taken where two begin at one place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from motocho.web.words import Tongue, catalogue, plain, say

STUDIO_TERMS = (
    "history",
    "recalculation",
    "overpayment",
    "overpayment_interest",
    "ceiling",
    "principal",
    "unpaid_interest",
    "contract_rate",
    "lender_balance",
    "series",
    "gap",
    "opening_zero",
    "estimate",
    "as_of",
    "claim",
    "reserve",
    "in_dispute",
    "court_fee",
    "prescription",
    "demand",
    "bad_faith",
    "deemed_payment",
    "certified_mail",
    "complaint",
    "brief",
    "settlement",
    "scrivener",
    "summary_court",
)
"""The studio's own words, in the order in which a newcomer meets them."""
PREFIX, WORD = "studio.term.", ".word"


@cache
def terms(tongue: Tongue) -> Mapping[str, str]:
    """Every word with its place on the page of words, as a tongue writes it [用語の一覧]."""
    own = [one for one in catalogue() if one.startswith(PREFIX) and one.endswith(WORD)]
    found = {plain(one, tongue): f"w-{one[len(PREFIX) : -len(WORD)]}" for one in own}
    studio = {plain(f"studio.glossary.{one}.term", tongue): one for one in STUDIO_TERMS}
    return {**found, **studio}


@cache
def _pattern(tongue: Tongue) -> re.Pattern[str]:
    words = sorted(terms(tongue), key=len, reverse=True)
    bounds = r"\b(?:{})\b" if tongue is Tongue.EN else "(?:{})"
    return re.compile(bounds.format("|".join(map(re.escape, words))), re.IGNORECASE)


def explained(text: str, tongue: Tongue) -> SafeString:
    """A text with the first place of every word linked to its sentence [用語つきの文]."""
    known = {word.lower(): one for word, one in terms(tongue).items()}
    linked: set[str] = set()
    place = reverse("studio:glossary")

    def link(found: re.Match[str]) -> str:
        one = known[found[0].lower()]
        if one in linked:
            return found[0]
        linked.add(one)
        return format_html('<a class="term" href="{}#{}">{}</a>', place, one, found[0])

    escaped = str(conditional_escape(text))
    return mark_safe(_pattern(tongue).sub(link, escaped))  # noqa: S308  # escaped above


def told(key: str, tongue: Tongue, **values: object) -> SafeString:
    """A text with its words linked; of easy Japanese with its readings [用語つきの文言]."""
    if tongue is Tongue.EASY and "easy" in catalogue()[key]:
        return say(key, tongue, **values)
    return explained(plain(key, tongue, **values), tongue)


def listed(tongue: Tongue) -> list[tuple[str, str, SafeString]]:
    """The words beside the studio's own, each with its place and its sentence [用語の一覧]."""
    return [
        (place, word, say(f"studio.term.{place[2:]}.text", tongue))
        for word, place in terms(tongue).items()
        if place.startswith("w-")
    ]
