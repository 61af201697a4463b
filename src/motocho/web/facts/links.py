"""Addresses that stand in mails, as notices write them [メールにあるリンク]."""

from __future__ import annotations

from django.urls import path

from motocho.web.facts import recovering, stopping

app_name = "links"
urlpatterns = [
    path("freeze/<str:token>", stopping.freeze_link, name="freeze"),
    path("reset/<str:token>", recovering.reset, name="reset"),
]
