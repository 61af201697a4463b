"""The words of the studio, each in a sentence; other pages link to `#<term>` [用語]."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from motocho.web import pages
from motocho.web.studio import _terms, frame
from motocho.web.words import say

TERMS = _terms.STUDIO_TERMS
"""In the order in which a newcomer meets them; the words of the guide follow."""


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
    terms += [
        {"name": name, "term": word, "means": means} for name, word, means in _terms.listed(tongue)
    ]
    return frame.show(request, "studio/glossary.html", {"terms": terms})
