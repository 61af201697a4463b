"""Addresses of the public face [公開ページのURL]."""

from __future__ import annotations

from django.urls import path

from motocho.web.public import asking, guide, lending

app_name = "public"
urlpatterns = [
    path("", guide.top, name="top"),
    path("number/", asking.number, name="number"),
    path("calculator/", asking.calculator, name="calculator"),
    path("echo/<slug:reader>", asking.echo, name="echo"),
    path("contacts/", lending.contacts, name="contacts"),
    path("terms/", lending.terms, name="terms"),
    path("banks/", lending.banks, name="banks"),
    path("help/", guide.search, name="help"),
    path("help/<slug:topic>/", guide.topic, name="topic"),
    path("trouble/", guide.trouble, name="trouble"),
    path("hidden/", guide.hidden, name="hidden"),
    path("choices", guide.choices, name="choices"),
]
