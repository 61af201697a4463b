"""Addresses of the member's face [会員サイトのURL]."""

from __future__ import annotations

from django.urls import path

from motocho.web.member import signing

app_name = "member"
urlpatterns = [
    path("sign-in/", signing.sign_in, name="sign_in"),
]
