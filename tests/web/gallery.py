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
<div class="notice notice-ok">{% icon "tick" %}<div><h2>受け付けました</h2><p>11月22日 10:42に受け付けました</p></div></div>
<div class="notice notice-info">{% icon "info" %}<div><p>書類は2営業日ほどで確かめます</p></div></div>
<div class="notice notice-warn">{% icon "mark" %}<div><h2>返済日まであと3日です</h2><p>8,000円を11月30日までに返します</p></div></div>
</section>
<section><h2>進みぐあい</h2>{% include "web/parts/timeline.html" with steps=steps %}</section>
<section><h2>することの一覧</h2><ul class="tasks"><li><a href="#1"><span>収入について</span><span class="state state-done">完了</span></a></li><li><a href="#2"><span>書類を出す</span><span class="state state-now">いまここ</span></a></li></ul></section>
<section><h2>確かめる</h2><dl class="pairs"><div><dt>金額</dt><dd>50,000円</dd><dd class="pairs-change"><a href="#c">変更<span class="silent"> 金額</span></a></dd></div><div><dt>振込先</dt><dd>あおば銀行 ***1234</dd></div></dl></section>
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


def gallery(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(PAGE).render({"steps": STEPS}, request))


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
