"""Addresses of the voice face: a call begins at one, each turn has its own [URL一覧]."""

from __future__ import annotations

from django.urls import path

from motocho.web.voice import answering

app_name = "voice"
urlpatterns = [
    path("", answering.answer, name="call"),
    path("<str:token>/", answering.answer, name="turn"),
]
