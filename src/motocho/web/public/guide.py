"""The top page, help, the way out of trouble, and what a device chose [案内の画面]."""

from __future__ import annotations

from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from motocho.units.text import name_key
from motocho.web import maintenance, pages
from motocho.web._directory import directory
from motocho.web.fields import Form, SignIn, WordsField, shown
from motocho.web.pages import LOOK_COOKIE, TONGUE_COOKIE, Look
from motocho.web.words import Tongue, catalogue, plain, without_ruby

TOPICS = (
    "wrong-number",
    "forgotten-number",
    "wrong-pin",
    "forgotten-pin",
    "locked",
    "slowed",
    "new-device",
    "maintenance",
    "lost-card",
    "suspended",
    "closed",
    "browser",
    "our-fault",
)
"""Every reason why signing in may fail, one page each."""
TERMS = (
    "due-date",
    "balance",
    "minimum",
    "interest",
    "damages",
    "limit",
    "remaining",
    "promise",
    "payoff",
    "interest-only",
    "overpaid",
    "recalculation",
    "history",
    "e-delivery",
    "pin",
)
"""Words that the site uses, each with a sentence."""


@require_safe
def top(request: HttpRequest) -> HttpResponse:
    """Sign in, check a number, reckon a loan, and what we never ask [トップ]."""
    tongue = pages.tongue_of(request)
    context = {
        "form": shown(SignIn(), tongue),
        "lender": directory().lender,
        "view_only": maintenance.view_only(pages.moment(request)),
    }
    return pages.show(request, "public/top.html", context)


class SearchForm(Form):
    """Words to look for [検索]."""

    q = WordsField("help.field", "help.field_hint", optional="optional")


class Found(NamedTuple):
    """A help page or a word that a search found [検索結果]."""

    slug: str
    key: str


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Help and glossary, all of it or what a search finds [ヘルプ・用語の検索]."""
    form = SearchForm(request.GET if "q" in request.GET else None)
    wanted = form.cleaned_data["q"] if form.is_bound and form.is_valid() else None
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "wanted": wanted,
        "topics": _matching(TOPICS, "topic", wanted),
        "terms": _matching(TERMS, "term", wanted),
    }
    return pages.show(request, "public/help.html", context)


def _matching(slugs: tuple[str, ...], kind: str, wanted: str | None) -> list[Found]:
    return [
        Found(slug, f"{kind}.{slug}")
        for slug in slugs
        if not wanted or _holds(f"{kind}.{slug}.", wanted)
    ]


def _holds(prefix: str, wanted: str) -> bool:
    """Whether every word stands in some text below a key, in any tongue or reading."""
    texts = [
        f"{text} {without_ruby(text)}"
        for key in catalogue()
        if key.startswith(prefix)
        for text in catalogue()[key].values()
    ]
    whole = name_key(" ".join(texts))
    return all(name_key(word) in whole for word in wanted.split())


@require_safe
def topic(request: HttpRequest, topic: str) -> HttpResponse:
    """One reason why signing in may fail, and what to do [ログインできない理由]."""
    if topic not in TOPICS:
        raise Http404
    tongue = pages.tongue_of(request)
    known = directory()
    desk = known.desk("lost_card" if topic == "lost-card" else "card_loan")
    steps = [f"topic.{topic}.{name}" for name in ("do1", "do2", "do3")]
    others = TOPICS[: TOPICS.index(topic)] + TOPICS[TOPICS.index(topic) + 1 :]
    context = {
        "key": f"topic.{topic}",
        "title": plain(f"topic.{topic}.title", tongue),
        "steps": [step for step in steps if step in catalogue()],
        "desk": desk,
        "back": known.call_back(desk, pages.moment(request).date()),
        "others": [Found(slug, f"topic.{slug}") for slug in others],
    }
    return pages.show(request, "public/topic.html", context)


@require_safe
def trouble(request: HttpRequest) -> HttpResponse:
    """What can be done by whoever cannot pay, and who helps for nothing [返済にお困りのとき]."""
    known = directory()
    desk = known.desk("card_loan")
    context = {
        "lender": known.lender,
        "desk": desk,
        "back": known.call_back(desk, pages.moment(request).date()),
    }
    return pages.show(request, "public/trouble.html", context)


@require_safe
def hidden(request: HttpRequest) -> HttpResponse:
    """A page that says nothing, for whoever is looked at [画面を隠す]."""
    return pages.show(request, "public/hidden.html")


@require_POST
def choices(request: HttpRequest) -> HttpResponse:
    """Keep the tongue or the look that a device chose, and go back [表示の選択]."""
    response = HttpResponseRedirect(pages.own_address(request, request.POST.get("next", "")))
    known = {TONGUE_COOKIE: {one.value for one in Tongue}, LOOK_COOKIE: {one.value for one in Look}}
    for name, values in known.items():
        chosen = request.POST.get(name, "")
        if chosen in values:
            response.set_cookie(
                name,
                chosen,
                max_age=pages.KEPT_SECONDS,
                secure=request.is_secure(),
                httponly=True,
                samesite="Lax",
            )
    return response
