"""The words of the studio, each in a sentence; other pages link to `#<term>` [用語]."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from motocho.web import pages
from motocho.web.studio import frame
from motocho.web.words import say

TERMS = (
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
"""In the order in which a newcomer meets them."""


@require_safe
def glossary_page(request: HttpRequest) -> HttpResponse:
    """Every term, each with an anchor of its own [用語集]."""
    tongue = pages.tongue_of(request)
    terms = [
        {
            "name": name,
            "term": say(f"studio.glossary.{name}.term", tongue),
            "means": say(f"studio.glossary.{name}.means", tongue),
        }
        for name in TERMS
    ]
    return frame.show(request, "studio/glossary.html", {"terms": terms})
