"""Every part of the look in every state, on one page that only the tests serve."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from motocho.units.errors import BrokenInvariant, Fault, RefusedError
from motocho.web import pages
from motocho.web.urls import handler400, handler403, handler404, handler500
from motocho.web.urls import urlpatterns as ours

PAGE = """{% extends "web/page.html" %}{% load web %}
{% block title %}Gallery{% endblock %}
{% block main %}<h1>部品</h1>
<section><h2>金額</h2><div class="figures">
{% include "web/parts/figure.html" with label="次の返済" amount_yen=8000 owed="owed" why="203,100円 × 年18.0% × 30日 ÷ 365" %}
{% include "web/parts/figure.html" with label="いまの借入残高" amount_yen=203100 owed="" why="" %}
</div></section>
<section><h2>お知らせ</h2>
{% include "web/parts/notice.html" with kind="ok" sign="tick" title="受け付けました" text="11月22日 10:42に受け付けました" %}
{% include "web/parts/notice.html" with kind="info" sign="info" title="" text="書類は2営業日ほどで確かめます" %}
{% include "web/parts/notice.html" with kind="warn" sign="mark" title="返済日まであと3日です" text="8,000円を11月30日までに返します" %}
</section>
<section><h2>進みぐあい</h2>{% include "web/parts/timeline.html" with steps=steps %}</section>
<section><h2>することの一覧</h2>{% include "web/parts/tasks.html" with tasks=tasks %}</section>
<section><h2>確かめる</h2>{% include "web/parts/pairs.html" with pairs=pairs %}</section>
<section><h2>ボタン</h2><p class="actions"><a class="button" href="#a">50,000円を借りる</a><a class="button button-plain" href="#b">借りるのをやめる</a><button class="button button-danger" type="button">利用を止める</button></p></section>
<section><h2>表</h2><table class="table table-stack"><caption class="silent">取引</caption>
<thead><tr><th scope="col">日付</th><th scope="col">内容</th><th scope="col" class="number">金額</th><th scope="col" class="number">残高</th></tr></thead>
<tbody><tr><th scope="row">10/30</th><td data-label="内容">返済</td><td class="number" data-label="金額">8,000円</td><td class="number" data-label="残高">203,100円</td></tr></tbody>
<tfoot><tr><th scope="row">合計</th><td data-label="内容">1件</td><td class="number" data-label="金額">8,000円</td><td class="number" data-label="残高">203,100円</td></tr></tfoot></table></section>
{% endblock %}"""
STEPS = [
    {"label": "受付", "state": "done", "at": "10:42"},
    {"label": "銀行へ送信", "state": "now", "at": "10:43"},
    {"label": "着金", "state": "next", "at": ""},
]
TASKS = [
    {"address": "#1", "label": "収入について", "state": "done", "state_label": "完了"},
    {"address": "#2", "label": "書類を出す", "state": "now", "state_label": "いまここ"},
]
PAIRS = [("金額", "50,000円", "#c", "変更"), ("振込先", "あおば銀行 ***1234", "", "")]


def gallery(request: HttpRequest) -> HttpResponse:
    context = {"steps": STEPS, "tasks": TASKS, "pairs": PAIRS}
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


def broken(request: HttpRequest) -> HttpResponse:
    raise BrokenInvariant("1234-5678 typed by somebody")


def refused(request: HttpRequest) -> HttpResponse:
    raise RefusedError(Fault("DIR-011", details={"number": "03-0000-0101"}))


def changing(request: HttpRequest) -> HttpResponse:
    return pages.show(request, "public/hidden.html")


urlpatterns = [
    *ours,
    path("gallery/", gallery),
    path("broken/", broken),
    path("refused/", refused),
]
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
