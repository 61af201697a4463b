"""Addresses from an approved offer to the first PIN, and of a card [契約の手続きのURL]."""

from __future__ import annotations

from django.urls import path

from motocho.web.joining import entering, offering, starting, using

app_name = "joining"
urlpatterns = [
    path("offer/", offering.offer, name="offer"),
    path("offer/paper/", offering.receive, name="receive"),
    path("offer/paper/pdf/", offering.paper, name="paper"),
    path("offer/agree/", offering.agree, name="agree"),
    path("offer/decline/", offering.decline, name="decline"),
    path("again/", entering.again, name="again"),
    path("welcome/", using.welcome, name="welcome"),
    path("card/", using.card, name="card"),
    path("start/<str:token>", starting.start, name="start"),
    path("<str:token>", entering.enter, name="enter"),
]
